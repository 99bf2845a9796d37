package io.fairlead.proxy.upstream;

import io.fairlead.proxy.exit.EndOfOutput;
import io.fairlead.proxy.exit.TunnelAborted;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a socket to an upstream what {@link io.fairlead.proxy.exit.ExitTunnels} promises of a tunnel, once the proxy has opened it. First in
 * the pipeline of the socket.
 *
 * <p>What came behind the handshake, and an end of input, are held until the tunnel is read for the first time. {@link EndOfOutput} shuts the
 * output down when all before it is written. When both directions have ended the socket closes; closed before that, it is reset. A reset by
 * the other side becomes {@link TunnelAborted}.
 */
final class SocketTunnel extends ChannelDuplexHandler {

    private final SocketChannel socket;
    private @Nullable ByteBuf early;
    private boolean asked;
    private boolean passing;
    private boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean closedHere;
    private @Nullable TunnelAborted abort;

    /** @param early bytes of the target that were read with the handshake; owned from now on */
    SocketTunnel(SocketChannel socket, ByteBuf early) {
        this.socket = socket;
        this.early = early;
    }

    /** Ends it, for this reason. On its event loop. */
    void cut(TunnelAborted why) {
        if (abort == null) {
            abort = why;
        }
        reset();
    }

    // ---- from the proxy

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (passing) {
            ctx.read();
        } else if (!asked) {
            asked = true;
            ctx.executor().execute(() -> passEarly(ctx));
        }
    }

    private void passEarly(ChannelHandlerContext ctx) {
        ByteBuf held = early;
        early = null;
        passing = true;
        if (held == null) {
            return; // closed meanwhile
        }
        boolean wantsMore = true;
        if (held.isReadable()) {
            ctx.fireChannelRead(held);
            ctx.fireChannelReadComplete();
            wantsMore = socket.config().isAutoRead();
        } else {
            held.release();
        }
        if (inputEnded) {
            tellInputEnded(ctx);
        } else if (wantsMore) {
            ctx.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf held = early;
        if (passing || held == null) {
            ctx.fireChannelRead(message);
        } else {
            early = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, (ByteBuf) message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (passing) {
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event != ChannelInputShutdownEvent.INSTANCE) {
            ctx.fireUserEventTriggered(event);
            return;
        }
        inputEnded = true;
        if (passing) {
            tellInputEnded(ctx);
        }
    }

    private void tellInputEnded(ChannelHandlerContext ctx) {
        ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        if (outputEnded) {
            socket.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (abort == null) {
            abort = broken();
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        TunnelAborted why = abort;
        if (why == null && !closedHere && !(inputEnded && outputEnded)) {
            why = broken();
        }
        if (why != null) {
            ctx.fireUserEventTriggered(why);
        }
        ctx.fireChannelInactive();
    }

    private static TunnelAborted broken() {
        return new TunnelAborted(
                Outcome.CONNECTION_RESET, FaultLayer.AMBIGUOUS, "the target or the upstream reset the connection");
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ReferenceCountUtil.release(early);
        early = null;
    }

    // ---- to the proxy

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message == EndOfOutput.INSTANCE) {
            outputEnding = true;
            ctx.write(Unpooled.EMPTY_BUFFER, promise.unvoid()).addListener(written -> endOutput(written.isSuccess()));
        } else if (outputEnding) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
        } else {
            ctx.write(message, promise);
        }
    }

    private void endOutput(boolean written) {
        if (!written) {
            return; // the socket is broken: its end tells
        }
        if (inputEnded && passing) {
            outputEnded = true;
            socket.close(); // all is out: a FIN of its own would be a system call for nothing
            return;
        }
        socket.shutdownOutput().addListener(done -> {
            outputEnded = true;
            if (inputEnded && passing) {
                socket.close();
            }
        });
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        closedHere = true;
        if (!(inputEnded && outputEnded) && socket.isOpen()) {
            socket.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        ctx.close(promise);
    }

    private void reset() {
        if (socket.isOpen()) {
            socket.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        socket.close();
    }
}
