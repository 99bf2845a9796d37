package io.fairlead.lab.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.lab.fleet.Impairment;
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
import io.fairlead.nameserver.zone.ZoneKey;
import io.fairlead.nameserver.zone.Zones;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Four of our name servers at different distances, other people's resolvers in front of them, and what these resolvers' questions come to. */
class RealResolversTest {

    private static final String ZONE = "fairlead.example";

    private static final int QUESTIONS = 300;

    /** Rounds of questions, each judged by itself, in which a resolver must come to prefer the nearest. */
    private static final int ROUNDS = 20;

    /** The first answers of a virtual machine are slow, and resolvers remember that for a minute. */
    private static final int WARM_UP = 100;

    /** A quarter of those who can't prove themselves by a cookie is asked to. */
    private static final double CHALLENGES = 0.25;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, TallyDesk> desks = new TreeMap<>();
    private List<ZoneKey> keys = List.of();
    private Resolver resolver = new Resolver();
    private final List<InetSocketAddress> paths = new ArrayList<>();

    private void start(Map<String, Integer> delaysMs, double challenges) throws IOException {
        int port = freePort();
        int host = 1;
        for (Map.Entry<String, Integer> each : delaysMs.entrySet()) {
            NameServer server = nameServer(each.getKey(), challenges);
            open.add(server);
            QuestionPath path = QuestionPath.open(
                    loops,
                    new InetSocketAddress("127.0.1." + host++, port),
                    server.addresses().get(0),
                    () -> Impairment.delay(each.getValue(), 1),
                    new SplittableRandom(host));
            open.add(path);
            paths.add(path.address());
        }
        for (InetSocketAddress each : paths) {
            RecursiveServer.ask(each, ZONE, WARM_UP);
            RecursiveServer.askOverTcp(each, ZONE);
        }
    }

    /** BIND asks all name servers at the port at which it is asked: one that is free at every address. */
    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("0.0.0.0"))) {
            return socket.getLocalPort();
        }
    }

    private NameServer nameServer(String name, double challenges) throws IOException {
        TallyDesk desk = new TallyDesk(
                TallySettings.DEFAULTS.withChallengeShare(challenges),
                (topic, key, record) -> heard(name, record),
                System::nanoTime,
                new SplittableRandom(name.hashCode()));
        desks.put(name, desk);
        Zone zone = Objects.requireNonNull(Zone.parse("""
                $ORIGIN fairlead.example.
                $TTL 300
                @ SOA ns hostmaster 1 1h 15m 1w 60
                  NS ns
                ns A 127.0.1.1
                $MAPPED *.beacon 20
                """, null, keys).zone());
        return NameServer.start(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                NameServerSettings.DEFAULTS.withUdpSockets(1).withRate(0, 0),
                new Served(new Zones(List.of(zone)), new OneGroup()),
                new NameServerCounters(),
                desk::of,
                desk::answeredOverTcp,
                InstantSource.system());
    }

    private boolean heard(String nameServer, SpecificRecord record) {
        if (record instanceof ResolverTally tally && !tally.getResolver().equals("127.0.0.1")) {
            resolver.asked(nameServer, tally.getProvenQuestions(), System.currentTimeMillis(), MapPolicy.defaults());
        }
        return true;
    }

    private Popularity asked(RecursiveServer server) throws IOException {
        desks.values().forEach(TallyDesk::tell);
        resolver = new Resolver();
        server.answers(ZONE, QUESTIONS);
        desks.values().forEach(TallyDesk::tell);
        Map<String, Long> since = desks.keySet().stream().collect(Collectors.toMap(name -> name, name -> 0L));
        return resolver.judge(new NameServerSet(since, 0, 0), System.currentTimeMillis(), MapPolicy.defaults())
                .popularity();
    }

    private void comesToPreferTheNearest(RecursiveServer server) throws IOException {
        Popularity last = asked(server);
        for (int round = 1; round < ROUNDS && !last.preferred().equals(Optional.of("near")); round++) {
            last = asked(server);
        }
        assertThat(last.preferred()).as("%s", last).contains("near");
    }

    /** It proves itself by cookies. */
    @Test
    void bindPrefersTheNearest(@TempDir Path directory) throws Exception {
        start(new TreeMap<>(Map.of("far", 120, "farther", 200, "mid", 60, "near", 8)), 0);
        try (RecursiveServer server = RecursiveServer.bind("127.0.0.77", ZONE, paths, directory)) {
            comesToPreferTheNearest(server);
        }
    }

    /** To it all under 50 ms are as near. */
    @Test
    void unboundThatIsToldToPreferFastServersPrefersTheNearest(@TempDir Path directory) throws Exception {
        start(new TreeMap<>(Map.of("far", 160, "farther", 260, "mid", 90, "near", 8)), CHALLENGES);
        String fast = "  fast-server-permil: 900\n  fast-server-num: 1";
        try (RecursiveServer server = RecursiveServer.unbound("127.0.0.78", ZONE, paths, fast, directory)) {
            comesToPreferTheNearest(server);
        }
    }

    /** It takes all within 400 ms for as good: nothing may be concluded from what it asks. */
    @Test
    void unboundAsItIsComesOutIndifferent(@TempDir Path directory) throws Exception {
        start(new TreeMap<>(Map.of("far", 40, "farther", 60, "mid", 20, "near", 5)), CHALLENGES);
        try (RecursiveServer server = RecursiveServer.unbound("127.0.0.79", ZONE, paths, "", directory)) {
            Popularity last = asked(server);
            for (int round = 1; round < ROUNDS / 4 && last.verdict() != Verdict.INDIFFERENT; round++) {
                last = asked(server); // by chance, or since one was slow for a while
            }
            assertThat(last.verdict()).as("%s", last).isEqualTo(Verdict.INDIFFERENT);
        }
    }

    /** It is told the zone's key as a parent would, and refuses what it can't prove. */
    @Test
    void unboundValidatesASignedZone(@TempDir Path good, @TempDir Path bad) throws Exception {
        ZoneKey key = ZoneKey.generate();
        keys = List.of(key);
        start(new TreeMap<>(Map.of("only", 1)), 0);
        String validates = "  module-config: \"validator iterator\"\n  trust-anchor: \"%s\"";
        String anchor = key.ds(ZONE + ".");
        try (RecursiveServer server =
                RecursiveServer.unbound("127.0.0.80", ZONE, paths, validates.formatted(anchor), good)) {
            server.answers(ZONE, 1);
            Message there = server.validated("n.beacon." + ZONE, Type.A);
            assertThat(there.getHeader().getFlag(Flags.AD)).as("%s", there).isTrue();
            assertThat(there.getSection(Section.ANSWER)).isNotEmpty();
            for (String missing : List.of("nowhere." + ZONE, "ns." + ZONE)) {
                Message denied = server.validated(missing, Type.MX);
                assertThat(denied.getHeader().getFlag(Flags.AD))
                        .as("%s", denied)
                        .isTrue();
                assertThat(denied.getSection(Section.ANSWER)).isEmpty();
            }
        }
        String others = ZoneKey.generate().ds(ZONE + ".");
        try (RecursiveServer server =
                RecursiveServer.unbound("127.0.0.81", ZONE, paths, validates.formatted(others), bad)) {
            server.awaitRefusal("n.beacon." + ZONE);
        }
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** All are told the same. */
    private static final class OneGroup implements Steering {

        private final Steered all = new Steered(new GroupAddresses("one", List.of(new byte[] {127, 0, 0, 11})), 0);

        @Override
        public Steered steer(MappedName name, boolean ipv6, long address, int bits) {
            return all;
        }

        @Override
        public String explain(MappedName name, boolean ipv6, long address, int bits) {
            return "";
        }
    }
}
