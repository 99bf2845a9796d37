package io.fairlead.edge.link;

/**
 * Sizes of the HTTP/2 flow control windows of one end of a link.
 *
 * @param streamBytes what a fresh stream may send before it is read, bytes
 * @param linkBytes what a fresh link may have on the way, bytes
 * @param maxBytes what either may grow to by measurement, bytes
 * @param maxStreams streams the other end may have open at once; matters where streams are accepted
 */
public record WindowSettings(int streamBytes, int linkBytes, int maxBytes, int maxStreams) {

    /** 256 KiB a stream, 1 MiB a link, growing up to 16 MiB. */
    public static final WindowSettings DEFAULTS = new WindowSettings(256 << 10, 1 << 20, 16 << 20, 4096);

    private static final int SMALLEST = 65_535;

    public WindowSettings {
        if (streamBytes < SMALLEST || linkBytes < streamBytes || maxBytes < linkBytes || maxBytes > 1 << 30) {
            throw new IllegalArgumentException("windows of " + streamBytes + ", " + linkBytes + " and at most "
                    + maxBytes + " bytes; they must rise in this order from " + SMALLEST + " to " + (1 << 30));
        }
        if (maxStreams < 2) {
            throw new IllegalArgumentException("at most " + maxStreams + " streams; a link needs 2 or more");
        }
    }
}
