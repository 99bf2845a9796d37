package io.fairlead.proxy.agent;

import io.fairlead.proxy.exit.EndOfOutput;
import io.fairlead.proxy.exit.TunnelAborted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.timeout.IdleStateEvent;
import org.jspecify.annotations.Nullable;

/**
 * One half of a tunnel at the agent: passes what its channel reads to the other half's. Both halves live on one event loop.
 *
 * <p>Reading stops while the other half is not writable, so that at most its high water mark and one read are held. An end
 * of one direction is passed on as such; a reset, as a reset, but never before the end of a direction that was whole; when both
 * directions have ended, both channels close.
 */
final class Relay extends ChannelInboundHandlerAdapter {

    private final Channel other;
    private final AgentLoad load;
    private boolean inputEnded;
    private @Nullable ChannelFuture endPassedOn;

    private Relay(Channel other, AgentLoad load) {
        this.other = other;
        this.load = load;
    }

    /** Joins the two and lets them read; what passes counts. */
    static void join(Channel stream, SocketChannel socket, AgentLoad load) {
        stream.pipeline().addLast(new Relay(socket, load));
        socket.pipeline().addLast(new Relay(stream, load));
        stream.config().setAutoRead(true);
        socket.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        load.carried(((ByteBuf) bytes).readableBytes());
        other.write(bytes);
        if (!other.isWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        other.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // A socket that is closed can't be asked to read: epoll takes that for a failure.
        if (ctx.channel().isWritable() && other.isActive()) {
            other.config().setAutoRead(true);
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            endOther(ctx);
        } else if (event instanceof TunnelAborted) {
            reset(other);
        } else if (event == AgentLoad.OwnerEnds.INSTANCE) {
            reset((SocketChannel) other);
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.ENHANCE_YOUR_CALM))
                    .addListener(ChannelFutureListener.CLOSE);
        } else if (event instanceof IdleStateEvent) {
            ctx.close();
            reset(other);
        }
    }

    private void endOther(ChannelHandlerContext ctx) {
        if (other instanceof SocketChannel socket) {
            // Shutting down discards what is still queued: wait until it is out.
            socket.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(out -> {
                if (socket.isInputShutdown()) {
                    socket.close();
                } else {
                    socket.shutdownOutput();
                }
            });
        } else {
            endPassedOn = other.writeAndFlush(EndOfOutput.INSTANCE);
            SocketChannel socket = (SocketChannel) ctx.channel();
            if (socket.isOutputShutdown()) {
                socket.close();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // A stream that was told the end closes by itself when that is out, which may have to wait for its window.
        boolean closesByItself = inputEnded && !(other instanceof SocketChannel);
        if (other.isActive() && !closesByItself) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
        ctx.fireChannelInactive();
    }

    /** What was read to its end may still wait for the stream's window: a reset must not overtake it. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ChannelFuture whole = endPassedOn;
        if (whole == null) {
            reset(other);
        } else {
            whole.addListener(out -> reset(other));
        }
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            ctx.close(); // else the stream is reset next, with the code of the error
        }
    }

    private static void reset(Channel channel) {
        if (channel instanceof SocketChannel socket) {
            if (socket.isActive()) {
                socket.config().setSoLinger(0);
            }
            socket.close();
        } else if (channel.isActive()) {
            channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CONNECT_ERROR))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}
