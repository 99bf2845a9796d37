package io.fairlead.proxy.link;

import io.fairlead.edge.link.LinkVitals;
import io.fairlead.edge.link.StreamWindow;
import io.fairlead.proxy.exit.EndOfOutput;
import io.fairlead.proxy.exit.TunnelAborted;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Turns the frames of one stream into plain bytes and back, on either end of a tunnel.
 *
 * <p>Consumes {@link Http2DataFrame}s and sends on their {@link ByteBuf}s; after the last, {@link
 * ChannelInputShutdownEvent}. Writes {@link ByteBuf}s as DATA, {@link EndOfOutput} as an empty DATA frame that ends the
 * stream; writes after it fail. An end that is not clean becomes {@link TunnelAborted}, right before {@code channelInactive}.
 *
 * <p>Its window grows as {@link StreamWindow} says.
 */
final class TunnelBytes extends ChannelDuplexHandler {

    private final StreamWindow window;
    private final TunnelEnds ends;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean closedHere;
    private long readBytes;
    private long writtenBytes;
    private @Nullable TunnelAborted abort;
    private @Nullable Http2StreamChannel stream;

    /** @param ends told when the tunnel has ended */
    TunnelBytes(LinkVitals vitals, TunnelEnds ends) {
        this.window = new StreamWindow(vitals, this::linkLost);
        this.ends = ends;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2DataFrame data) {
            read(ctx, data);
        } else if (message instanceof Http2HeadersFrame headers) {
            if (headers.isEndStream()) {
                endInput(ctx);
            }
        } else {
            ReferenceCountUtil.release(message); // frames of a kind that tunnels have no use for (RFC 9113, 5.5)
        }
    }

    private void read(ChannelHandlerContext ctx, Http2DataFrame data) {
        boolean last = data.isEndStream();
        window.count(data.initialFlowControlledBytes());
        ByteBuf bytes = data.content();
        if (bytes.isReadable()) {
            readBytes += bytes.readableBytes();
            ctx.fireChannelRead(bytes); // the frame's only reference goes along
        } else {
            data.release();
        }
        if (last) {
            endInput(ctx);
        }
    }

    private void endInput(ChannelHandlerContext ctx) {
        if (!inputEnded) {
            inputEnded = true;
            window.inputEnded();
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes && outputEnded) {
            // Netty would join it with an end that waits for the window, and the end would be lost.
            bytes.release();
            promise.tryFailure(new ChannelOutputShutdownException("the output of this tunnel has ended"));
        } else if (message instanceof ByteBuf bytes) {
            writtenBytes += bytes.readableBytes();
            ctx.write(new DefaultHttp2DataFrame(bytes), promise);
        } else if (message == EndOfOutput.INSTANCE) {
            outputEnded = true;
            ctx.write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true), promise);
        } else {
            ctx.write(message, promise);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        closedHere = true;
        ctx.close(promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            abort = aborted(reset.errorCode());
        } else if (event instanceof Http2GoAwayFrame goAway) {
            goAway.release();
            abort = new TunnelAborted(
                    Outcome.EXIT_STREAM_REFUSED,
                    FaultLayer.CAPACITY,
                    "the exit is leaving and did not take the tunnel");
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        TunnelAborted why = abort;
        if (why == null && !closedHere && !(inputEnded && outputEnded)) {
            why = new TunnelAborted(Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "the link to the exit was lost");
        }
        if (why != null) {
            ctx.fireUserEventTriggered(why);
        }
        ctx.fireChannelInactive();
        ends.ended(
                (Http2StreamChannel) ctx.channel(),
                readBytes,
                writtenBytes,
                inputEnded && outputEnded && abort == null);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Http2StreamChannel channel = (Http2StreamChannel) ctx.channel();
        stream = channel;
        window.enter(channel);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        window.leave();
        stream = null;
    }

    /** The link is gone, and the other end had not sent all. */
    private void linkLost() {
        Http2StreamChannel channel = stream;
        if (channel != null) {
            abort = new TunnelAborted(Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "the link to the exit was lost");
            channel.close();
        }
    }

    private static TunnelAborted aborted(long code) {
        Http2Error error = Http2Error.valueOf(code);
        if (error == Http2Error.CONNECT_ERROR) {
            return new TunnelAborted(
                    Outcome.CONNECTION_RESET, FaultLayer.AMBIGUOUS, "the target reset the connection to the exit");
        }
        if (error == Http2Error.REFUSED_STREAM) {
            return new TunnelAborted(
                    Outcome.EXIT_BUSY, FaultLayer.CAPACITY, "the exit runs as many requests as it can");
        }
        if (error == Http2Error.ENHANCE_YOUR_CALM) {
            return new TunnelAborted(
                    Outcome.EXIT_BUSY, FaultLayer.CAPACITY, "the owner of the exit has ended its tunnels");
        }
        if (error == Http2Error.CANCEL) {
            return new TunnelAborted(Outcome.IDLE_TIMEOUT, FaultLayer.AMBIGUOUS, "the exit gave the tunnel up");
        }
        return new TunnelAborted(Outcome.EXIT_ERROR, FaultLayer.EXIT, "the exit reset the tunnel with code " + code);
    }
}
