package io.fairlead.relay.link;

import io.fairlead.relay.room.EndOfStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import org.jspecify.annotations.Nullable;

/**
 * Makes DATA of what is written to a stream: one frame of all that comes before a flush, so that a batch of tags costs one. {@link
 * EndOfStream} ends the stream. Of a batch only the last write may ask to be told; whatever else is written passes.
 */
public final class StreamOutput extends ChannelDuplexHandler {

    private @Nullable CompositeByteBuf gathered;
    private @Nullable ChannelPromise told;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            gather(ctx, bytes, promise);
        } else if (message == EndOfStream.INSTANCE) {
            send(ctx);
            ctx.write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true), promise);
        } else {
            ctx.write(message, promise);
        }
    }

    private void gather(ChannelHandlerContext ctx, ByteBuf bytes, ChannelPromise promise) {
        CompositeByteBuf all = gathered;
        if (all == null) {
            all = ctx.alloc().compositeBuffer(Integer.MAX_VALUE);
            gathered = all;
        }
        if (bytes.isReadable()) {
            all.addComponent(true, bytes);
        } else {
            bytes.release();
        }
        if (!promise.isVoid()) {
            told = promise;
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        send(ctx);
        ctx.flush();
    }

    private void send(ChannelHandlerContext ctx) {
        CompositeByteBuf all = gathered;
        ChannelPromise promise = told;
        gathered = null;
        told = null;
        if (all != null) {
            ctx.write(new DefaultHttp2DataFrame(all), promise == null ? ctx.newPromise() : promise);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        CompositeByteBuf all = gathered;
        gathered = null;
        if (all != null) {
            all.release();
        }
    }
}
