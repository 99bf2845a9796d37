package io.fairlead.lab.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.popularity.NameServerSet;
import io.fairlead.model.popularity.Popularity;
import io.fairlead.model.popularity.Popularity.Verdict;
import io.fairlead.model.popularity.Resolver;
import io.fairlead.nameserver.server.GroupAddresses;
import io.fairlead.nameserver.server.NameServer;
import io.fairlead.nameserver.server.NameServerCounters;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.server.Served;
import io.fairlead.nameserver.server.Steered;
import io.fairlead.nameserver.server.Steering;
import io.fairlead.nameserver.tally.TallyDesk;
import io.fairlead.nameserver.tally.TallySettings;
import io.fairlead.nameserver.zone.MappedName;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import io.fairlead.schemas.telemetry.ResolverTally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Simulated resolvers in front of our name servers: they are counted as real ones are, and come out as the real ones that they stand for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // name servers take seconds to end
class SimulatedResolverTest {

    private static final int QUESTIONS = 250;
    private static final int AT_ONCE = 10;
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    /** One resolver, 10 ms from the second of four groups. */
    private static final RttMatrix RTT = RttMatrix.of(new double[][] {
        {0, 50, 50, 50, 90}, {50, 0, 50, 50, 10}, {50, 50, 0, 50, 120}, {50, 50, 50, 0, 60}, {90, 10, 120, 60, 0}
    });

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final Map<String, TallyDesk> desks = new ConcurrentHashMap<>();
    private final Map<String, ResolverTally> told = new ConcurrentHashMap<>();

    @BeforeAll
    void start() throws IOException {
        for (int i = 0; i < 4; i++) {
            String name = "ns-" + i;
            TallyDesk desk = new TallyDesk(
                    TallySettings.DEFAULTS.withChallengeShare(0),
                    (topic, key, record) -> {
                        if (record instanceof ResolverTally tally) {
                            told.put(name + " " + tally.getResolver(), tally);
                        }
                        return true;
                    },
                    System::nanoTime,
                    new SplittableRandom(i));
            desks.put(name, desk);
            Zone zone = Objects.requireNonNull(Zone.parse("""
                    $ORIGIN fairlead.example.
                    $TTL 300
                    @ SOA ns hostmaster 1 1h 15m 1w 60
                      NS ns
                    ns A 127.0.1.1
                    $MAPPED *.watch 20
                    """, null).zone());
            NameServer server = NameServer.start(
                    List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                    NameServerSettings.DEFAULTS.withUdpSockets(1),
                    new Served(new Zones(List.of(zone)), new BySubnet()),
                    new NameServerCounters(),
                    desk::of,
                    desk::answeredOverTcp,
                    InstantSource.system());
            open.add(server);
            addresses.add(server.addresses().get(0));
        }
    }

    @AfterAll
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @EnumSource(ResolverModel.class)
    void whoPrefersNearOnesIsSeenToAndWhoDoesNotIsIndifferent(ResolverModel model) throws Exception {
        List<Integer> answers = answers(model, false, QUESTIONS);
        assertThat(answers).hasSize(QUESTIONS).containsOnly(0xC0000201);
        desks.values().forEach(TallyDesk::tell);
        Resolver resolver = new Resolver();
        told.forEach((key, tally) -> {
            String name = key.substring(0, key.indexOf(' '));
            if (!tally.getResolver().equals(address(model))) {
                return;
            }
            assertThat(tally.getQuestions() - tally.getProvenQuestions())
                    .as("all but those of the first moment show the cookie of %s", name)
                    .isLessThanOrEqualTo(AT_ONCE);
            resolver.asked(name, tally.getProvenQuestions(), NOW_MS, MapPolicy.defaults());
        });
        Map<String, Long> since = desks.keySet().stream().collect(Collectors.toMap(name -> name, name -> 0L));
        Popularity judged = resolver.judge(new NameServerSet(since, 0, 0), NOW_MS, MapPolicy.defaults())
                .popularity();
        if (model.prefersNear()) {
            assertThat(judged.preferred()).as("%s", judged).contains("ns-1");
        } else {
            assertThat(judged.verdict()).as("%s", judged).isEqualTo(Verdict.INDIFFERENT);
        }
    }

    @Test
    void theSubnetOfItsClientsIsToldByThoseThatTellIt() throws Exception {
        assertThat(answers(ResolverModel.ALL_ALIKE, true, AT_ONCE))
                .hasSize(AT_ONCE)
                .containsOnly(0x0A010200);
    }

    @Test
    void fourResolversInTenPreferNobody() {
        long indifferent = NameWorld.synthetic(1_000, 3).resolvers().stream()
                .filter(each -> !each.model().prefersNear())
                .count();
        assertThat(indifferent).isBetween(350L, 450L);
    }

    private static String address(ResolverModel model) {
        return "127.16.1." + (1 + Math.floorMod(model.name().hashCode(), 251));
    }

    /** Some at a time, so that none is lost. */
    private List<Integer> answers(ResolverModel model, boolean tellsSubnet, int count) throws IOException {
        NameWorld.Asker asker = new NameWorld.Asker(
                address(model), 4, model, tellsSubnet, 1, List.of(new NameWorld.Clients("10.1.2.0/24", 4, 1)));
        List<NameWorld.Site> sites = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sites.add(new NameWorld.Site("g" + i, "", "", 100, 200, i));
        }
        NameWorld world = new NameWorld(RTT, sites, List.of(asker));
        List<Integer> answers = new ArrayList<>();
        try (Selector selector = Selector.open();
                SimulatedResolver resolver =
                        new SimulatedResolver(world, asker, addresses, selector, new SplittableRandom(5))) {
            ByteBuffer buffer = ByteBuffer.allocate(4_096);
            for (int asked = 0; asked < count; asked += AT_ONCE) {
                for (int i = 0; i < AT_ONCE; i++) {
                    resolver.ask("c" + (asked + i) + ".watch.fairlead.example", buffer, System.nanoTime());
                }
                hear(resolver, selector, buffer, asked + AT_ONCE, answers);
            }
        }
        return answers;
    }

    private static void hear(
            SimulatedResolver resolver, Selector selector, ByteBuffer buffer, int until, List<Integer> answers)
            throws IOException {
        for (long began = System.nanoTime(); answers.size() < until; ) {
            if (System.nanoTime() - began > PATIENCE_NANOS) {
                throw new AssertionError("no answer within 60 s, after " + answers.size());
            }
            selector.select(100);
            selector.selectedKeys().clear();
            for (SimulatedResolver.Told told = resolver.hear(buffer); told != null; told = resolver.hear(buffer)) {
                answers.add(told.address());
            }
        }
    }

    /** Who tells a subnet is told its first address, others 192.0.2.1. */
    private static final class BySubnet implements Steering {

        @Override
        public Steered steer(MappedName name, boolean ipv6, long address, int bits) {
            byte[] told = bits == 32
                    ? new byte[] {(byte) 192, 0, 2, 1}
                    : new byte[] {
                        (byte) (address >>> 56),
                        (byte) (address >>> 48),
                        (byte) (address >>> 40),
                        (byte) (address >>> 32)
                    };
            return new Steered(new GroupAddresses("one", List.of(told)), bits);
        }

        @Override
        public String explain(MappedName name, boolean ipv6, long address, int bits) {
            return "";
        }
    }
}
