package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.h2.FrameClient;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand connections that send a byte now and then: heads, handshakes of TLS and of SOCKS, frames of HTTP/2. They hold little, good users are served
 * beside them, and all are gone when their time is over.
 */
@Timeout(180)
class ThousandSlowUsersTest {

    private static final int CONNECTIONS = 1_000;
    private static final int MOST_BYTES_EACH = 32 << 10;

    private static final byte[][] SAID = {
        ("GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + "x".repeat(4_000))
                .getBytes(StandardCharsets.ISO_8859_1),
        {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
        {5, (byte) 200, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
        FrameClient.join(
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                FrameClient.bytesOf(FrameClient.SETTINGS, 0, 0),
                FrameClient.bytesOf(FrameClient.HEADERS, 0, 1, new byte[4_000])),
    };

    @Test
    void holdLittleAndHoldNobodyUp(@TempDir Path directory) throws Exception {
        FrontSettings settings = FrontSettings.DEFAULTS
                .withTimeouts(8_000, 8_000, 60_000, 60_000)
                .withTlsHandshakeTimeoutMs(8_000)
                .withMaxConnections(CONNECTIONS + 100, CONNECTIONS + 100)
                .withPressure(new PressureSettings(0.97, 0.98, 0.99, 0.01, 0.01))
                .withCertificate(UserKeys.write(directory, UserKeys.make()));
        List<Socket> slow = new ArrayList<>();
        try (FrontRig rig = new FrontRig(settings, AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("good")) {
            rig.exit("exit-01");
            assertThat(rig.curl(site.url("/")).text()).isEqualTo("good");
            long before = PlatformDependent.usedDirectMemory();
            for (int i = 0; i < CONNECTIONS; i++) {
                slow.add(new Socket(
                        rig.front.address().getAddress(), rig.front.address().getPort()));
            }
            for (int round = 0; round < 20; round++) {
                sayAByteEach(slow, round);
                if (round % 5 == 0) {
                    assertThat(rig.curl(site.url("/")).text()).isEqualTo("good");
                }
            }
            assertThat(rig.front.counters().openConnections())
                    .as("slow users are there")
                    .isPositive();
            assertThat(PlatformDependent.usedDirectMemory() - before)
                    .as("bytes held for them")
                    .isLessThan((long) CONNECTIONS * MOST_BYTES_EACH);
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() -> rig.front.counters().openConnections() == 0);
            assertThat(rig.curl(site.url("/")).text()).isEqualTo("good");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static void sayAByteEach(List<Socket> slow, int round) {
        for (int i = 0; i < slow.size(); i++) {
            byte[] said = SAID[i % SAID.length];
            try {
                slow.get(i).getOutputStream().write(said[round % said.length]);
            } catch (IOException closed) {
                // its time was over
            }
        }
    }
}
