package io.fairlead.proxy.exit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.PulseSettings;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.link.Bytes;
import io.fairlead.proxy.link.LinkRig;
import io.fairlead.proxy.link.LinkSettings;
import io.fairlead.proxy.link.RoundTripTest;
import io.fairlead.proxy.link.Site;
import io.fairlead.proxy.upstream.PlainProxy;
import io.fairlead.proxy.upstream.UpstreamSettings;
import io.fairlead.proxy.upstream.UpstreamTerms;
import io.fairlead.proxy.upstream.Upstreams;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.config.UpstreamKind;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link ExitTunnels} promises, of a tunnel through an agent and through upstreams of either kind. */
@Timeout(120)
class TunnelPromisesTest {

    enum Way {
        AGENT,
        HTTP,
        SOCKS5
    }

    private static final long MANY = 8L << 20;

    /** One exit, exit-1, and its tunnels. */
    private static final class Rig implements AutoCloseable {

        final LinkRig links;
        final PlainProxy proxy;
        final Upstreams upstreams;
        final ExitTunnels tunnels;

        Rig(Way way) throws IOException {
            links = new LinkRig(LinkSettings.DEFAULTS);
            if (way == Way.AGENT) {
                proxy = null;
                upstreams = null;
                tunnels = links.registry;
                links.start(links.settings("exit-1").withPulse(PulseSettings.DEFAULTS));
                await().until(() -> links.registry.linkCount() == 1);
                return;
            }
            proxy = new PlainProxy(way == Way.HTTP ? UpstreamKind.HTTP : UpstreamKind.SOCKS5);
            upstreams = new Upstreams(
                    UpstreamSettings.DEFAULTS,
                    links.edgeLoops(),
                    Set.of(),
                    (exitId, record) -> {},
                    new LocationCheck(ObservedLocations.NONE),
                    System::nanoTime,
                    new Random());
            tunnels = upstreams;
            upstreams.put(UpstreamTerms.of(ExitOverride.newBuilder()
                    .setExitId("exit-1")
                    .setAuthorship(new Authorship("test", "test", 1L, 1L))
                    .setUpstream(Upstream.newBuilder()
                            .setKind(proxy.kind)
                            .setHost("127.0.0.1")
                            .setPort(proxy.port())
                            .build())
                    .build()));
            await().until(() -> upstreams.onlineCount() == 1);
        }

        int running() {
            return upstreams == null ? links.registry.tunnels("exit-1") : upstreams.tunnels("exit-1");
        }

        Future<Channel> opening(InetSocketAddress site, EventLoop preferred) {
            TunnelOptions options =
                    new TunnelOptions(20_000, "test", DestinationRules.allowing(List.of("127.0.0.0/8")));
            return tunnels.open("exit-1", new Target("127.0.0.1", site.getPort()), options, preferred);
        }

        Channel open(InetSocketAddress site) throws Exception {
            Future<Channel> opening = opening(site, null);
            if (!opening.await(60_000)) {
                throw new AssertionError("neither opened nor failed");
            }
            if (opening.cause() instanceof TunnelException refused) {
                throw refused;
            }
            return opening.get();
        }

        @Override
        public void close() {
            await("all tunnels ended").until(() -> running() == 0);
            if (upstreams != null) {
                upstreams.close();
                proxy.close();
            }
            links.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytesGoBothWaysUnharmedAndTheChannelClosesWhenBothDirectionsHaveEnded(Way way) throws Exception {
        try (Site site = new Site(Site::echo);
                Rig rig = new Rig(way)) {
            Channel tunnel = rig.open(site.address());
            RoundTripTest.Checker checker = new RoundTripTest.Checker();
            LinkRig.read(tunnel, checker, new RoundTripTest.Sender(MANY));
            tunnel.eventLoop().execute(() -> tunnel.pipeline().fireUserEventTriggered("go"));
            assertThat(checker.ended.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(checker.aborted.get()).isNull();
            assertThat(checker.wrongAt.get()).isEqualTo(-1);
            assertThat(checker.position.get()).isEqualTo(MANY);
            assertThat(tunnel.closeFuture().await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFarSideMayEndFirstAndStillReadOn(Way way) throws Exception {
        CompletableFuture<byte[]> heard = new CompletableFuture<>();
        try (Site site = new Site(socket -> {
                    socket.shutdownOutput();
                    heard.complete(socket.getInputStream().readAllBytes());
                });
                Rig rig = new Rig(way)) {
            Channel tunnel = rig.open(site.address());
            CountDownLatch farEnded = new CountDownLatch(1);
            LinkRig.read(tunnel, new RoundTripTest.Checker() {
                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                    if (event == ChannelInputShutdownEvent.INSTANCE) {
                        farEnded.countDown();
                    }
                }
            });
            assertThat(farEnded.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(tunnel.isActive()).isTrue();
            tunnel.write(Unpooled.wrappedBuffer(Bytes.from(0, 300_000)));
            tunnel.writeAndFlush(EndOfOutput.INSTANCE);
            assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo(Bytes.from(0, 300_000));
            assertThat(tunnel.closeFuture().await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesAfterTheEndOfOutputFail(Way way) throws Exception {
        try (Site site = new Site(Site::echo);
                Rig rig = new Rig(way)) {
            Channel tunnel = rig.open(site.address());
            tunnel.writeAndFlush(EndOfOutput.INSTANCE);
            ByteBuf late = Unpooled.wrappedBuffer(new byte[10]);
            assertThat(tunnel.writeAndFlush(late).await().isSuccess()).isFalse();
            assertThat(late.refCnt()).isZero();
            tunnel.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closedBeforeTheEndItIsResetAndNeverLooksWhole(Way way) throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        try (Site site = new Site(socket -> {
                    InputStream in = socket.getInputStream();
                    try {
                        in.readNBytes(5);
                        end.complete(in.read() < 0 ? "an end" : "more");
                    } catch (IOException e) {
                        end.complete("a reset");
                    }
                });
                Rig rig = new Rig(way)) {
            Channel tunnel = rig.open(site.address());
            tunnel.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII))
                    .await();
            tunnel.close();
            assertThat(end.get(60, TimeUnit.SECONDS)).isEqualTo("a reset");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetByTheTargetIsToldRightBeforeTheEnd(Way way) throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (Site site = new Site(socket -> {
                    socket.setSoLinger(true, 0);
                    go.join();
                });
                Rig rig = new Rig(way)) {
            Channel tunnel = rig.open(site.address());
            AtomicReference<TunnelAborted> atTheEnd = new AtomicReference<>();
            RoundTripTest.Checker checker = new RoundTripTest.Checker() {
                @Override
                public void channelInactive(ChannelHandlerContext ctx) {
                    atTheEnd.set(aborted.get());
                }
            };
            LinkRig.read(tunnel, checker);
            go.complete(null);
            assertThat(tunnel.closeFuture().await(60, TimeUnit.SECONDS)).isTrue();
            await().untilAsserted(() -> assertThat(atTheEnd.get()).isNotNull());
            assertThat(atTheEnd.get().outcome()).isEqualTo(Outcome.CONNECTION_RESET);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTunnelThatIsNotReadHoldsTheSiteBack(Way way) throws Exception {
        AtomicLong sent = new AtomicLong();
        try (Site flood = new Site(socket -> {
                    byte[] chunk = new byte[32 << 10];
                    while (true) {
                        socket.getOutputStream().write(chunk);
                        sent.addAndGet(chunk.length);
                    }
                });
                Rig rig = new Rig(way)) {
            Channel tunnel = rig.open(flood.address());
            tunnel.read();
            AtomicLong before = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(300))
                    .until(() -> before.getAndSet(sent.get()) == sent.get() && sent.get() > 0);
            assertThat(sent.get())
                    .isLessThan(24L << 20); // what the kernel holds on the way, twice where a proxy is between
            tunnel.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatASiteSaysFirstWaitsForTheHandlers(Way way) throws Exception {
        try (Site site = new Site(socket -> {
                    socket.getOutputStream().write(Bytes.from(0, 1_000));
                    socket.shutdownOutput();
                    assertThat(socket.getInputStream().read()).isNegative();
                });
                Rig rig = new Rig(way)) {
            for (int i = 0; i < 20; i++) {
                Channel tunnel = rig.open(site.address());
                RoundTripTest.Checker checker = new RoundTripTest.Checker();
                LinkRig.read(tunnel, checker);
                assertThat(checker.ended.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(checker.aborted.get()).isNull();
                assertThat(checker.position.get()).isEqualTo(1_000);
                tunnel.writeAndFlush(EndOfOutput.INSTANCE);
                assertThat(tunnel.closeFuture().await(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTargetThatRefusesIsToldAsSuch(Way way) throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        try (Rig rig = new Rig(way)) {
            TunnelException refused = catchThrowableOfType(
                    TunnelException.class, () -> rig.open(new InetSocketAddress("127.0.0.1", closedPort)));
            assertThat(refused.outcome()).isEqualTo(Outcome.CONNECTION_REFUSED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOpeningThatIsGivenUpLeavesNothingBehind(Way way) throws Exception {
        try (Site site = new Site(Site::echo);
                Rig rig = new Rig(way)) {
            for (int i = 0; i < 20; i++) {
                Future<Channel> opening = rig.opening(site.address(), null);
                if (!opening.cancel(false)) {
                    opening.await(60_000);
                    opening.getNow().close();
                }
            }
            await().until(() -> rig.running() == 0 && site.openConnections() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP", "SOCKS5"})
    void throughAnUpstreamBothHalvesShareTheUsersThread(Way way) throws Exception {
        try (Site site = new Site(Site::echo);
                Rig rig = new Rig(way)) {
            for (int i = 0; i < 4; i++) {
                EventLoop loop = rig.links.edgeLoops().next();
                Channel tunnel = rig.opening(site.address(), loop).get();
                assertThat(tunnel.eventLoop()).isSameAs(loop);
                tunnel.close();
            }
        }
    }
}
