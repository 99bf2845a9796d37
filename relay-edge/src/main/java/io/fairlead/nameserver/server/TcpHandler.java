package io.fairlead.nameserver.server;

import io.fairlead.nameserver.server.NameServerCounters.Dropped;
import io.fairlead.nameserver.server.NameServerCounters.Ended;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions over one TCP connection, each behind its length (RFC 1035 §4.2.2, 7766): as many as come, answered in their order. While answers are not
 * taken nothing more is read; a connection on which nothing has moved for the idle time is closed, as is one that sends a length without a header's
 * worth. A half-closed one gets its answers and is closed then.
 */
final class TcpHandler extends ByteToMessageDecoder {

    private static final Logger LOG = LoggerFactory.getLogger(TcpHandler.class);
    private static final int LENGTH_BYTES = 2;
    private static final int ANSWER_BYTES = 1_024;

    private final Responder responder;
    private final NameServerSettings settings;
    private final NameServerCounters counters;

    /** Told of the connection and its client's address when a question has been answered on it. */
    private final BiConsumer<Channel, InetAddress> answered;

    private @Nullable ScheduledFuture<?> idle;
    private long movedNanos;
    private boolean over;

    TcpHandler(
            Responder responder,
            NameServerSettings settings,
            NameServerCounters counters,
            BiConsumer<Channel, InetAddress> answered) {
        this.responder = responder;
        this.settings = settings;
        this.counters = counters;
        this.answered = answered;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        movedNanos = ctx.executor().ticker().nanoTime();
        watch(ctx, settings.tcpIdleMs());
        super.channelActive(ctx);
    }

    private void watch(ChannelHandlerContext ctx, long afterMs) {
        idle = ctx.executor().schedule(() -> checkIdle(ctx), afterMs, TimeUnit.MILLISECONDS);
    }

    private void checkIdle(ChannelHandlerContext ctx) {
        long idleMs = TimeUnit.NANOSECONDS.toMillis(ctx.executor().ticker().nanoTime() - movedNanos);
        if (idleMs >= settings.tcpIdleMs()) {
            counters.count(Ended.IDLE);
            over = true;
            ctx.close();
        } else {
            watch(ctx, settings.tcpIdleMs() - idleMs);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (over) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < LENGTH_BYTES || !ctx.channel().isWritable()) {
            return;
        }
        int length = in.getUnsignedShort(in.readerIndex());
        if (in.readableBytes() < LENGTH_BYTES + length) {
            return;
        }
        movedNanos = ctx.executor().ticker().nanoTime();
        in.skipBytes(LENGTH_BYTES);
        answer(ctx, in.readSlice(length));
    }

    private void answer(ChannelHandlerContext ctx, ByteBuf message) {
        ByteBuf out = ctx.alloc().directBuffer(ANSWER_BYTES);
        boolean done = false;
        try {
            InetAddress from = ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
            out.writeShort(0);
            done = responder.respond(message, from, true, out);
            if (done) {
                answered.accept(ctx.channel(), from);
            }
        } catch (RuntimeException e) {
            done = false;
            counters.count(Dropped.FAULT);
            LOG.error(
                    "A question of {} could not be answered; this is a defect.",
                    ctx.channel().remoteAddress(),
                    e);
        }
        if (done) {
            out.setShort(0, out.readableBytes() - LENGTH_BYTES);
            ctx.write(out, ctx.voidPromise());
        } else {
            out.release();
            counters.count(Ended.MALFORMED);
            over = true;
            ctx.close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        ctx.flush();
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        boolean writable = ctx.channel().isWritable();
        ctx.channel().config().setAutoRead(writable);
        if (writable) {
            movedNanos = ctx.executor().ticker().nanoTime();
            // What was read already waits in the decoder: an empty read lets it go on.
            channelRead(ctx, ctx.alloc().buffer(0));
            ctx.flush();
        }
        super.channelWritabilityChanged(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        ScheduledFuture<?> watching = idle;
        if (watching != null) {
            watching.cancel(false);
        }
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            counters.count(Dropped.FAULT);
            LOG.error("The connection {} met a defect and is closed.", ctx.channel(), cause);
        }
        ctx.close(); // or its other end has gone
    }
}
