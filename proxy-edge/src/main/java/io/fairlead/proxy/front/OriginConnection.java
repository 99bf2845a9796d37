package io.fairlead.proxy.front;

import io.fairlead.proxy.exit.TunnelAborted;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 through a tunnel: the end of the tunnel's pipeline. Serves one request at a time, of one user at a time, who may
 * live on another event loop: what comes from the origin is handed over there, a batch a read.
 *
 * <p>Reads only when told ({@link #read}), once for each {@link User#originPaused}: that is the back-pressure.
 */
final class OriginConnection extends ChannelInboundHandlerAdapter {

    /** Who uses it now. All calls come on the user's event loop. */
    interface User {

        /** A part of the answer; the user releases it. */
        void answered(HttpObject part);

        /** Those were all for now: {@link OriginConnection#read} asks for more. */
        void originPaused();

        /** May be written to again. */
        void originWritable();

        /** Nothing more will come: the origin has ended its direction (null), or the tunnel broke. */
        void lost(@Nullable TunnelAborted why);
    }

    /** The pipeline of a tunnel that has ended is empty: it can't be asked there. */
    private static final AttributeKey<OriginConnection> OF_TUNNEL =
            AttributeKey.valueOf(OriginConnection.class, "tunnel");

    private final Channel tunnel;
    private final ResponseDecoder decoder = new ResponseDecoder();
    private final Tally tally = new Tally();
    private final List<ByteBuf> raw = new ArrayList<>(0);

    // of the tunnel's event loop
    private List<HttpObject> batch = new ArrayList<>();
    private @Nullable User user;
    private @Nullable EventLoop userLoop;
    private boolean dead;
    private @Nullable TunnelAborted abort;
    private volatile boolean unusable;

    private OriginConnection(Channel tunnel) {
        this.tunnel = tunnel;
    }

    /** Makes a tunnel one of these. On its event loop, before anything is read. */
    static void install(Channel tunnel) {
        OriginConnection connection = new OriginConnection(tunnel);
        tunnel.attr(OF_TUNNEL).set(connection);
        tunnel.pipeline()
                .addLast(connection.tally)
                .addLast(connection.decoder)
                .addLast(new HttpRequestEncoder())
                .addLast(connection);
    }

    /** The one that {@link #install} put there. */
    static OriginConnection of(Channel tunnel) {
        return tunnel.attr(OF_TUNNEL).get();
    }

    Channel tunnel() {
        return tunnel;
    }

    EventLoop eventLoop() {
        return tunnel.eventLoop();
    }

    /** Whether it could live on any event loop; a stream of a link lives where that does. */
    boolean hasOwnSocket() {
        return tunnel instanceof SocketChannel;
    }

    /** False once it has ended, or said something nobody asked for. Any thread. */
    boolean usable() {
        return !unusable && tunnel.isActive();
    }

    /** Bytes written to the tunnel since it was opened. Any thread. */
    long bytesUp() {
        return tally.up;
    }

    /** Bytes read from the tunnel since it was opened. Any thread. */
    long bytesDown() {
        return tally.down;
    }

    // ---- called by the user, on the user's event loop

    /** From now on answers go to {@code newUser}. */
    void attach(User newUser, EventLoop loop, boolean answerToHead) {
        onTunnel(() -> {
            user = newUser;
            userLoop = loop;
            decoder.expect(answerToHead);
            if (dead) {
                TunnelAborted why = abort;
                handOver(told -> told.lost(why));
                user = null;
            }
        });
    }

    /**
     * The user is done with it. Whatever comes until the next {@link #attach} makes it unusable. That one may overtake this: it
     * may come from the tunnel's own event loop, while this waits in its queue.
     */
    void detach(User former) {
        onTunnel(() -> {
            if (user == former) {
                user = null;
                userLoop = null;
            }
            tunnel.read();
        });
    }

    void write(Object part) {
        tunnel.write(part);
    }

    void flush() {
        tunnel.flush();
    }

    void read() {
        tunnel.read();
    }

    boolean isWritable() {
        return tunnel.isWritable();
    }

    void close() {
        unusable = true;
        tunnel.close();
    }

    /** Leaves HTTP: from now on {@code end} gets the bytes. */
    void switchTo(RelayEnd end) {
        onTunnel(() -> {
            user = null;
            ChannelPipeline pipeline = tunnel.pipeline();
            pipeline.addLast(end);
            ChannelHandlerContext self = pipeline.context(this);
            raw.forEach(self::fireChannelRead);
            raw.clear();
            if (dead) {
                end.endedBefore(abort);
            }
            pipeline.remove(this);
            pipeline.remove(HttpRequestEncoder.class);
            pipeline.remove(decoder);
            pipeline.remove(tally);
        });
    }

    // ---- called by the tunnel

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes && user != null) {
            raw.add(bytes); // behind a 101
        } else if (message instanceof HttpObject part && user != null) {
            batch.add(part);
        } else {
            ReferenceCountUtil.release(message);
            if (!dead) {
                unusable = true;
                ctx.close();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        handOverBatch();
        handOver(User::originPaused);
    }

    private void handOverBatch() {
        if (batch.isEmpty()) {
            return;
        }
        List<HttpObject> parts = batch;
        batch = new ArrayList<>(Math.min(parts.size(), 16));
        handOver(told -> parts.forEach(told::answered));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            handOver(User::originWritable);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof TunnelAborted why) {
            abort = why;
            ended(why);
        } else if (event instanceof ChannelInputShutdownEvent) {
            ended(null);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended(null);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        TunnelAborted why = new TunnelAborted(
                Outcome.EXIT_ERROR, FaultLayer.EDGE, "the tunnel through the exit failed: " + cause.getMessage());
        abort = why;
        ended(why);
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        batch.forEach(ReferenceCountUtil::release);
        batch.clear();
        raw.forEach(ReferenceCountUtil::release);
        raw.clear();
    }

    private void ended(@Nullable TunnelAborted why) {
        unusable = true;
        if (dead) {
            return;
        }
        dead = true;
        handOverBatch();
        handOver(told -> told.lost(why));
        if (user == null) {
            tunnel.close();
        }
        user = null;
    }

    private interface Call {
        void on(User told);
    }

    private void handOver(Call call) {
        User told = user;
        EventLoop loop = userLoop;
        if (told == null || loop == null) {
            return;
        }
        if (loop.inEventLoop()) {
            call.on(told);
        } else {
            loop.execute(() -> call.on(told));
        }
    }

    private void onTunnel(Runnable task) {
        EventLoop loop = tunnel.eventLoop();
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    /** Counts bytes; written by the tunnel's event loop alone. */
    private static final class Tally extends ChannelDuplexHandler {

        private volatile long up;
        private volatile long down;

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf bytes) {
                down += bytes.readableBytes();
            }
            ctx.fireChannelRead(message);
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate")
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (message instanceof ByteBuf bytes) {
                up += bytes.readableBytes();
            }
            ctx.write(message, promise);
        }
    }
}
