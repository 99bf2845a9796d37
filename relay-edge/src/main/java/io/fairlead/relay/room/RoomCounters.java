package io.fairlead.relay.room;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What happens in all rooms of an edge; counted on any thread. */
public final class RoomCounters {

    final LongAdder rooms = new LongAdder();
    final LongAdder viewers = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesSpare = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    final LongAdder droppedBeforeStart = new LongAdder();
    final LongAdder breaks = new LongAdder();
    final LongAdder splicesAligned = new LongAdder();
    final LongAdder splicesAtKey = new LongAdder();
    final LongAdder silences = new LongAdder();
    final LongAdder unreadable = new LongAdder();
    final LongAdder skips = new LongAdder();
    final LongAdder skippedTags = new LongAdder();
    private final Map<ViewerEnd, LongAdder> ended = new EnumMap<>(ViewerEnd.class);

    public RoomCounters() {
        for (ViewerEnd each : ViewerEnd.values()) {
            ended.put(each, new LongAdder());
        }
    }

    void count(ViewerEnd reason) {
        adder(reason).increment();
    }

    private LongAdder adder(ViewerEnd reason) {
        LongAdder adder = ended.get(reason);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + reason);
        }
        return adder;
    }

    /** Rooms that are open. */
    public long rooms() {
        return rooms.sum();
    }

    /** Viewers that are in rooms. */
    public long viewers() {
        return viewers.sum();
    }

    /** Bytes of tags from sources, sent on. */
    public long bytesIn() {
        return bytesIn.sum();
    }

    /** Bytes of tags to viewers. */
    public long bytesOut() {
        return bytesOut.sum();
    }

    /** Bytes of tags from spares, received and not sent. */
    public long bytesSpare() {
        return bytesSpare.sum();
    }

    /** How often a viewer went on at a key frame because it was behind. */
    public long skips() {
        return skips.sum();
    }

    /** Tags that went by viewers that were behind. */
    public long skippedTags() {
        return skippedTags.sum();
    }

    /** Sources joined by a run of equal frames. */
    public long splicesAligned() {
        return splicesAligned.sum();
    }

    /** Sources joined at a key frame. */
    public long splicesAtKey() {
        return splicesAtKey.sum();
    }

    /** Sources that gave way to a spare because they were silent. */
    public long silences() {
        return silences.sum();
    }

    /** Viewers gone for that reason. */
    public long ended(ViewerEnd reason) {
        return adder(reason).sum();
    }

    /** Shows them as meters {@code fairlead.relay.*}. */
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("fairlead.relay.rooms", this, RoomCounters::rooms)
                .description("Rooms that are open")
                .register(registry);
        Gauge.builder("fairlead.relay.viewers", this, RoomCounters::viewers)
                .description("Viewers that are in rooms")
                .register(registry);
        counter(registry, "fairlead.relay.bytes.in", bytesIn, "Bytes of tags from sources that were sent on");
        counter(registry, "fairlead.relay.bytes.spare", bytesSpare, "Bytes of tags from spares, received and not sent");
        counter(registry, "fairlead.relay.bytes.out", bytesOut, "Bytes to viewers");
        counter(
                registry,
                "fairlead.relay.tags.before.start",
                droppedBeforeStart,
                "Tags dropped because nothing can be decoded before a key frame");
        counter(registry, "fairlead.relay.breaks", breaks, "Sources whose clock went back or far ahead");
        counter(
                registry,
                "fairlead.relay.skips",
                skips,
                "Viewers that went on at a key frame because they were behind");
        counter(registry, "fairlead.relay.skipped.tags", skippedTags, "Tags that went by viewers that were behind");
        counter(registry, "fairlead.relay.silences", silences, "Sources that gave way to a spare for their silence");
        counter(
                registry,
                "fairlead.relay.ts.unreadable",
                unreadable,
                "Frames and sounds left out of transport streams because they can't be read");
        String splices = "Sources that followed another in a room";
        register(registry, "fairlead.relay.splices", "how", "aligned", splicesAligned, splices);
        register(registry, "fairlead.relay.splices", "how", "key_frame", splicesAtKey, splices);
        ended.forEach((reason, adder) -> register(
                registry,
                "fairlead.relay.viewers.ended",
                "reason",
                reason.name().toLowerCase(Locale.ROOT),
                adder,
                "Viewers that are gone"));
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }

    private static void register(
            MeterRegistry registry, String name, String tag, String value, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .tag(tag, value)
                .register(registry);
    }
}
