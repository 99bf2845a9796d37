package io.fairlead.relay.room;

import java.util.Arrays;

/** Times between the last {@value #REMEMBERED} arrivals of a source. */
final class InterArrivals {

    private static final int REMEMBERED = 128;

    private final long[] gapsNs = new long[REMEMBERED];
    private int count;
    private int next;
    private long lastNs;
    private boolean begun;

    /** Something has come. */
    void note(long nowNs) {
        if (begun) {
            gapsNs[next] = nowNs - lastNs;
            next = (next + 1) % REMEMBERED;
            count = Math.min(count + 1, REMEMBERED);
        }
        begun = true;
        lastNs = nowNs;
    }

    /** One gap in a hundred is longer, ns; 0 before anything is known. */
    long p99Ns() {
        if (count == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(gapsNs, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(count * 0.99) - 1];
    }
}
