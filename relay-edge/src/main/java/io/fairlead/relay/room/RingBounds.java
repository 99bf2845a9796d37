package io.fairlead.relay.room;

/**
 * Bounds of a {@link GopRing}.
 *
 * @param maxTags most tags
 * @param maxBytes most bytes of tags
 * @param keepMs at least so much is kept, if the other bounds allow: a viewer may lag by as much
 * @param youngGopMs a viewer begins with the group of pictures before the last one, if that began less than so long ago
 */
public record RingBounds(int maxTags, long maxBytes, long keepMs, long youngGopMs) {

    public static final RingBounds DEFAULTS = new RingBounds(16_384, 32L << 20, 8_000, 500);

    public RingBounds {
        if (maxTags < 1 || maxBytes < 1 || keepMs < 0 || youngGopMs < 0) {
            throw new IllegalArgumentException("maxTags is " + maxTags + ", maxBytes " + maxBytes + ", keepMs " + keepMs
                    + ", youngGopMs " + youngGopMs + "; the first two must be at least 1, the others not negative");
        }
    }

    /** With another age up to which a group of pictures is young. */
    public RingBounds withYoungGopMs(long ms) {
        return new RingBounds(maxTags, maxBytes, keepMs, ms);
    }
}
