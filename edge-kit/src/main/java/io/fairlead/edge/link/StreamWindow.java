package io.fairlead.edge.link;

import io.netty.handler.codec.http2.Http2StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * The receive window of one stream of a link. Counts what is read between two PINGs: a stream that used up its window in one round trip
 * is given a wider one, out of the {@link WindowBudget}. On the link's event loop.
 */
public final class StreamWindow {

    private final LinkVitals vitals;
    private final Runnable linkLost;
    private int windowBytes;
    private int grownBytes;
    private long sampleBytes;
    private boolean inSample;
    private boolean inputEnded;
    private @Nullable Http2StreamChannel stream;

    /** @param linkLost run when the link is gone while the other end still sends: a stream that nobody reads would not notice */
    public StreamWindow(LinkVitals vitals, Runnable linkLost) {
        this.vitals = vitals;
        this.linkLost = linkLost;
        this.windowBytes = vitals.windows().streamBytes();
    }

    /** The stream begins. */
    public void enter(Http2StreamChannel channel) {
        stream = channel;
        vitals.entered(this);
    }

    /** The stream is over; what its window had grown by is given back. */
    public void leave() {
        vitals.left(this);
        vitals.budget().giveBack(grownBytes);
        grownBytes = 0;
        stream = null;
    }

    /** The other end sends no more: there is nothing left to widen for. */
    public void inputEnded() {
        inputEnded = true;
    }

    /** So many bytes, padding among them, have come out of the stream. */
    public void count(int bytes) {
        sampleBytes += bytes;
        if (!inSample) {
            inSample = true;
            vitals.delivered(this);
        }
    }

    /** Unless all of it has arrived, the stream ends with its link. */
    void linkLost() {
        Http2StreamChannel channel = stream;
        if (channel != null && channel.stream().state().remoteSideOpen()) {
            linkLost.run();
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
}
