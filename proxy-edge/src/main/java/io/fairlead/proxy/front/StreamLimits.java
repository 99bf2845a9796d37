package io.fairlead.proxy.front;

/**
 * Limits of a user's HTTP/2 connection.
 *
 * @param maxStreams requests at once; further streams are refused
 * @param streamWindowBytes what the user may send on a stream before it is taken, bytes
 * @param connectionWindowBytes what the user may have on the way on a connection, bytes
 * @param maxResets streams that the user may reset in 30 s
 * @param maxControlFrames PING, SETTINGS, PRIORITY and unknown frames in 30 s, and WINDOW_UPDATE frames beyond one for each KiB sent
 */
public record StreamLimits(
        int maxStreams, int streamWindowBytes, int connectionWindowBytes, int maxResets, int maxControlFrames) {

    /** 100 streams, 256 KiB and 1 MiB of windows, 200 resets, 2 000 control frames. */
    public static final StreamLimits DEFAULTS = new StreamLimits(100, 256 << 10, 1 << 20, 200, 2_000);

    /** Resets and control frames are counted over this time. */
    static final int WINDOW_SECONDS = 30;

    private static final int SMALLEST_WINDOW = 65_535;
    private static final int LARGEST_WINDOW = 1 << 30;

    public StreamLimits {
        if (maxStreams < 1 || maxResets < 1 || maxControlFrames < 1) {
            throw new IllegalArgumentException("maxStreams is " + maxStreams + ", maxResets " + maxResets
                    + ", maxControlFrames " + maxControlFrames + "; all must be positive");
        }
        if (streamWindowBytes < 1 || streamWindowBytes > LARGEST_WINDOW) {
            throw new IllegalArgumentException(
                    "streamWindowBytes is " + streamWindowBytes + "; it must be in 1 to " + LARGEST_WINDOW);
        }
        if (connectionWindowBytes < SMALLEST_WINDOW || connectionWindowBytes > LARGEST_WINDOW) {
            throw new IllegalArgumentException("connectionWindowBytes is " + connectionWindowBytes + "; it must be in "
                    + SMALLEST_WINDOW + " to " + LARGEST_WINDOW);
        }
    }
}
