package io.fairlead.proxy.link;

import static io.fairlead.proxy.h2.FrameClient.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.LinkCodec;
import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.WindowSettings;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.proxy.h2.FrameClient;
import io.fairlead.proxy.h2.FrameClient.Field;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Agents with a good certificate that say frames as they like to a supernode, which is the client of HTTP/2: each ends its own link at
 * most, and another exit is served all the while.
 */
@Timeout(120)
class HostileAgentTest {

    private static final int CONTROL = LinkCodec.FIRST_STREAM;
    private static final int TUNNEL = CONTROL + 2;
    private static final String HELLO =
            "{\"protocol\":1,\"exitId\":\"exit-bad\",\"agentVersion\":\"x\",\"agentEpochMs\":5,"
                    + "\"link\":1,\"links\":1,\"poolType\":\"ISP\",\"country\":\"us\",\"region\":\"\",\"city\":\"\",\"asn\":1,"
                    + "\"os\":\"\",\"connectionType\":\"\",\"consent\":true,\"capacityRequests\":3,\"pools\":[]}\n";
    private static final List<Field> OK = List.of(new Field(":status", "200"));

    private LinkRig rig;
    private Site site;

    @BeforeEach
    void start() throws Exception {
        // Patient on both sides: those have time who answer no PING, and the good one has it while the edge is busy
        // with a flood.
        rig = new LinkRig(LinkSettings.DEFAULTS);
        site = new Site(Site::echo);
        rig.start(rig.settings("exit-good").withPulse(PulseSettings.DEFAULTS));
        await().until(() -> rig.registry.info("exit-good") != null);
    }

    @AfterEach
    void stop() {
        site.close();
        rig.close();
    }

    private FrameClient dial() throws Exception {
        return new FrameClient(FalseSupernode.dialAsAgent(
                        rig.authority.issueAgent("exit-bad", Duration.ofHours(1)),
                        rig.authority.certificate(),
                        rig.listener.address()))
                .serverHandshake();
    }

    /** Up to a hello that was taken. */
    private FrameClient link() throws Exception {
        FrameClient link = dial();
        link.awaitHead(CONTROL);
        link.headers(CONTROL, false, OK).data(CONTROL, false, HELLO);
        await().until(() -> rig.registry.info("exit-bad") != null);
        return link;
    }

    private Future<Channel> ask() {
        return rig.registry.open(
                "exit-bad",
                new Target("127.0.0.1", site.address().getPort()),
                new TunnelOptions(30_000, "test", DestinationRules.publicOnly()),
                null);
    }

    private static TunnelException failure(Future<Channel> asked) throws Exception {
        assertThat(asked.await(60_000)).as("it ends").isTrue();
        assertThat(asked.cause()).isInstanceOf(TunnelException.class);
        return (TunnelException) asked.cause();
    }

    private void assertOthersAreServed() throws Exception {
        assertThat(rig.open("exit-good", site.address()).isActive()).isTrue();
    }

    private record Wrong(String what, Consumer<FrameClient> frames) {}

    private static void flood(FrameClient link, byte[] frame) {
        byte[][] hundred = new byte[100][];
        Arrays.fill(hundred, frame);
        byte[] batch = join(hundred);
        for (int sent = 0; sent <= LinkCodec.CONTROL_FRAMES_A_WINDOW; sent += hundred.length) {
            link.raw(batch);
        }
    }

    @TestFactory
    Stream<DynamicTest> framesThatEndTheLink() {
        byte[] more = block(List.of(new Field("x", "y")));
        return Stream.of(
                        new Wrong("DATA on an idle stream", link -> link.data(99, false, "x")),
                        new Wrong("DATA on stream 0", link -> link.data(0, false, "x")),
                        new Wrong("HEADERS on an idle stream", link -> link.headers(99, false, OK)),
                        new Wrong("HEADERS on a stream of its own", link -> link.headers(2, false, OK)),
                        new Wrong("RST_STREAM of an idle stream", link -> link.reset(99, CANCEL)),
                        new Wrong("WINDOW_UPDATE on an idle stream", link -> link.windowUpdate(99, 1)),
                        new Wrong("WINDOW_UPDATE over 2^31-1", link -> link.windowUpdate(0, Integer.MAX_VALUE)
                                .windowUpdate(0, Integer.MAX_VALUE)),
                        new Wrong(
                                "PUSH_PROMISE", link -> link.frame(PUSH_PROMISE, END_HEADERS, CONTROL, int4(2), more)),
                        new Wrong("padding longer than DATA", link -> link.frame(DATA, PADDED, CONTROL, bytes(9, 1))),
                        new Wrong(
                                "a frame over the greatest size",
                                link -> link.frame(DATA, 0, CONTROL, new byte[16_385])),
                        new Wrong("a head over the greatest size", link -> {
                            link.frame(HEADERS, 0, CONTROL, block(List.of(new Field("x", "y".repeat(16_000)))));
                            link.frame(CONTINUATION, 0, CONTROL, block(List.of(new Field("x", "y".repeat(16_000)))));
                            link.frame(CONTINUATION, END_HEADERS, CONTROL, more);
                        }),
                        new Wrong("CONTINUATION without end", link -> {
                            link.frame(HEADERS, 0, CONTROL, more);
                            for (int i = 0; i < 1_000; i++) {
                                link.frame(CONTINUATION, 0, CONTROL, more);
                            }
                        }),
                        new Wrong(
                                "a header block that is none",
                                link -> link.frame(
                                        HEADERS, END_HEADERS, CONTROL, bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff))),
                        new Wrong("SETTINGS of 3 bytes", link -> link.frame(SETTINGS, 0, 0, new byte[3])),
                        new Wrong("ENABLE_PUSH by a server", link -> link.setting(2, 1)),
                        new Wrong("PING of 7 bytes", link -> link.frame(PING, 0, 0, new byte[7])),
                        new Wrong("a flood of PING", link -> flood(link, bytesOf(PING, 0, 0, new byte[8]))),
                        new Wrong(
                                "a flood of answers to no PING",
                                link -> flood(link, bytesOf(PING, ACK, 0, new byte[8]))),
                        new Wrong("a flood of SETTINGS", link -> flood(link, bytesOf(SETTINGS, 0, 0))),
                        new Wrong("a flood of unknown frames", link -> flood(link, bytesOf(0x77, 0, 0, new byte[8]))),
                        new Wrong(
                                "a flood of WINDOW_UPDATE", link -> flood(link, bytesOf(WINDOW_UPDATE, 0, 0, int4(1)))),
                        new Wrong("a flood of empty DATA", link -> flood(link, bytesOf(DATA, 0, CONTROL))),
                        new Wrong("a second hello", link -> link.data(CONTROL, false, HELLO)),
                        new Wrong("a line that is too long", link -> {
                            for (int i = 0; i < 10; i++) {
                                link.data(CONTROL, false, "x".repeat(1_000));
                            }
                        }),
                        new Wrong(
                                "numbers that are none",
                                link -> link.data(CONTROL, false, "{\"settled\":[[1,-2,3]]}\n")),
                        new Wrong("the end of the control stream", link -> link.data(CONTROL, true, "")),
                        new Wrong("a reset of the control stream", link -> link.reset(CONTROL, CANCEL)))
                .map(wrong -> DynamicTest.dynamicTest(wrong.what, () -> {
                    try (FrameClient link = link()) {
                        wrong.frames.accept(link);
                        link.await(frame -> frame.is(GOAWAY) || frame.is(-1), "the end of the link");
                    }
                    await().until(() -> rig.registry.info("exit-bad") == null);
                    await().until(() -> rig.listener.counters().unproven() == 0);
                    assertOthersAreServed();
                }));
    }

    @TestFactory
    Stream<DynamicTest> answersToConnectThatAreNone() {
        return Stream.of(
                        new Wrong("no :status", link -> link.headers(TUNNEL, false, List.of(new Field("x", "y")))),
                        new Wrong(
                                "a status that is no number",
                                link -> link.headers(TUNNEL, false, List.of(new Field(":status", "ok")))),
                        new Wrong("two :status", link -> link.headers(TUNNEL, false, List.of(OK.get(0), OK.get(0)))),
                        new Wrong(
                                "a :path in an answer",
                                link -> link.headers(TUNNEL, false, List.of(OK.get(0), new Field(":path", "/")))),
                        new Wrong(
                                "an upper-case name",
                                link -> link.headers(TUNNEL, false, List.of(OK.get(0), new Field("X-Y", "z")))),
                        new Wrong("DATA before the answer", link -> link.data(TUNNEL, false, "early")),
                        new Wrong("the end with the answer", link -> link.headers(TUNNEL, true, OK)),
                        new Wrong(
                                "a redirect",
                                link -> link.headers(
                                        TUNNEL,
                                        true,
                                        List.of(new Field(":status", "302"), new Field("location", "/")))),
                        new Wrong("a reset", link -> link.reset(TUNNEL, CANCEL)))
                .map(wrong -> DynamicTest.dynamicTest(wrong.what, () -> {
                    try (FrameClient link = link()) {
                        Future<Channel> asked = ask();
                        link.awaitHead(TUNNEL);
                        wrong.frames.accept(link);
                        assertThat(failure(asked).outcome())
                                .isIn(Outcome.EXIT_ERROR, Outcome.EXIT_LINK_LOST, Outcome.EXIT_BUSY);
                    }
                    await().until(() -> rig.registry.info("exit-bad") == null);
                    assertOthersAreServed();
                }));
    }

    /** Nobody reads the tunnel: its window, and no more than that, may come. */
    @Test
    void anAgentThatSendsMoreThanTheWindowIsStopped() throws Exception {
        try (FrameClient link = link()) {
            Future<Channel> asked = ask();
            link.awaitHead(TUNNEL);
            link.headers(TUNNEL, false, OK);
            assertThat(asked.await(60_000)).isTrue();
            byte[] chunk = new byte[16_000];
            for (int i = 0; i <= WindowSettings.DEFAULTS.streamBytes() / chunk.length; i++) {
                link.frame(DATA, 0, TUNNEL, chunk);
            }
            Frame end = link.await(
                    frame -> (frame.is(RST_STREAM) && frame.stream() == TUNNEL) || frame.is(GOAWAY) || frame.is(-1),
                    "an error");
            assertThat(end.is(-1) || end.code() == FLOW_CONTROL_ERROR)
                    .as(end.toString())
                    .isTrue();
            asked.getNow().close();
        }
        assertOthersAreServed();
    }

    /** After GOAWAY nothing new is opened there, and what it says is not believed. */
    @Test
    void framesAfterGoawayAreNoNewLife() throws Exception {
        try (FrameClient link = link()) {
            link.frame(
                    GOAWAY,
                    0,
                    0,
                    int4(CONTROL),
                    int4(NO_ERROR),
                    "bye\u0000\u001b[31m".getBytes(StandardCharsets.UTF_8));
            link.data(CONTROL, false, HELLO);
            await().until(() -> rig.registry.info("exit-bad") == null);
            assertThat(ask().await().cause()).isInstanceOf(TunnelException.class);
        }
        assertOthersAreServed();
    }

    /** What an agent says of tunnels that were never its own is forgotten: it can't settle another's. */
    @Test
    void bytesOfTunnelsThatNeverWereAreForgotten() throws Exception {
        try (FrameClient link = link()) {
            List<String> rows = new ArrayList<>();
            for (int i = 0; i < SettledLine.MOST; i++) {
                rows.add("[" + (1_000 + i) + ",1,1]");
            }
            link.data(CONTROL, false, "{\"settled\":[" + String.join(",", rows) + "]}\n");
            link.awaitPong();
            assertThat(rig.registry.info("exit-bad")).isNotNull();
        }
    }

    /** One certificate, another's name, on a link that is proven already: the name is the certificate's. */
    @Test
    void aHelloInAnothersNameTakesNothingOver() throws Exception {
        try (FrameClient link = dial()) {
            link.awaitHead(CONTROL);
            link.headers(CONTROL, false, OK).data(CONTROL, false, HELLO.replace("exit-bad", "exit-good"));
            link.await(frame -> frame.is(GOAWAY) || frame.is(-1), "the end of the link");
        }
        assertThat(rig.listener.counters().rejections(LinkCounters.Rejection.IDENTITY_LIE))
                .isEqualTo(1);
        assertOthersAreServed();
    }
}
