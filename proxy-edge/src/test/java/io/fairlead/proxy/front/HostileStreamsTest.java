package io.fairlead.proxy.front;

import static io.fairlead.proxy.h2.FrameClient.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.h2.FrameClient;
import io.fairlead.proxy.h2.FrameClient.Field;
import io.fairlead.proxy.h2.FrameClient.Frame;
import io.fairlead.proxy.link.Site;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users who speak HTTP/2 to do harm: each is bounded, counted, and hurts nobody else. */
@Timeout(60)
class HostileStreamsTest {

    private static final StreamLimits TIGHT = new StreamLimits(10, 65_535, 65_535, 20, 100);

    private static final Field AUTHORIZATION = new Field(
            "proxy-authorization",
            "Basic " + Base64.getEncoder().encodeToString(FrontRig.USER.getBytes(StandardCharsets.UTF_8)));

    private static FrontRig rig(StreamLimits limits) throws Exception {
        return new FrontRig(FrontSettings.DEFAULTS.withStreams(limits), AttemptSettings.DEFAULTS);
    }

    private static FrameClient client(FrontRig rig) throws Exception {
        return new FrameClient(new Socket(
                        rig.front.address().getAddress(), rig.front.address().getPort()))
                .handshake();
    }

    private static List<Field> to(String method, String path, WebSite site) {
        return new ArrayList<>(List.of(
                new Field(":method", method),
                new Field(":scheme", "http"),
                new Field(":authority", "127.0.0.1:" + site.port()),
                new Field(":path", path),
                AUTHORIZATION));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assertOthersAreServed(FrontRig rig, WebSite site) throws Exception {
        assertThat(rig.curl(site.url("/others")).status()).isEqualTo(200);
    }

    @Test
    void rapidResetEndsTheConnectionAndLeavesNothingBehind() throws Exception {
        try (FrontRig rig = rig(TIGHT);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                for (int stream = 1; stream < 200; stream += 2) {
                    client.headers(stream, true, to("GET", "/", site)).reset(stream, CANCEL);
                }
                client.awaitConnectionError(ENHANCE_YOUR_CALM);
            }
            await().until(() -> rig.front.counters().floods() == 1);
            assertOthersAreServed(rig, site);
            assertThat(site.heads).hasSizeLessThan(60);
        }
    }

    @Test
    void floodsOfFramesThatLeadNowhereAreCutOff() throws Exception {
        byte[][] floods = {
            FrameClient.bytesOf(PING, 0, 0, new byte[8]),
            FrameClient.bytesOf(SETTINGS, 0, 0),
            FrameClient.bytesOf(PRIORITY, 0, 1, new byte[] {0, 0, 0, 0, 1}),
            FrameClient.bytesOf(0x77, 0, 0, new byte[20]),
            FrameClient.bytesOf(WINDOW_UPDATE, 0, 0, int4(1)),
        };
        try (FrontRig rig = rig(TIGHT);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            for (byte[] frame : floods) {
                try (FrameClient client = client(rig)) {
                    for (int i = 0; i < 1_000; i++) {
                        client.raw(frame);
                    }
                    client.awaitConnectionError(ENHANCE_YOUR_CALM);
                }
            }
            await().until(() -> rig.front.counters().floods() == floods.length);
            assertOthersAreServed(rig, site);
        }
    }

    /** The goodbye stands behind an answer that is never taken: it does not hold the connection. */
    @Test
    void aFlooderWhoReadsNothingIsClosedAllTheSame() throws Exception {
        byte[] chunk = new byte[10_000];
        AtomicLong sent = new AtomicLong();
        AtomicLong before = new AtomicLong();
        try (FrontRig rig = rig(TIGHT);
                WebSite site = new WebSite((head, body, socket) -> {
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"));
                    while (true) {
                        socket.getOutputStream().write(chunk);
                        sent.addAndGet(chunk.length);
                    }
                });
                Socket narrow = new Socket()) {
            rig.exit("exit-01");
            narrow.setReceiveBufferSize(8 << 10);
            narrow.connect(rig.front.address());
            try (FrameClient client = new FrameClient(narrow).handshake()) {
                client.setting(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE)
                        .frame(WINDOW_UPDATE, 0, 0, int4(Integer.MAX_VALUE - 65_535))
                        .headers(1, true, to("GET", "/", site))
                        .awaitHead(1);
                await("all ways full")
                        .pollInterval(500, TimeUnit.MILLISECONDS)
                        .until(() -> sent.get() > 0 && before.getAndSet(sent.get()) == sent.get());
                for (int i = 0; i < 1_000; i++) {
                    client.raw(FrameClient.bytesOf(PING, 0, 0, new byte[8]));
                }
                await().until(() -> rig.front.counters().floods() == 1);
                await().until(() -> rig.front.counters().openConnections() == 0);
            }
        }
    }

    @Test
    void emptyDataFramesAreCutOff() throws Exception {
        try (FrontRig rig = rig(TIGHT);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                client.headers(1, false, to("POST", "/", site));
                for (int i = 0; i < 500; i++) {
                    client.data(1, false, "");
                }
                client.awaitConnectionError(ENHANCE_YOUR_CALM);
            }
            await().until(() -> rig.front.counters().floods() == 1);
        }
    }

    @Test
    void aHeadThatGoesOnInContinuationsIsCutOff() throws Exception {
        try (FrontRig rig = rig(TIGHT);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                client.frame(HEADERS, END_STREAM, 1, block(to("GET", "/", site)));
                byte[] more = block(List.of(new Field("x", "y")));
                for (int i = 0; i < 50_000; i++) {
                    client.frame(CONTINUATION, 0, 1, more);
                }
                client.awaitConnectionError(ENHANCE_YOUR_CALM, PROTOCOL_ERROR);
            }
            assertOthersAreServed(rig, site);
        }
    }

    @Test
    void aHeadThatDribblesIsCutOffInTheTimeOfAHead() throws Exception {
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withTimeouts(500, 60_000, 60_000, 60_000), AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("x")) {
            try (FrameClient client = client(rig)) {
                byte[] whole = FrameClient.bytesOf(HEADERS, END_HEADERS | END_STREAM, 1, block(to("GET", "/", site)));
                client.raw(Arrays.copyOf(whole, 30));
                client.awaitConnectionError(ENHANCE_YOUR_CALM);
            }
            assertThat(rig.front.counters().timedOutHeads()).isEqualTo(1);
        }
    }

    @Test
    void aPrefaceThatIsNotFollowedBySettingsIsCutOff() throws Exception {
        try (FrontRig rig = new FrontRig(
                FrontSettings.DEFAULTS.withTimeouts(500, 60_000, 60_000, 60_000), AttemptSettings.DEFAULTS)) {
            try (Raw client = new Raw(rig.front.address())) {
                client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
                client.rest();
            }
            try (Raw client = new Raw(rig.front.address())) {
                client.send("PR");
                assertThat(client.rest()).isEmpty();
            }
        }
    }

    @Test
    void aConnectionWithoutRequestsIsClosedAfterItsIdleTime() throws Exception {
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withTimeouts(10_000, 400, 60_000, 60_000), AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                client.headers(1, true, to("GET", "/", site)).awaitEnd(1);
                assertThat(client.await(frame -> frame.is(GOAWAY), "GOAWAY").code())
                        .isEqualTo(NO_ERROR);
                client.await(frame -> frame.is(-1), "the end");
            }
        }
    }

    @Test
    void hugeHeadsAreRefused() throws Exception {
        try (FrontRig rig = rig(TIGHT);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                List<Field> many = to("GET", "/", site);
                for (int i = 0; i < 300; i++) {
                    many.add(new Field("x-" + i, "y"));
                }
                client.headers(1, true, many).awaitHead(1);
                List<Field> long1 = to("GET", "/", site);
                for (int i = 0; i < 4; i++) {
                    long1.add(new Field("x-" + i, "y".repeat(9_000)));
                }
                byte[] block = block(long1);
                int half = block.length / 3;
                client.frame(HEADERS, END_STREAM, 3, Arrays.copyOfRange(block, 0, half))
                        .frame(CONTINUATION, 0, 3, Arrays.copyOfRange(block, half, 2 * half))
                        .frame(CONTINUATION, END_HEADERS, 3, Arrays.copyOfRange(block, 2 * half, block.length));
                client.await(
                        frame -> (frame.stream() == 3 && (frame.is(HEADERS) || frame.is(RST_STREAM)))
                                || frame.is(GOAWAY)
                                || frame.is(-1),
                        "a refusal");
            }
            assertThat(site.heads).isEmpty();
        }
    }

    /** What nobody takes is not fetched: a window that stays shut stops the origin, holds no more than a few windows, and ends by the idle time. */
    @Test
    void aUserWhoNeverOpensTheWindowHoldsLittleAndIsCutOff() throws Exception {
        byte[] big = new byte[30_000_000];
        AtomicLong sent = new AtomicLong();
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withTimeouts(10_000, 60_000, 1_500, 60_000), AttemptSettings.DEFAULTS);
                WebSite site = new WebSite((head, body, socket) -> {
                    socket.setSendBufferSize(64 << 10);
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: " + big.length + "\r\n\r\n"));
                    for (int at = 0; at < big.length; at += 10_000) {
                        socket.getOutputStream().write(big, at, 10_000);
                        sent.addAndGet(10_000);
                    }
                    return null;
                })) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                client.setting(INITIAL_WINDOW_SIZE, 0).headers(1, true, to("GET", "/", site));
                client.awaitHead(1);
                Frame end = client.await(frame -> frame.is(RST_STREAM) && frame.stream() == 1, "a reset");
                assertThat(end.code()).isNotEqualTo(NO_ERROR);
                assertThat(sent).as("bytes that the origin could send").hasValueLessThan(12_000_000);
                client.awaitPong();
            }
            assertThat(rig.onlyRequest().getOutcome()).isEqualTo(Outcome.CLIENT_ABORTED);
        }
    }

    /** One stream whose origin takes nothing must not stop another on the same connection. */
    @Test
    void aStreamWhoseOriginTakesNothingHoldsUpNoOther() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (FrontRig rig = rig(StreamLimits.DEFAULTS);
                Site deaf = new Site(socket -> {
                    socket.getInputStream().read();
                    awaitQuietly(over);
                });
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                client.headers(
                        1,
                        false,
                        List.of(
                                new Field(":method", "CONNECT"),
                                new Field(
                                        ":authority",
                                        "127.0.0.1:" + deaf.address().getPort()),
                                AUTHORIZATION));
                client.awaitHead(1);
                byte[] chunk = new byte[16_000];
                for (int i = 0; i < 256_000 / 16_000; i++) {
                    client.frame(DATA, 0, 1, chunk);
                }
                assertThat(client.headers(3, true, to("GET", "/", site)).awaitEnd(3))
                        .asString()
                        .isEqualTo("x");
            } finally {
                over.countDown();
            }
            await().until(() -> rig.requests.size() == 2);
        }
    }

    @Test
    void answersThatBreakOffAreReset() throws Exception {
        try (FrontRig rig = rig(TIGHT);
                WebSite site = new WebSite((head, body, socket) -> {
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nonly this"));
                    return null;
                })) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                client.headers(1, true, to("GET", "/", site));
                Frame end = client.await(frame -> frame.is(RST_STREAM) || frame.endsStream(), "the end");
                assertThat(end.is(RST_STREAM)).isTrue();
                client.awaitPong();
            }
        }
    }

    @Test
    void whenTheEdgeStopsItSaysGoawayAndFinishesWhatHasBegun() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (FrontRig rig = rig(TIGHT);
                WebSite site = new WebSite((head, body, socket) -> {
                    awaitQuietly(go);
                    return WebSite.ok("finished");
                })) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                client.headers(1, true, to("GET", "/", site));
                await().until(() -> site.heads.size() == 1);
                rig.front.drain();
                assertThat(client.await(frame -> frame.is(GOAWAY), "GOAWAY").code())
                        .isEqualTo(NO_ERROR);
                client.headers(3, true, to("GET", "/late", site));
                go.countDown();
                assertThat(client.awaitEnd(1)).asString().isEqualTo("finished");
                client.await(frame -> frame.is(-1), "the end");
            }
            assertThat(site.heads).hasSize(1);
            assertThat(rig.onlyRequest().getLayer()).isEqualTo(FaultLayer.NONE);
        }
    }

    @Test
    void aTenantThatGoesIsCutOnItsStreamsAlone() throws Exception {
        try (FrontRig rig = rig(TIGHT);
                Site site = new Site(socket -> {
                    socket.getOutputStream().write('h');
                    socket.getInputStream().readAllBytes();
                })) {
            rig.exit("exit-01");
            try (FrameClient client = client(rig)) {
                client.headers(
                        1,
                        false,
                        List.of(
                                new Field(":method", "CONNECT"),
                                new Field(
                                        ":authority",
                                        "127.0.0.1:" + site.address().getPort()),
                                AUTHORIZATION));
                client.await(frame -> frame.is(DATA), "DATA");
                rig.tenants.remove("acme");
                rig.front.review("acme");
                client.awaitStreamError(1, 10);
                client.awaitPong();
                rig.tenants.put(FrontRig.tenant("acme", SecretHashes.hash("s3cret"), FrontRig.POOL));
            }
            assertThat(rig.onlyRequest().getOutcome()).isEqualTo(Outcome.AUTHENTICATION_REQUIRED);
        }
    }
}
