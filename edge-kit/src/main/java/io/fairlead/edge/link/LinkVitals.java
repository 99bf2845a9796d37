package io.fairlead.edge.link;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one end of a link alive and its windows wide. Stands between the frame codec and the multiplexer.
 *
 * <p>Consumes PING frames and their answers; passes everything else on. Sends PINGs by {@link LinkPulse}, and one with
 * each sample of {@link BandwidthDelay}; grows the link's window and those of the streams that are held back by theirs.
 * Tells the {@link Listener}; closes nothing itself. One timer a link, on its event loop.
 */
public final class LinkVitals extends ChannelInboundHandlerAdapter {

    /** Told on the event loop. */
    public interface Listener {

        /** A heartbeat of ours was answered. */
        void answered(long payload, long roundTripNanos);

        /** The other end sent a heartbeat; the answer is on its way already. */
        void asked(long payload);

        /** The other end left a question unanswered for too long. */
        void silent(long quietMs);
    }

    // The two highest bits of a PING's payload say what it is for, the rest is a count.
    private static final long HEARTBEAT = 0x4000_0000_0000_0000L;
    private static final long SUSPICION = 0x8000_0000_0000_0000L;
    private static final long SAMPLE = 0xc000_0000_0000_0000L;
    private static final long PURPOSE = 0xc000_0000_0000_0000L;

    private final Http2FrameCodec codec;
    private final int standingStreams;
    private final WindowSettings windows;
    private final WindowBudget budget;
    private final LongSupplier nanoClock;
    private final Listener listener;
    private final LinkPulse pulse;
    private final BandwidthDelay estimate;
    private final List<StreamWindow> sampled = new ArrayList<>();
    private final Set<StreamWindow> open = new HashSet<>();

    private @Nullable ChannelHandlerContext context;
    private @Nullable ScheduledFuture<?> timer;
    private long timerNanos;
    private long linkWindowBytes;
    private long pings;
    private long heartbeatSentNanos;
    private long heartbeatPayload;
    private long samplePayload;

    /** @param standingStreams streams that are open on an idle link, too: 1 where there is a control stream */
    public LinkVitals(
            Http2FrameCodec codec,
            int standingStreams,
            WindowSettings windows,
            WindowBudget budget,
            PulseSettings pulseSettings,
            LongSupplier nanoClock,
            RandomGenerator random,
            Listener listener) {
        this.codec = codec;
        this.standingStreams = standingStreams;
        this.windows = windows;
        this.budget = budget;
        this.nanoClock = nanoClock;
        this.listener = listener;
        long now = nanoClock.getAsLong();
        this.pulse = new LinkPulse(pulseSettings, random, now);
        this.estimate = new BandwidthDelay(windows.streamBytes(), windows.maxBytes(), now);
    }

    /** Begins: HTTP/2 is spoken on both ends now. */
    public void start() throws Http2Exception {
        Http2LocalFlowController flow = codec.connection().local().flowController();
        linkWindowBytes = flow.initialWindowSize(codec.connection().connectionStream());
        widenLink(windows.linkBytes());
        beat();
    }

    /** Streams have been opened on a link that may have been idle: look after it more often. */
    public void wake() {
        if (timer != null && timerNanos - nanoClock.getAsLong() > pulse.restNanos(nanoClock.getAsLong(), true)) {
            timer.cancel(false);
            rest();
        }
    }

    /** A stream is read from for the first time in this sample. */
    void delivered(StreamWindow window) {
        sampled.add(window);
    }

    void entered(StreamWindow window) {
        open.add(window);
    }

    void left(StreamWindow window) {
        open.remove(window);
    }

    WindowSettings windows() {
        return windows;
    }

    WindowBudget budget() {
        return budget;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stop();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
        List.copyOf(open).forEach(StreamWindow::linkLost);
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) throws Exception {
        long now = nanoClock.getAsLong();
        pulse.heard(now);
        if (frame instanceof Http2DataFrame data) {
            if (estimate.arrived(data.initialFlowControlledBytes(), now)) {
                sampled.forEach(StreamWindow::beginSample);
                sampled.clear();
                samplePayload = SAMPLE | ++pings;
                ping(ctx, samplePayload);
            }
        } else if (frame instanceof Http2PingFrame ping) {
            if (ping.ack()) {
                answered(ping.content(), now);
            } else if ((ping.content() & PURPOSE) == HEARTBEAT) {
                listener.asked(ping.content());
            }
            return;
        }
        ctx.fireChannelRead(frame);
    }

    private void answered(long payload, long now) throws Http2Exception {
        long purpose = payload & PURPOSE;
        if (purpose == HEARTBEAT && payload == heartbeatPayload) {
            listener.answered(payload, now - heartbeatSentNanos);
        } else if (purpose == SAMPLE && payload == samplePayload) {
            if (estimate.answered(now)) {
                widenLink(Math.min(windows.maxBytes(), 2L * estimate.windowBytes()));
            }
            for (StreamWindow window : sampled) {
                window.endSample(estimate.windowBytes());
            }
            sampled.clear();
        }
    }

    /** Grows the window of the link. Costs no memory: what is read slowly is held back by the streams' windows. */
    private void widenLink(long bytes) throws Http2Exception {
        if (bytes <= linkWindowBytes) {
            return;
        }
        widen(codec.connection().connectionStream(), (int) (bytes - linkWindowBytes));
        linkWindowBytes = bytes;
    }

    /** Grows the window of one stream, if it is still there. */
    boolean widenStream(int streamId, int bytes) {
        Http2Stream stream = codec.connection().stream(streamId);
        if (stream == null || !stream.state().remoteSideOpen()) {
            return false;
        }
        try {
            widen(stream, bytes);
            return true;
        } catch (Http2Exception e) {
            return false; // the stream has just ended: there is nothing left to widen
        }
    }

    private void widen(Http2Stream stream, int bytes) throws Http2Exception {
        codec.connection().local().flowController().incrementWindowSize(stream, bytes);
        flush();
    }

    /** How long nothing was heard, ms; on the link's loop. */
    public long quietMs() {
        return pulse.quietMs(nanoClock.getAsLong());
    }

    private void beat() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !ctx.channel().isActive()) {
            return;
        }
        long now = nanoClock.getAsLong();
        switch (pulse.step(now, active())) {
            case WAIT -> {}
            case SUSPECT -> ping(ctx, SUSPICION | ++pings);
            case HEARTBEAT -> {
                heartbeatPayload = HEARTBEAT | ++pings;
                heartbeatSentNanos = now;
                ping(ctx, heartbeatPayload);
            }
            case DEAD -> {
                listener.silent(pulse.quietMs(now));
                return;
            }
        }
        rest();
    }

    private void rest() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || ctx.isRemoved() || !ctx.channel().isActive()) {
            return;
        }
        long now = nanoClock.getAsLong();
        long restNanos = pulse.restNanos(now, active());
        timerNanos = now + restNanos;
        timer = ctx.executor().schedule(this::beat, restNanos, TimeUnit.NANOSECONDS);
    }

    private boolean active() {
        return codec.connection().numActiveStreams() > standingStreams;
    }

    private void ping(ChannelHandlerContext ctx, long payload) {
        ctx.writeAndFlush(new DefaultHttp2PingFrame(payload));
    }

    private void flush() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.flush();
        }
    }

    private void stop() {
        ScheduledFuture<?> scheduled = timer;
        if (scheduled != null) {
            scheduled.cancel(false);
            timer = null;
        }
    }
}
