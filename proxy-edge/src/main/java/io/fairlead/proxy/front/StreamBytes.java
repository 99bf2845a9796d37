package io.fairlead.proxy.front;

import io.fairlead.proxy.exit.EndOfOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Turns the frames of a user's stream that has become a tunnel into plain bytes and back (RFC 9113 §8.5).
 *
 * <p>Consumes {@link Http2DataFrame}s and sends on their {@link ByteBuf}s; after the last, {@link ChannelInputShutdownEvent}. Writes
 * {@link ByteBuf}s as DATA, and {@link EndOfOutput} as an empty DATA frame that ends the stream. A reset by the user closes the channel.
 */
final class StreamBytes extends ChannelDuplexHandler {

    private boolean outputEnded;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2DataFrame data) {
            boolean last = data.isEndStream();
            ByteBuf bytes = data.content();
            if (bytes.isReadable()) {
                ctx.fireChannelRead(bytes); // the frame's only reference goes along
            } else {
                data.release();
            }
            if (last) {
                ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
            return;
        }
        boolean ends = message instanceof Http2HeadersFrame headers && headers.isEndStream();
        ReferenceCountUtil.release(message);
        if (ends) { // trailers: there is nobody to take them
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes && outputEnded) {
            // Netty would join it with an end that waits for the window, and the end would be lost.
            bytes.release();
            promise.tryFailure(new ChannelOutputShutdownException("the output of this stream has ended"));
        } else if (message instanceof ByteBuf bytes) {
            ctx.write(new DefaultHttp2DataFrame(bytes), promise);
        } else if (message == EndOfOutput.INSTANCE) {
            outputEnded = true;
            ctx.write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true), promise);
        } else {
            ctx.write(message, promise);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            ctx.executor()
                    .execute(ctx.channel()::close); // when the codec knows of it: a reset is not answered by another
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }
}
