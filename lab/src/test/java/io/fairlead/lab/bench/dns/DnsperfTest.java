package io.fairlead.lab.bench.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.UserError;
import io.fairlead.nameserver.server.Asked;
import io.fairlead.nameserver.server.NameServer;
import io.fairlead.nameserver.server.NameServerCounters;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.server.Served;
import io.fairlead.nameserver.server.Steering;
import io.fairlead.nameserver.wire.Rcode;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dnsperf at a rate that any machine keeps up with: nothing is lost, and all is what was asked for. */
class DnsperfTest {

    private static final int PER_SECOND = 1_000;
    private static final int SECONDS = 2;

    @Test
    void loadIsAnsweredWithoutLoss(@TempDir Path directory) throws Exception {
        Path questions = Files.writeString(directory.resolve("questions"), BenchZone.questions());
        NameServerCounters counters = new NameServerCounters();
        try (NameServer server = NameServer.start(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                NameServerSettings.DEFAULTS.withUdpSockets(2).withRate(0, 0),
                new Served(
                        new Zones(List.of(Objects.requireNonNull(
                                Zone.parse(BenchZone.text(), null).zone()))),
                        Steering.NONE),
                counters,
                loop -> Asked.NOBODY,
                (channel, from) -> {},
                InstantSource.system())) {
            Dnsperf.Result result;
            try {
                result =
                        new Dnsperf(questions, List.of()).run(server.addresses().get(0), SECONDS, PER_SECOND);
            } catch (UserError missing) {
                Assumptions.abort(missing.getMessage());
                return;
            }
            assertThat(result.lost()).isZero();
            assertThat(result.completed()).isBetween((long) PER_SECOND, (long) PER_SECOND * (SECONDS + 1));
            assertThat(counters.answers(Rcode.NOERROR)).isEqualTo(result.completed());
            assertThat(result.meanUs()).isPositive();
            assertThat(result.p99Us()).isPositive();
        }
    }
}
