package io.fairlead.lab.edge;

import static io.fairlead.lab.edge.EdgeBroker.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.publish.PublisherSettings;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.NameServerEdge;
import io.fairlead.nameserver.NameServerEdgeSettings;
import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.tally.TallySettings;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A name server's map through its lives: from the topic, from the snapshot without a broker, from a damaged one, and what was deleted while it was down. */
@Tag("loop")
class NameServerMapTest {

    @TempDir
    Path data;

    @Test
    void theMapOutlivesTheBrokerAndADamagedSnapshotIsReadAnewFromTheTopic() throws Exception {
        try (EdgeBroker broker = EdgeBroker.start(data.resolve("kafka"))) {
            for (String group : List.of("ams", "fra", "sin")) {
                broker.write(Topics.CONFIG_GROUPS, group, group(group));
            }
            for (int i = 0; i < 200; i++) {
                broker.write(
                        Topics.DECISIONS_MAP, "10.0." + i + ".0/24", entry("10.0." + i + ".0/24", i, "fra", "ams"));
            }
            broker.write(Topics.DECISIONS_MAP, "2001:db8:7::/48", entry("2001:db8:7::/48", 300, "sin"));
            broker.write(Topics.DECISIONS_MAP, "fra", price("fra", 301, 7.5));

            try (NameServerEdge edge = edge(broker.bootstrap())) {
                patiently().until(() -> to(edge, "10.0.199.0").startsWith("fra: map 1, entry 10.0.199.0/24"));
                patiently().until(() -> to(edge, "2001:db8:7::").startsWith("sin"));
                assertThat(to(edge, "10.0.3.0")).contains("price 7.5 ms", "cost 20.0±2.0 ms by RESOLVER_RTT");

                broker.write(Topics.DECISIONS_MAP, "10.0.3.0/24", entry("10.0.3.0/24", 400, "sin"));
                broker.write(Topics.DECISIONS_MAP, "10.0.4.0/24", (byte[]) null);
                broker.write(Topics.DECISIONS_MAP, "10.0.5.0/24", entry("10.0.5.0/24", 1, "sin")); // older
                broker.write(
                        Topics.DECISIONS_MAP,
                        "10.0.6.0/24",
                        damaged(WireEncoder.encode(entry("10.0.6.0/24", 401, "sin"))));
                patiently().until(() -> to(edge, "10.0.3.0").startsWith("sin"));
                patiently().until(() -> to(edge, "10.0.4.0").contains("nothing is known"));
                assertThat(to(edge, "10.0.5.0")).startsWith("fra");
                assertThat(to(edge, "10.0.6.0")).startsWith("fra");
            }

            try (NameServerEdge edge = edge("127.0.0.1:1")) {
                assertThat(to(edge, "10.0.3.0"))
                        .as("at once, from the snapshot")
                        .startsWith("sin");
                assertThat(to(edge, "10.0.199.0")).contains("fra: map 1, entry 10.0.199.0/24", "price 7.5 ms");
                assertThat(to(edge, "10.0.4.0")).contains("nothing is known");
                assertThat(to(edge, "2001:db8:7::")).startsWith("sin");
            }

            broker.write(Topics.DECISIONS_MAP, "10.0.8.0/24", (byte[]) null);
            try (NameServerEdge edge = edge(broker.bootstrap())) {
                patiently().until(() -> to(edge, "10.0.8.0").contains("nothing is known"));
                assertThat(to(edge, "10.0.3.0")).startsWith("sin");
                assertThat(to(edge, "10.0.7.0")).startsWith("fra");
            }

            Path snapshot = data.resolve("edge/tables/" + Topics.DECISIONS_MAP.name() + ".snapshot");
            byte[] bytes = Files.readAllBytes(snapshot);
            bytes[bytes.length / 2] ^= 1;
            Files.write(snapshot, bytes);
            try (NameServerEdge edge = edge("127.0.0.1:1")) {
                assertThat(to(edge, "10.0.3.0")).as("nothing of it").contains("nothing is known");
            }
            try (NameServerEdge edge = edge(broker.bootstrap())) {
                patiently().until(() -> to(edge, "10.0.3.0").startsWith("sin"));
                patiently().until(() -> to(edge, "10.0.7.0").startsWith("fra"));
                assertThat(to(edge, "10.0.8.0")).contains("nothing is known");
            }
        }
    }

    private static byte[] damaged(byte[] value) {
        value[value.length / 2] ^= 0x55;
        return Arrays.copyOf(value, value.length - 3);
    }

    private static String to(NameServerEdge edge, String address) throws Exception {
        byte[] bytes = InetAddress.getByName(address).getAddress();
        return String.join("; ", edge.map().explanation(bytes.length == 16, AddressPrefix.bits(bytes)));
    }

    private NameServerEdge edge(String bootstrap) throws Exception {
        Zone zone = Objects.requireNonNull(Zone.parse("""
                $ORIGIN fairlead.example.
                $TTL 300
                @ SOA ns hostmaster 1 1h 15m 1w 60
                  NS ns
                ns A 127.0.0.1
                $MAPPED watch 20
                """, null).zone());
        return NameServerEdge.start(
                new NameServerEdgeSettings(
                        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        NameServerSettings.DEFAULTS.withUdpSockets(1),
                        MapSettings.DEFAULTS,
                        TallySettings.DEFAULTS,
                        EdgeKitSettings.of("ns-1", NameServerEdgeSettings.KIND, "test", bootstrap, data.resolve("edge"))
                                .withPublisher(PublisherSettings.defaults().withDelivery(1_000, 2_000))),
                new Zones(List.of(zone)));
    }

    private static DeliveryGroup group(String id) {
        return DeliveryGroup.newBuilder()
                .setGroupId(id)
                .setAuthorship(new Authorship("ada", "a test", 0L, 1L))
                .setAddresses(List.of(new DeliveryAddress("192.0.2.1", id + "-1")))
                .setCapacityBitsPerSecond(1_000_000)
                .build();
    }

    private static MapEntry entry(String prefix, long counter, String... groups) {
        return MapEntry.newBuilder()
                .setPrefix(prefix)
                .setVersion(new DecisionVersion(1L, counter))
                .setIssuedAtMs(0)
                .setPolicyVersion(-1)
                .setMapEpoch(1)
                .setChoices(List.of(groups).stream()
                        .map(group -> new GroupChoice(
                                group, group.equals(groups[0]) ? 1.0 : 0.0, 20.0, 2.0, MapEvidence.RESOLVER_RTT))
                        .toList())
                .setEvidenceAtMs(0)
                .setDemandBitsPerSecond(1e6)
                .setCohort(MapCohort.SETTLED)
                .build();
    }

    private static GroupPrice price(String group, long counter, double priceMs) {
        return GroupPrice.newBuilder()
                .setGroupId(group)
                .setVersion(new DecisionVersion(1L, counter))
                .setIssuedAtMs(0)
                .setPolicyVersion(-1)
                .setMapEpoch(1)
                .setPriceMs(priceMs)
                .setCapacityBitsPerSecond(1)
                .setPlannedBitsPerSecond(1)
                .setLoadBitsPerSecond(1)
                .setState(GroupState.UP)
                .setShedFromShare(0.85)
                .build();
    }
}
