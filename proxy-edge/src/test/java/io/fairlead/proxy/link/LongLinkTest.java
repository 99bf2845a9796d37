package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.PulseSettings;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A link with a hundred milliseconds of round trip: its windows find out what it carries. */
class LongLinkTest {

    /** Heartbeats that cross every sample of the bandwidth: neither may disturb the other. */
    private static final PulseSettings PULSE = new PulseSettings(60, 0.2, 3_000, 6_000, 20_000);

    private static final long MANY = 20L << 20;

    @Test
    void windowsGrowWhereTheRoundTripIsLongAndShrinkBackWithTheTunnel() throws Exception {
        try (LinkRig rig = new LinkRig(LinkSettings.DEFAULTS.withPulse(PULSE));
                SlowRoad road = new SlowRoad(rig.listener.address(), 50);
                Site site = new Site(socket -> {
                    byte[] chunk = new byte[64 << 10];
                    for (long sent = 0; sent < MANY; sent += chunk.length) {
                        System.arraycopy(Bytes.from(sent, chunk.length), 0, chunk, 0, chunk.length);
                        socket.getOutputStream().write(chunk);
                    }
                })) {
            var settings = rig.settings("exit-1").withPulse(PULSE);
            rig.start(settings.withSupernodes(List.of(road.address())));
            await().until(() -> rig.registry.linkCount() == 1);
            Channel tunnel = rig.open("exit-1", site.address());
            RoundTripTest.Checker checker = new RoundTripTest.Checker();
            long started = System.nanoTime();
            LinkRig.read(tunnel, checker);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> rig.listener.windowBudget().takenBytes() >= 1 << 20);
            assertThat(checker.ended.await(60, TimeUnit.SECONDS)).isTrue();
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            System.out.println("20 MiB over 100 ms of round trip took " + tookMs + " ms");
            assertThat(checker.position.get()).isEqualTo(MANY);
            assertThat(checker.wrongAt.get()).isEqualTo(-1);
            tunnel.close();
            await().until(() -> rig.listener.windowBudget().takenBytes() == 0);
        }
    }
}
