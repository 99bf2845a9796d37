package io.fairlead.lab.bench.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.nameserver.server.Asked;
import io.fairlead.nameserver.server.NameServer;
import io.fairlead.nameserver.server.NameServerCounters;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.server.Served;
import io.fairlead.nameserver.server.Steering;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same zone here and at NSD, asked the same at random; {@code fairlead bench dns} asks Knot, too. */
class DifferentialTest {

    private static final int QUESTIONS = 100_000;

    private static NameServer ours(String zone) throws Exception {
        return NameServer.start(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                NameServerSettings.DEFAULTS.withUdpSockets(1).withRate(0, 0),
                new Served(
                        new Zones(List.of(
                                Objects.requireNonNull(Zone.parse(zone, null).zone()))),
                        Steering.NONE),
                new NameServerCounters(),
                loop -> Asked.NOBODY,
                (channel, from) -> {},
                InstantSource.system());
    }

    @Test
    void randomQuestionsAreAnsweredAsNsdAnswersThem(@TempDir Path directory) throws Exception {
        try (DnsPeers peers = DnsPeers.startNsd(directory)) {
            Assumptions.assumeFalse(peers.running().isEmpty(), "nsd is not installed");
            InetSocketAddress nsd = peers.running().get(0).address();
            try (NameServer ours = ours(BenchZone.text());
                    Differential differential =
                            new Differential(ours.addresses().get(0), nsd)) {
                List<String> found = new ArrayList<>();
                int alike = differential.compare(QUESTIONS, new SplittableRandom(42), found, 1);
                assertThat(found).isEmpty();
                assertThat(alike).isEqualTo(QUESTIONS);
            }
            try (NameServer other = ours(BenchZone.text().replace("host.wild IN A 192.0.2.98\n", ""));
                    Differential differential =
                            new Differential(other.addresses().get(0), nsd)) {
                List<String> found = new ArrayList<>();
                differential.compare(QUESTIONS, new SplittableRandom(42), found, 1);
                assertThat(found).as("a name that is missing here is found").hasSize(1);
            }
        }
    }
}
