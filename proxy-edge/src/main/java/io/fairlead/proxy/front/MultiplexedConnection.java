package io.fairlead.proxy.front;

import io.fairlead.edge.link.FrameWatch;
import io.fairlead.edge.link.PhaseTimer;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A user's connection that speaks HTTP/2: each of its streams is a request of its own, see {@link UserStream}. The end of its
 * pipeline, behind {@link FrameWatch}, the codec and Netty's multiplexer.
 *
 * <p>The connection is always read: what is held for slow requests is bounded by the windows of their streams. It is closed when its SETTINGS
 * do not come in time, when it has had no stream for as long as HTTP/1.1 may wait for its next request, when it floods, and
 * by the codec after a connection error.
 */
final class MultiplexedConnection extends ChannelInboundHandlerAdapter implements Served, FrameWatch.Complaints {

    private static final int FIRST_STREAM = 1;

    /** A goodbye that is not out after so long never will be. */
    private static final int GOODBYE_MS = 1_000;

    private final Front front;
    private final InetAddress source;
    private final PhaseTimer timer;
    private final PhaseTimer headTimer;
    private final FrameWatch watch;
    private final Http2FrameCodec codec;
    private final Set<UserStream> streams = new LinkedHashSet<>();

    private @Nullable ChannelHandlerContext context;
    private boolean spoken;
    private boolean leaving;

    private MultiplexedConnection(Front front, InetAddress source, PhaseTimer timer, PhaseTimer headTimer) {
        this.front = front;
        this.source = source;
        this.timer = timer;
        this.headTimer = headTimer;
        this.watch = new FrameWatch(
                new FrameWatch.Bounds(
                        front.settings().streams().maxControlFrames(), StreamLimits.WINDOW_SECONDS, FIRST_STREAM),
                front.attempts().nanoClock(),
                this);
        this.codec = UserCodec.of(front.settings());
    }

    /** Makes an accepted channel one of these. */
    static MultiplexedConnection install(Front front, Channel channel, InetAddress source, PhaseTimer timer) {
        MultiplexedConnection connection = new MultiplexedConnection(
                front,
                source,
                timer,
                new PhaseTimer(channel.eventLoop(), front.attempts().nanoClock()));
        channel.pipeline()
                .addLast(connection.watch)
                .addLast(connection.codec)
                .addLast(new Http2MultiplexHandler(connection.new NewStream()))
                .addLast(connection);
        return connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void started() {
        timer.start(front.settings().headTimeoutMs(), this::headTimedOut);
        ctx().channel().config().setAutoRead(true);
        widen();
    }

    private void widen() {
        Http2Stream all = codec.connection().connectionStream();
        int more = front.settings().streams().connectionWindowBytes() - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
        try {
            if (more > 0) {
                codec.connection().local().flowController().incrementWindowSize(all, more);
            }
        } catch (Http2Exception e) {
            throw new IllegalStateException("the window of a fresh connection can't be widened", e);
        }
        ctx().flush();
    }

    private final class NewStream extends ChannelInitializer<Channel> {

        @Override
        protected void initChannel(Channel channel) {
            UserStream stream = UserStream.install(front, source, channel);
            streams.add(stream);
            timer.stop();
            front.counters().streams.increment();
            channel.closeFuture().addListener(closed -> left(stream));
        }
    }

    private void left(UserStream stream) {
        streams.remove(stream);
        if (!streams.isEmpty()) {
            return;
        }
        if (leaving || !front.keepsConnections()) {
            leave(Http2Error.NO_ERROR, "");
        } else {
            timer.start(front.settings().keepAliveIdleMs(), () -> leave(Http2Error.NO_ERROR, "idle"));
        }
    }

    // ---- what comes from the user

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2SettingsFrame && !spoken) {
            spoken = true;
            if (streams.isEmpty()) {
                timer.start(front.settings().keepAliveIdleMs(), () -> leave(Http2Error.NO_ERROR, "idle"));
            }
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent
                || event instanceof SslCloseCompletionEvent) {
            ctx.close();
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timer.close();
        headTimer.close();
        ctx.fireChannelInactive();
    }

    /** A connection error, which the codec answers by GOAWAY and closing; or a reset by the user. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Http2Exception error = Http2CodecUtil.getEmbeddedHttp2Exception(cause);
        if (error == null) {
            ctx.close();
        } else if (error.error() == Http2Error.ENHANCE_YOUR_CALM) {
            front.counters().floods.increment();
        } else {
            front.counters().malformed.increment();
        }
    }

    @Override
    public void flooded() {
        front.counters().floods.increment();
        leave(Http2Error.ENHANCE_YOUR_CALM, "too many frames that lead nowhere");
    }

    @Override
    public void headBegan() {
        headTimer.start(front.settings().headTimeoutMs(), this::headTimedOut);
    }

    @Override
    public void headEnded() {
        headTimer.stop();
    }

    private void headTimedOut() {
        watch.end();
        front.counters().headTimeouts.increment();
        leave(
                Http2Error.ENHANCE_YOUR_CALM,
                "a head was not whole after " + front.settings().headTimeoutMs() + " ms");
    }

    @Override
    public void violated(Http2Error code, String detail) {
        front.counters().malformed.increment();
        leave(code, detail);
    }

    // ---- the end

    @Override
    public void drain() {
        leaving = true;
        if (streams.isEmpty()) {
            leave(Http2Error.NO_ERROR, "");
        } else {
            ctx().writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        }
    }

    @Override
    public void cut(Outcome outcome, FaultLayer layer) {
        leaving = true;
        List.copyOf(streams).forEach(stream -> stream.cut(outcome, layer));
        leave(Http2Error.NO_ERROR, "");
    }

    @Override
    public int requests() {
        return streams.size();
    }

    @Override
    public void review(String tenantId) {
        List.copyOf(streams).forEach(stream -> stream.review(tenantId));
    }

    /** Says so and closes, also if the user takes nothing; streams that are left are told by their channels. */
    private void leave(Http2Error code, String detail) {
        leaving = true;
        timer.stop();
        Channel channel = ctx().channel();
        ctx().writeAndFlush(new DefaultHttp2GoAwayFrame(code, ByteBufUtil.writeUtf8(ctx().alloc(), detail)))
                .addListener(ChannelFutureListener.CLOSE);
        channel.eventLoop().schedule(() -> channel.close(), GOODBYE_MS, TimeUnit.MILLISECONDS);
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(context);
    }
}
