package io.fairlead.relay.link;

import java.util.Arrays;

/** Round trips of a link's last {@value #REMEMBERED} heartbeats. Noted by one thread, read by any. */
public final class HeartbeatTrips {

    private static final int REMEMBERED = 4;
    private static final long NANOS_PER_US = 1_000;

    private final long[] lastUs = new long[REMEMBERED];
    private int noted;
    private volatile long leastUs = -1;

    /** A heartbeat was answered after so long. */
    public void note(long nanos) {
        lastUs[noted++ % REMEMBERED] = nanos / NANOS_PER_US;
        leastUs = Arrays.stream(lastUs, 0, Math.min(noted, REMEMBERED)).min().orElse(-1);
    }

    /** Another connection follows, of which nothing is known. */
    public void clear() {
        noted = 0;
        leastUs = -1;
    }

    /** The least of them, which waited for media the least, µs; −1: none was answered yet. */
    public long leastUs() {
        return leastUs;
    }
}
