package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.WindowSettings;
import io.fairlead.proxy.exit.EndOfOutput;
import io.fairlead.proxy.exit.TunnelAborted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

public class RoundTripTest {

    private static final long MANY = 50L << 20;
    private static final int CHUNK = 32 << 10;

    @Test
    void fiftyMebibytesGoBothWaysUnharmed() throws Exception {
        try (LinkRig rig = new LinkRig(LinkSettings.DEFAULTS);
                Site site = new Site(Site::echo)) {
            rig.start(rig.settings("exit-1").withPulse(PulseSettings.DEFAULTS));
            await().until(() -> rig.registry.linkCount() == 1);
            Channel tunnel = rig.open("exit-1", site.address());
            Checker checker = new Checker();
            LinkRig.read(tunnel, checker, new Sender(MANY));
            tunnel.eventLoop().execute(() -> tunnel.pipeline().fireUserEventTriggered("go"));

            assertThat(checker.ended.await(60, TimeUnit.SECONDS))
                    .as("end of input, after " + checker.position)
                    .isTrue();
            assertThat(checker.aborted.get()).isNull();
            assertThat(checker.wrongAt.get()).isEqualTo(-1);
            assertThat(checker.position.get()).isEqualTo(MANY);
            assertThat(tunnel.closeFuture().await(60, TimeUnit.SECONDS))
                    .as("both directions ended")
                    .isTrue();
            await().until(() -> rig.registry.tunnels("exit-1") == 0 && site.openConnections() == 0);
        }
    }

    @Test
    void theFarSideMayEndFirstAndStillReadOn() throws Exception {
        AtomicLong read = new AtomicLong();
        try (LinkRig rig = new LinkRig(LinkSettings.DEFAULTS);
                Site site = new Site(socket -> {
                    socket.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
                    socket.shutdownOutput();
                    InputStream in = socket.getInputStream();
                    byte[] buffer = new byte[CHUNK];
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        if (Bytes.firstWrong(read.get(), buffer, n) >= 0) {
                            return;
                        }
                        read.addAndGet(n);
                    }
                })) {
            rig.start(rig.settings("exit-1").withPulse(PulseSettings.DEFAULTS));
            await().until(() -> rig.registry.linkCount() == 1);
            Channel tunnel = rig.open("exit-1", site.address());
            CountDownLatch farEnded = new CountDownLatch(1);
            LinkRig.read(tunnel, new Checker() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    ((ByteBuf) message).release();
                }

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
            await().untilAsserted(() -> assertThat(read.get()).isEqualTo(300_000));
            assertThat(tunnel.closeFuture().await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The end of the site waits for the window behind its last bytes, when its socket is closed already. */
    @Test
    void anEndThatWaitsForTheWindowIsNotLostWhenTheSocketCloses() throws Exception {
        int more = WindowSettings.DEFAULTS.streamBytes() + (16 << 10);
        try (LinkRig rig = new LinkRig(LinkSettings.DEFAULTS);
                Site site = new Site(socket -> {
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                    socket.getOutputStream().write(Bytes.from(0, more));
                })) {
            rig.start(rig.settings("exit-1").withPulse(PulseSettings.DEFAULTS));
            await().until(() -> rig.registry.linkCount() == 1);
            Channel tunnel = rig.open("exit-1", site.address());
            tunnel.writeAndFlush(EndOfOutput.INSTANCE).sync();
            await().until(() -> site.openConnections() == 0);
            for (int turn = 0; turn < 200; turn++) {
                rig.agentLoops().forEach(loop -> loop.submit(() -> {}).syncUninterruptibly());
            }

            Checker checker = new Checker();
            LinkRig.read(tunnel, checker);
            assertThat(checker.ended.await(60, TimeUnit.SECONDS))
                    .as("end of input, after " + checker.position)
                    .isTrue();
            assertThat(checker.aborted.get()).isNull();
            assertThat(checker.position.get()).isEqualTo(more);
        }
    }

    @Test
    void aSlowReaderHoldsBackTheSiteAndNobodyElse() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (LinkRig rig = new LinkRig(LinkSettings.DEFAULTS);
                Site flood = new Site(socket -> {
                    byte[] chunk = new byte[CHUNK];
                    while (true) {
                        socket.getOutputStream().write(chunk);
                        sent.addAndGet(chunk.length);
                    }
                });
                Site echo = new Site(Site::echo)) {
            rig.start(rig.settings("exit-1").withPulse(PulseSettings.DEFAULTS));
            await().until(() -> rig.registry.linkCount() == 1);
            for (int i = 0; i < 8; i++) {
                rig.open("exit-1", flood.address()).read(); // one read each, then none
            }
            AtomicLong before = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> before.getAndSet(sent.get()) == sent.get() && sent.get() > 0);
            // Eight windows, eight times the marks at the agent, and what the kernel holds between agent and site.
            assertThat(sent.get()).isLessThan(8L * (8 << 20));

            Channel tunnel = rig.open("exit-1", echo.address());
            Checker checker = new Checker();
            LinkRig.read(tunnel, checker, new Sender(4 << 20));
            tunnel.eventLoop().execute(() -> tunnel.pipeline().fireUserEventTriggered("go"));
            assertThat(checker.ended.await(60, TimeUnit.SECONDS))
                    .as("another tunnel of the same link")
                    .isTrue();
            assertThat(checker.position.get()).isEqualTo(4 << 20);
        }
    }

    /** Compares what comes with what must come. */
    public static class Checker extends ChannelInboundHandlerAdapter {
        public final AtomicLong position = new AtomicLong();
        public final AtomicLong wrongAt = new AtomicLong(-1);
        public final AtomicReference<TunnelAborted> aborted = new AtomicReference<>();
        public final CountDownLatch ended = new CountDownLatch(1);

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            long wrong = Bytes.firstWrong(position.get(), bytes);
            if (wrong >= 0) {
                wrongAt.compareAndSet(-1, wrong);
            }
            position.addAndGet(bytes.readableBytes());
            bytes.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ended.countDown();
            } else if (event instanceof TunnelAborted aborted) {
                this.aborted.set(aborted);
                ended.countDown();
            }
            ctx.fireUserEventTriggered(event);
        }
    }

    /** Sends so many bytes as the tunnel takes them, then ends its direction. */
    public static final class Sender extends ChannelInboundHandlerAdapter {
        private final long total;
        private long position;
        private boolean done;

        public Sender(long total) {
            this.total = total;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if ("go".equals(event)) {
                send(ctx);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            send(ctx);
        }

        private void send(ChannelHandlerContext ctx) {
            while (!done && ctx.channel().isWritable()) {
                int count = (int) Math.min(CHUNK, total - position);
                if (count == 0) {
                    done = true;
                    ctx.writeAndFlush(EndOfOutput.INSTANCE);
                    return;
                }
                long at = position;
                position += count; // before the write: it may call back into this loop
                ctx.writeAndFlush(Unpooled.wrappedBuffer(Bytes.from(at, count)));
            }
        }
    }
}
