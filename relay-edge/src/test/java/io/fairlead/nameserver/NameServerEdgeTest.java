package io.fairlead.nameserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.table.TableListener;
import io.fairlead.nameserver.map.Group;
import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.server.NameServerStage;
import io.fairlead.nameserver.tally.TallySettings;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The name server put together, with nobody behind the address of Kafka: zones are served, groups are probed. */
class NameServerEdgeTest {

    private static final InetAddress HOME = InetAddress.getLoopbackAddress();

    private static NameServerEdge start(Path data) throws Exception {
        Zone zone = Zone.parse(NameServerStage.ZONE + "$MAPPED live 20\n", null).zone();
        return NameServerEdge.start(
                new NameServerEdgeSettings(
                        List.of(new InetSocketAddress(HOME, 0)),
                        NameServerSettings.DEFAULTS.withUdpSockets(1).withRate(0, 0),
                        MapSettings.DEFAULTS,
                        TallySettings.DEFAULTS.withChallengeShare(0),
                        EdgeKitSettings.of("ns-1", NameServerEdgeSettings.KIND, "test", "127.0.0.1:1", data)),
                new Zones(List.of(zone)));
    }

    @Test
    void withoutKafkaItServesItsZonesAndSaysWhatIsMissing(@TempDir Path data) throws Exception {
        try (NameServerEdge edge = start(data)) {
            InetSocketAddress at = edge.addresses().get(0);
            assertThat(NameServerStage.digAt(at, "+norec", "www.fairlead.example"))
                    .contains("192.0.2.80");
            assertThat(NameServerStage.digAt(at, "+norec", "live.fairlead.example"))
                    .contains("status: SERVFAIL");
            assertThat(admin(edge, "/metrics"))
                    .contains(
                            "fairlead_dns_questions_total{transport=\"udp\"} 2.0", "fairlead_dns_unsteered_total 1.0");
        }
    }

    private static String admin(NameServerEdge edge, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + edge.adminAddress().getPort() + path);
        try (InputStream in = uri.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Three groups, each a port on this machine. One is closed: new answers don't name it, and do again when it serves. */
    @Test
    void aGroupThatDoesNotAnswerProbesLeavesNewAnswersUntilItServesAgain(@TempDir Path data) throws Exception {
        try (NameServerEdge edge = start(data);
                ServerSocket first = new ServerSocket(0, 64, InetAddress.getByName("127.0.0.2"));
                ServerSocket second = new ServerSocket(0, 64, InetAddress.getByName("127.0.0.3"));
                ServerSocket third = new ServerSocket(0, 64, InetAddress.getByName("127.0.0.4"))) {
            TableListener<Group> groups = edge.map().groups();
            groups.put("a", group("a", 1, first));
            groups.put("b", group("b", 2, second));
            groups.put("c", group("c", 3, third));
            InetSocketAddress at = edge.addresses().get(0);
            await().until(() -> answer(at).contains("127.0.0.2"));
            Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true); // every group has been probed twice
            first.close();
            await().until(() -> answer(at).contains("127.0.0.3"));
            assertThat(answer(at)).doesNotContain("127.0.0.2");
            assertThat(edge.map().explanation(false, 0))
                    .anySatisfy(line -> assertThat(line).startsWith("b: "));
            ServerSocket again = new ServerSocket(first.getLocalPort(), 64, InetAddress.getByName("127.0.0.2"));
            await().until(() -> answer(at).contains("127.0.0.2"));
            again.close();
        }
    }

    private static org.awaitility.core.ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }

    private static String answer(InetSocketAddress at) throws Exception {
        return NameServerStage.digAt(at, "+norec", "+short", "live.fairlead.example");
    }

    private static Group group(String id, int rank, ServerSocket socket) {
        return new Group(
                id,
                List.of(new Group.Address(socket.getInetAddress().getHostAddress(), "")),
                1e9,
                socket.getLocalPort(),
                "",
                rank,
                false);
    }
}
