package io.fairlead.relay.room;

/**
 * How a room is cut for HLS. Begin with {@link #DEFAULTS} and change what differs.
 *
 * @param targetMs a segment ends at the first key frame after so long
 * @param partMs longest part of a segment
 * @param listed segments in a playlist; two more are kept for those who come for them late
 * @param maxSegmentBytes a segment that is larger ends where it is
 * @param maxBytes bytes of all that is kept of a room
 */
public record SegmentSettings(int targetMs, int partMs, int listed, int maxSegmentBytes, long maxBytes) {

    public static final SegmentSettings DEFAULTS = new SegmentSettings(2_000, 500, 6, 16 << 20, 64L << 20);

    public SegmentSettings {
        if (targetMs < 500 || targetMs > 60_000 || partMs < 100 || partMs > targetMs) {
            throw new IllegalArgumentException("targetMs is " + targetMs + ", partMs " + partMs
                    + "; the first must be 500 to 60000, the second 100 to the first");
        }
        if (listed < 3 || maxSegmentBytes < 1 || maxBytes < maxSegmentBytes) {
            throw new IllegalArgumentException("listed is " + listed + ", maxSegmentBytes " + maxSegmentBytes
                    + ", maxBytes " + maxBytes
                    + "; the first must be at least 3, the second 1, and the third not less than the second");
        }
    }
}
