package io.fairlead.relay.room;

/**
 * Settings of rooms. Begin with {@link #DEFAULTS} and change what differs.
 *
 * @param ring bounds of what is kept of a room, per event loop with viewers (references; the bytes are shared)
 * @param spareRing the same of a source that is received and not sent
 * @param maxTagBytes largest tag
 * @param mergeMs tags are gathered for so long before they are written to viewers
 * @param mergeBytes or until there are so many bytes
 * @param burstBytes a viewer that is behind gets so many bytes in one write
 * @param lagMs a viewer that is further behind goes on at the newest key frame
 * @param maxSkips a viewer that does so more often within a minute is closed
 * @param stallMs a viewer that takes nothing of a write for so long is closed
 * @param maxViewers viewers of one room at this edge
 * @param lingerMs the source of a room is kept for so long after the last viewer
 * @param sourceGraceMs viewers wait for so long for the next source when the last one has ended
 * @param takeoverMs another publisher may follow one that has been silent for so long
 * @param segments how it is cut for HLS
 */
public record RoomSettings(
        RingBounds ring,
        RingBounds spareRing,
        int maxTagBytes,
        int mergeMs,
        int mergeBytes,
        int burstBytes,
        int lagMs,
        int maxSkips,
        int stallMs,
        int maxViewers,
        int lingerMs,
        int sourceGraceMs,
        int takeoverMs,
        SegmentSettings segments) {

    public static final RoomSettings DEFAULTS = new RoomSettings(
            RingBounds.DEFAULTS,
            RingBounds.DEFAULTS,
            4 << 20,
            100,
            256 << 10,
            64 << 10,
            6_000,
            5,
            20_000,
            20_000,
            3_000,
            15_000,
            5_000,
            SegmentSettings.DEFAULTS);

    public RoomSettings {
        positive("maxTagBytes", maxTagBytes);
        positive("mergeBytes", mergeBytes);
        positive("burstBytes", burstBytes);
        positive("lagMs", lagMs);
        positive("stallMs", stallMs);
        positive("maxViewers", maxViewers);
        positive("takeoverMs", takeoverMs);
        if (mergeMs < 0 || maxSkips < 0 || lingerMs < 0 || sourceGraceMs < 0) {
            throw new IllegalArgumentException("mergeMs is " + mergeMs + ", maxSkips " + maxSkips + ", lingerMs "
                    + lingerMs + ", sourceGraceMs " + sourceGraceMs + "; none may be negative");
        }
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + " but must be at least 1");
        }
    }

    public RoomSettings withRing(RingBounds other) {
        return new RoomSettings(
                other,
                spareRing,
                maxTagBytes,
                mergeMs,
                mergeBytes,
                burstBytes,
                lagMs,
                maxSkips,
                stallMs,
                maxViewers,
                lingerMs,
                sourceGraceMs,
                takeoverMs,
                segments);
    }

    /** With other bounds for viewers that are slow. */
    public RoomSettings withSlowViewers(int newLagMs, int newMaxSkips, int newStallMs) {
        return new RoomSettings(
                ring,
                spareRing,
                maxTagBytes,
                mergeMs,
                mergeBytes,
                burstBytes,
                newLagMs,
                newMaxSkips,
                newStallMs,
                maxViewers,
                lingerMs,
                sourceGraceMs,
                takeoverMs,
                segments);
    }

    /** With another time for which tags are gathered. */
    public RoomSettings withMergeMs(int ms) {
        return new RoomSettings(
                ring,
                spareRing,
                maxTagBytes,
                ms,
                mergeBytes,
                burstBytes,
                lagMs,
                maxSkips,
                stallMs,
                maxViewers,
                lingerMs,
                sourceGraceMs,
                takeoverMs,
                segments);
    }

    /** With another size of what a viewer that is behind gets in one write. */
    public RoomSettings withBurstBytes(int bytes) {
        return new RoomSettings(
                ring,
                spareRing,
                maxTagBytes,
                mergeMs,
                mergeBytes,
                bytes,
                lagMs,
                maxSkips,
                stallMs,
                maxViewers,
                lingerMs,
                sourceGraceMs,
                takeoverMs,
                segments);
    }

    /** With another number of viewers at most. */
    public RoomSettings withMaxViewers(int viewers) {
        return new RoomSettings(
                ring,
                spareRing,
                maxTagBytes,
                mergeMs,
                mergeBytes,
                burstBytes,
                lagMs,
                maxSkips,
                stallMs,
                viewers,
                lingerMs,
                sourceGraceMs,
                takeoverMs,
                segments);
    }

    /** With other times to wait: after the last viewer, after the last source, for a publisher that is silent. */
    public RoomSettings withWaits(int newLingerMs, int newSourceGraceMs, int newTakeoverMs) {
        return new RoomSettings(
                ring,
                spareRing,
                maxTagBytes,
                mergeMs,
                mergeBytes,
                burstBytes,
                lagMs,
                maxSkips,
                stallMs,
                maxViewers,
                newLingerMs,
                newSourceGraceMs,
                newTakeoverMs,
                segments);
    }

    /** Cut otherwise for HLS. */
    public RoomSettings withSegments(SegmentSettings other) {
        return new RoomSettings(
                ring,
                spareRing,
                maxTagBytes,
                mergeMs,
                mergeBytes,
                burstBytes,
                lagMs,
                maxSkips,
                stallMs,
                maxViewers,
                lingerMs,
                sourceGraceMs,
                takeoverMs,
                other);
    }
}
