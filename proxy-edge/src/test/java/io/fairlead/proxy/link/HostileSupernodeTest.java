package io.fairlead.proxy.link;

import static io.fairlead.proxy.h2.FrameClient.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.LinkCodec;
import io.fairlead.edge.link.PulseSettings;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.h2.FrameClient;
import io.fairlead.proxy.h2.FrameClient.Field;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an agent that has dialled a supernode in good faith takes from it, and what not; it always dials again. */
@Timeout(120)
class HostileSupernodeTest {

    private LinkRig rig;
    private FalseSupernode supernode;
    private ExitAgent agent;

    @BeforeEach
    void start() throws Exception {
        rig = new LinkRig();
        supernode = new FalseSupernode(rig.authority);
        agent = rig.start(rig.settings("exit-1")
                .withSupernodes(List.of(supernode.address()))
                .withPulse(PulseSettings.DEFAULTS)
                .withPauses(1, 20));
    }

    @AfterEach
    void stop() throws Exception {
        agent.close();
        supernode.close();
        rig.close();
    }

    private FrameClient link() throws Exception {
        return new FrameClient(supernode.accept()).handshake();
    }

    private static List<Field> control() {
        return List.of(
                new Field(":method", "GET"),
                new Field(":scheme", "https"),
                new Field(":authority", LinkAuthority.EDGE_NAME),
                new Field(":path", ControlLines.PATH));
    }

    private static List<Field> connect(String authority) {
        return List.of(new Field(":method", "CONNECT"), new Field(":authority", authority));
    }

    private static String status(Frame head) {
        // ":status 200" is one octet, static index 8; any other is a literal with its digits in plain or Huffman code.
        return head.payload()[0] == (byte) 0x88 ? "200" : "other";
    }

    /** Netty takes stream 1 of a channel that was dialled for an upgrade, and breaks on it. */
    @Test
    void aLinkWhoseStreamsBeginAtOneIsEndedWithAReason() throws Exception {
        try (FrameClient link = link()) {
            link.headers(1, true, control());
            link.awaitConnectionError(PROTOCOL_ERROR);
        }
        try (FrameClient link = link()) {
            assertThat(status(link.headers(3, true, control()).awaitHead(3))).isEqualTo("200");
        }
    }

    @Test
    void floodsEndTheLink() throws Exception {
        byte[][] floods = {
            bytesOf(PING, 0, 0, new byte[8]),
            bytesOf(PING, ACK, 0, new byte[8]),
            bytesOf(SETTINGS, 0, 0),
            bytesOf(PRIORITY, 0, 3, new byte[] {0, 0, 0, 0, 1}),
            bytesOf(0x77, 0, 0, new byte[20]),
            bytesOf(WINDOW_UPDATE, 0, 0, int4(1)),
        };
        for (byte[] frame : floods) {
            try (FrameClient link = link()) {
                byte[][] hundred = new byte[100][];
                java.util.Arrays.fill(hundred, frame);
                byte[] batch = join(hundred);
                for (int sent = 0; sent <= LinkCodec.CONTROL_FRAMES_A_WINDOW; sent += hundred.length) {
                    link.raw(batch);
                }
                link.awaitConnectionError(ENHANCE_YOUR_CALM);
            }
        }
    }

    @Test
    void twoControlStreamsAreOneTooMany() throws Exception {
        try (FrameClient link = link()) {
            assertThat(status(link.headers(3, true, control()).awaitHead(3))).isEqualTo("200");
            assertThat(status(link.headers(5, true, control()).awaitHead(5))).isEqualTo("other");
            link.awaitPong();
        }
    }

    @Test
    void whatTheOwnerHasNotAllowedIsNotDialled() throws Exception {
        try (FrameClient link = link()) {
            int stream = 3;
            for (String authority : List.of(
                    "10.0.0.1:80",
                    "169.254.169.254:80",
                    "[::1]:80",
                    "[::ffff:10.0.0.1]:80",
                    "0x7f000001",
                    ":80",
                    "a:b:1",
                    "127.0.0.1:65536",
                    "user@127.0.0.1:80",
                    "127.0.0.1:25")) {
                assertThat(status(
                                link.headers(stream, false, connect(authority)).awaitHead(stream)))
                        .as(authority)
                        .isEqualTo("other");
                stream += 2;
            }
            link.awaitPong();
        }
        assertThat(agent.runningRequests()).isZero();
    }

    @Test
    void aTunnelToASiteThatTakesNothingStopsAtItsWindow() throws Exception {
        java.util.concurrent.CountDownLatch over = new java.util.concurrent.CountDownLatch(1);
        try (Site deaf = new Site(
                        socket -> {
                            try {
                                over.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        4 << 10);
                FrameClient link = link()) {
            link.headers(3, false, connect("127.0.0.1:" + deaf.address().getPort()));
            assertThat(status(link.awaitHead(3))).isEqualTo("200");
            byte[] chunk = new byte[16_000];
            // The link's window is wider than this, the stream's is not: more than it lets through is an error of the
            // stream.
            for (int i = 0; i < 1_000; i++) {
                link.frame(DATA, 0, 3, chunk);
            }
            Frame answer = link.await(
                    frame -> (frame.stream() == 3 && !frame.is(WINDOW_UPDATE)) || frame.is(GOAWAY) || frame.is(-1),
                    "an end, or patience");
            assertThat(answer.is(-1) || answer.code() == FLOW_CONTROL_ERROR).isTrue();
        } finally {
            over.countDown();
        }
        await().until(() -> agent.runningRequests() == 0);
    }
}
