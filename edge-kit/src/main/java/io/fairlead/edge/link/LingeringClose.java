package io.fairlead.edge.link;

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
public final class LingeringClose extends ChannelInboundHandlerAdapter {

    private final Waits waits;
    private final PhaseTimer timer;
    private final Runnable endOutput;
    private boolean inputEnded;
    private boolean outputEnded;

    /**
     * How long it takes at most.
     *
     * @param writeMs for the answer to be out, ms
     * @param lingerMs for the user to end, after that, ms
     */
    public record Waits(int writeMs, int lingerMs) {}

    private LingeringClose(Waits waits, PhaseTimer timer, boolean inputEnded, Runnable endOutput) {
        this.waits = waits;
        this.timer = timer;
        this.inputEnded = inputEnded;
        this.endOutput = endOutput;
    }

    /**
     * Begins, at the end of the pipeline; who was there before must have left, or pass on what it gets. The channel must allow half-closure.
     *
     * @param inputEnded whether the user's direction has ended
     * @param endOutput ends ours, in the way of that kind of channel
     */
    public static void of(Channel channel, Waits waits, PhaseTimer timer, boolean inputEnded, Runnable endOutput) {
        channel.pipeline().addLast(new LingeringClose(waits, timer, inputEnded, endOutput));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer.start(waits.writeMs(), ctx::close);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            outputEnded = true;
            if (inputEnded) {
                ctx.close();
            } else {
                endOutput.run();
                timer.start(waits.lingerMs(), ctx::close);
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
