package io.fairlead.proxy.upstream;

import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Promise;
import java.util.function.BiConsumer;

/**
 * A socket to an upstream until the proxy has opened the tunnel: leads the handshake, and either gives way to {@link SocketTunnel} and
 * fulfils the promise, or fails it and closes the socket. Reads only while an answer is awaited.
 */
final class UpstreamOpening extends ChannelInboundHandlerAdapter {

    private final Handshake handshake;
    private final Promise<Channel> promise;
    private final BiConsumer<SocketTunnel, Channel> opened;
    private ByteBuf said = Unpooled.EMPTY_BUFFER;
    private boolean over;

    /** @param opened told of the tunnel right before the promise is fulfilled */
    UpstreamOpening(Handshake handshake, Promise<Channel> promise, BiConsumer<SocketTunnel, Channel> opened) {
        this.handshake = handshake;
        this.promise = promise;
        this.opened = opened;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        say(ctx, handshake.open());
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        said = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), said, (ByteBuf) message);
        boolean goesOn = true;
        while (goesOn && said.isReadable() && !over) {
            goesOn = take(ctx, handshake.read(said));
        }
    }

    private boolean take(ChannelHandlerContext ctx, Handshake.Step step) {
        if (step instanceof Handshake.Step.Say say) {
            say(ctx, say.words());
            return true;
        }
        if (step instanceof Handshake.Step.Opened) {
            open(ctx);
        } else if (step instanceof Handshake.Step.Refused refused) {
            fail(ctx, refused.why());
        }
        return false;
    }

    private void open(ChannelHandlerContext ctx) {
        over = true;
        SocketChannel socket = (SocketChannel) ctx.channel();
        SocketTunnel tunnel = new SocketTunnel(socket, said);
        said = Unpooled.EMPTY_BUFFER;
        ctx.pipeline().replace(this, null, tunnel);
        opened.accept(tunnel, socket);
        if (!promise.trySuccess(socket)) {
            socket.close();
        }
    }

    private static void say(ChannelHandlerContext ctx, byte[] words) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(words), ctx.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!over) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            lost(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        lost(ctx);
    }

    private void lost(ChannelHandlerContext ctx) {
        fail(
                ctx,
                new TunnelException(
                        Outcome.EXIT_LINK_LOST,
                        FaultLayer.EXIT,
                        "the upstream closed the connection before it had opened a tunnel"));
    }

    private void fail(ChannelHandlerContext ctx, TunnelException why) {
        over = true;
        promise.tryFailure(why);
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        said.release();
        said = Unpooled.EMPTY_BUFFER;
    }
}
