package io.fairlead.proxy.front;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;

/**
 * The end of a connection whose last answer has been written: ends our direction when that is out, then reads and forgets until
 * the user ends theirs. Closing at once could send a reset that overtakes the answer.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {

    private final FrontSettings settings;
    private final PhaseTimer timer;
    private boolean inputEnded;
    private boolean outputEnded;

    private LingeringClose(FrontSettings settings, PhaseTimer timer, boolean inputEnded) {
        this.settings = settings;
        this.timer = timer;
        this.inputEnded = inputEnded;
    }

    /** Begins, at the end of the pipeline; who was there before must have left, or pass on what it gets. */
    static void of(Channel channel, FrontSettings settings, PhaseTimer timer, boolean inputEnded) {
        channel.pipeline().addLast(new LingeringClose(settings, timer, inputEnded));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer.start(settings.responseIdleMs(), ctx::close);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            outputEnded = true;
            if (inputEnded) {
                ctx.close();
            } else {
                UserChannel.of(ctx.channel()).endOutput(false);
                timer.start(settings.lingerMs(), ctx::close);
            }
        });
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!inputEnded) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            inputEnded = true;
            if (outputEnded) {
                ctx.close();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timer.close();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // a reset by the user
    }
}
