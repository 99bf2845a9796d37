package io.fairlead.relay.link;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What happens on long links, at either end; counted on any thread. */
public final class LongLinkCounters {

    private final AtomicInteger up = new AtomicInteger();
    private final LongAdder begun = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder silent = new LongAdder();
    private final LongAdder forged = new LongAdder();
    private final LongAdder mediaBytes = new LongAdder();
    private final LongAdder mediaStreams = new LongAdder();
    private final LongAdder moves = new LongAdder();
    private final LongAdder movesGivenUp = new LongAdder();

    /** Links that are up. */
    public int up() {
        return up.get();
    }

    /** Requests that named another relay client than the certificate does. */
    public long forged() {
        return forged.sum();
    }

    /** Links given up because the other end did not answer. */
    public long silent() {
        return silent.sum();
    }

    /** Links that were turned away, or did not come about. */
    public long refused() {
        return refused.sum();
    }

    /** Bytes of media that came over long links. */
    public long mediaBytes() {
        return mediaBytes.sum();
    }

    /** Streams over which media came. */
    public long mediaStreams() {
        return mediaStreams.sum();
    }

    /** Rooms that went over to another relay server as planned. */
    public long moves() {
        return moves.sum();
    }

    /** Rooms that stayed where they were, for the other relay server did not send them. */
    public long movesGivenUp() {
        return movesGivenUp.sum();
    }

    public void move(boolean done) {
        (done ? moves : movesGivenUp).increment();
    }

    public void begins() {
        up.incrementAndGet();
        begun.increment();
    }

    public void ends() {
        up.decrementAndGet();
    }

    public void refuse() {
        refused.increment();
    }

    public void fallSilent() {
        silent.increment();
    }

    public void forge() {
        forged.increment();
    }

    public void media(int bytes, boolean first) {
        mediaBytes.add(bytes);
        if (first) {
            mediaStreams.increment();
        }
    }

    /** Shows them as meters {@code fairlead.relay.links.*}. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("fairlead.relay.links", up, AtomicInteger::get)
                .description("Long links that are up")
                .register(registry);
        counter(registry, "fairlead.relay.links.begun", begun, "Long links that came up");
        counter(
                registry,
                "fairlead.relay.links.refused",
                refused,
                "Long links turned away, or that did not come about");
        counter(registry, "fairlead.relay.links.silent", silent, "Long links given up for silence");
        counter(registry, "fairlead.relay.links.forged", forged, "Requests that named another relay client");
        counter(registry, "fairlead.relay.links.media.bytes", mediaBytes, "Bytes of media from long links");
        counter(registry, "fairlead.relay.moves", moves, "Rooms that went over to another relay server as planned");
        counter(
                registry,
                "fairlead.relay.moves.given.up",
                movesGivenUp,
                "Rooms that stayed where they were, for the other relay server did not send them");
        counter(registry, "fairlead.relay.links.media.streams", mediaStreams, "Streams over which media came");
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
