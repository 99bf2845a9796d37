package io.fairlead.proxy.front;

import io.fairlead.proxy.exit.TunnelAborted;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@link Relay}: passes what it reads to the other end's channel, and reads on only while that takes it. Until it
 * is bound to its relay it reads nothing by itself, and remembers how it ended.
 */
final class RelayEnd extends ChannelInboundHandlerAdapter {

    private final boolean ofUser;
    private final List<ByteBuf> early = new ArrayList<>(0);
    private @Nullable Relay relay;
    private @Nullable ChannelHandlerContext context;
    private boolean inputEnded;
    private boolean gone;
    private @Nullable TunnelAborted abort;

    private volatile long bytes;
    private volatile long firstByteNanos;
    private volatile long lastByteNanos;

    /** @param ofUser the user's end, else the tunnel's */
    RelayEnd(boolean ofUser) {
        this.ofUser = ofUser;
    }

    /** Bytes read here. Any thread. */
    long bytes() {
        return bytes;
    }

    /** When the first byte was read, by the nano clock; 0: none yet. */
    long firstByteNanos() {
        return firstByteNanos;
    }

    /** When the last byte was read; 0: none yet. */
    long lastByteNanos() {
        return lastByteNanos;
    }

    /** Begins to pass bytes on. On the event loop of this end's channel, or its end was before. */
    void bind(Relay to) {
        relay = to;
        ChannelHandlerContext ctx = context;
        List<ByteBuf> waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(part -> pass(to, part));
        if (!waiting.isEmpty()) {
            to.other(ofUser).flush();
        }
        TunnelAborted why = abort;
        if (why != null) {
            to.aborted(why);
        } else if (gone) {
            to.gone(ofUser);
        } else if (inputEnded) {
            to.inputEnded(ofUser);
        } else if (ctx != null) {
            ctx.read();
        }
    }

    /** Its end was seen by somebody before it. On the event loop of its channel. */
    void endedBefore(@Nullable TunnelAborted why) {
        abort = why;
        inputEnded = true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        context = null;
        early.forEach(ReferenceCountUtil::release);
        early.clear();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf part)) {
            ReferenceCountUtil.release(message);
            return;
        }
        Relay to = relay;
        if (to == null) {
            early.add(part);
        } else {
            pass(to, part);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the event loop of this end
    private void pass(Relay to, ByteBuf part) {
        long now = to.now();
        if (firstByteNanos == 0) {
            firstByteNanos = now;
        }
        lastByteNanos = now;
        bytes += part.readableBytes();
        to.other(ofUser).write(part);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Relay to = relay;
        if (to == null) {
            return;
        }
        to.other(ofUser).flush();
        if (to.other(ofUser).isWritable()) {
            ctx.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Relay to = relay;
        if (to != null && ctx.channel().isWritable()) {
            to.other(ofUser).read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        Relay to = relay;
        if (event instanceof TunnelAborted why) {
            abort = why;
            if (to != null) {
                to.aborted(why);
            }
        } else if (event instanceof SslCloseCompletionEvent) {
            ctx.close(); // the TLS engine has ended both directions
        } else if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (to != null) {
                to.inputEnded(ofUser);
            }
        } else if (!(event instanceof ChannelInputShutdownReadComplete)) {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone = true;
        Relay to = relay;
        if (to != null) {
            to.gone(ofUser);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // a reset; channelInactive tells the relay
    }
}
