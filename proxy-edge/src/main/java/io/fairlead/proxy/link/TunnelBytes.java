package io.fairlead.proxy.link;

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
 * <p>Counts what is read from it between two PINGs: a stream that used up its window in one round trip is given a wider one.
 */
final class TunnelBytes extends ChannelDuplexHandler {

    private final LinkVitals vitals;
    private int windowBytes;
    private int grownBytes;
    private long sampleBytes;
    private boolean inSample;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean closedHere;
    private long readBytes;
    private long writtenBytes;
    private @Nullable TunnelAborted abort;
    private @Nullable Http2StreamChannel stream;

    TunnelBytes(LinkVitals vitals) {
        this.vitals = vitals;
        this.windowBytes = vitals.windows().streamBytes();
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
        count(data.initialFlowControlledBytes());
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
        vitals.ends()
                .ended(
                        (Http2StreamChannel) ctx.channel(),
                        readBytes,
                        writtenBytes,
                        inputEnded && outputEnded && abort == null);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        stream = (Http2StreamChannel) ctx.channel();
        vitals.entered(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        vitals.left(this);
        vitals.budget().giveBack(grownBytes);
        grownBytes = 0;
        stream = null;
    }

    /**
     * The link is gone. A stream that nobody reads would not notice, and hold its bytes for as long; unless all of it has
     * arrived, it ends now.
     */
    void linkLost() {
        Http2StreamChannel channel = stream;
        if (channel != null && channel.stream().state().remoteSideOpen()) {
            abort = new TunnelAborted(Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "the link to the exit was lost");
            channel.close();
        }
    }

    private void count(int bytes) {
        sampleBytes += bytes;
        if (!inSample) {
            inSample = true;
            vitals.delivered(this);
        }
    }

    /** What was counted before belongs to no sample. */
    void beginSample() {
        sampleBytes = 0;
        inSample = false;
    }

    /** The sample is over: most of the window was used in one round trip, so it is what holds the stream back. */
    void endSample(int wantedBytes) {
        long used = sampleBytes;
        beginSample();
        Http2StreamChannel channel = stream;
        int target = (int) Math.min(wantedBytes, Math.max(2 * used, windowBytes));
        int more = target - windowBytes;
        if (channel == null
                || inputEnded
                || more <= 0
                || used * 3 < windowBytes * 2L
                || !vitals.budget().take(more)) {
            return;
        }
        if (vitals.widenStream(channel.stream().id(), more)) {
            windowBytes += more;
            grownBytes += more;
        } else {
            vitals.budget().giveBack(more);
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
