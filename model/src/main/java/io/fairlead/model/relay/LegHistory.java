package io.fairlead.model.relay;

/**
 * What was seen of one way from a relay server to a relay client, newer things counting more: what concerns media and round trips halves in
 * {@value #HALF_LIFE_MS} ms, what concerns lost connections in {@value #LOST_HALF_LIFE_MS} ms. Not for several threads.
 *
 * <p>Media that stood still is the way's own doing only as far as it did not at the relay server too: a source that stops is nobody's fault on the way.
 */
public final class LegHistory {

    static final long HALF_LIFE_MS = 120_000;
    static final long LOST_HALF_LIFE_MS = 3_600_000;

    private static final double MS_PER_HOUR = 3_600_000;
    private static final double US_PER_MS = 1_000;
    private static final double SEGMENT_BYTES = 1_400;
    private static final double PRIOR_LOST = 0.5;
    private static final double PRIOR_HOURS = 1;

    private final Decayed rttUs = new Decayed(HALF_LIFE_MS);
    private final Decayed rtts = new Decayed(HALF_LIFE_MS);
    private final Decayed stillMs = new Decayed(HALF_LIFE_MS);
    private final Decayed carriedMs = new Decayed(HALF_LIFE_MS);
    private final Decayed serverStillMs = new Decayed(HALF_LIFE_MS);
    private final Decayed serverMs = new Decayed(HALF_LIFE_MS);
    private final Decayed resent = new Decayed(HALF_LIFE_MS);
    private final Decayed segments = new Decayed(HALF_LIFE_MS);
    private final Decayed busyMs = new Decayed(HALF_LIFE_MS);
    private final Decayed gaugedMs = new Decayed(HALF_LIFE_MS);
    private final Decayed lost = new Decayed(LOST_HALF_LIFE_MS);
    private final Decayed linkedMs = new Decayed(LOST_HALF_LIFE_MS);
    private double lastRttUs = -1;

    /**
     * The relay client told of its connections.
     *
     * @param us their least round trip; −1: not known
     */
    public void linked(long us, int lostConnections, long intervalMs, long nowMs) {
        lost.add(lostConnections, nowMs);
        linkedMs.add((double) intervalMs, nowMs);
        if (us >= 0) {
            rttUs.add((double) us, nowMs);
            rtts.add(1, nowMs);
            lastRttUs = rttUs.at(nowMs) / rtts.at(nowMs);
        }
    }

    /** The relay client told of a room: how long it had nothing of it. */
    public void arrived(long pausedMs, long intervalMs, long nowMs) {
        stillMs.add((double) pausedMs, nowMs);
        carriedMs.add((double) intervalMs, nowMs);
    }

    /**
     * The relay server told of a room.
     *
     * @param pausedMs how long it had nothing of it itself
     * @param bytes sent over the way
     * @param resentSegments since its last report; −1: not known
     */
    public void sent(long pausedMs, long bytes, long resentSegments, long intervalMs, long nowMs) {
        serverStillMs.add((double) pausedMs, nowMs);
        serverMs.add((double) intervalMs, nowMs);
        if (resentSegments >= 0) {
            resent.add((double) resentSegments, nowMs);
            segments.add((double) bytes / SEGMENT_BYTES, nowMs);
        }
    }

    /**
     * The relay server told how fast a connection can go. What it has delivered says how little room there is only if the way bounded it; else it says so much that
     * there is at least as much.
     *
     * @param deliveryBps what it delivered lately; not above 0: not known
     * @param bound the way let no more through
     * @param carriedBps what it carried; below 0: not known
     */
    public void gauged(long deliveryBps, boolean bound, long carriedBps, long intervalMs, long nowMs) {
        if (deliveryBps <= 0 || carriedBps < 0 || intervalMs <= 0) {
            return;
        }
        double busy = Math.min(1, (double) carriedBps / (double) deliveryBps);
        if (bound || busy <= LegQuality.ROOMY_SHARE) {
            busyMs.add(busy * (double) intervalMs, nowMs);
            gaugedMs.add((double) intervalMs, nowMs);
        }
    }

    /** What the way is worth now. */
    public LegQuality quality(long nowMs) {
        double carried = carriedMs.at(nowMs);
        double server = serverMs.at(nowMs);
        double atServer = server < 1 ? 0 : serverStillMs.at(nowMs) / server;
        double still = carried < 1 ? -1 : Math.max(0, stillMs.at(nowMs) / carried - atServer);
        double sent = segments.at(nowMs);
        double again = sent < 1 ? -1 : Math.min(1, resent.at(nowMs) / sent);
        double lostPerHour = (lost.at(nowMs) + PRIOR_LOST) / (linkedMs.at(nowMs) / MS_PER_HOUR + PRIOR_HOURS);
        double gauged = gaugedMs.at(nowMs);
        double busy = gauged < 1 ? -1 : busyMs.at(nowMs) / gauged;
        return LegQuality.of(lastRttUs < 0 ? -1 : lastRttUs / US_PER_MS, still, again, lostPerHour, busy);
    }

    /** A sum whose parts halve with time. */
    private static final class Decayed {

        private final double halfLifeMs;
        private double sum;
        private long atMs;

        private Decayed(long halfLifeMs) {
            this.halfLifeMs = (double) halfLifeMs;
        }

        private void add(double more, long nowMs) {
            sum = at(nowMs) + more;
            atMs = Math.max(atMs, nowMs);
        }

        private double at(long nowMs) {
            return nowMs <= atMs ? sum : sum * Math.pow(2, -(double) (nowMs - atMs) / halfLifeMs);
        }
    }
}
