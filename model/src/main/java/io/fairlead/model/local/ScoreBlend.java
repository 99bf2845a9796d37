package io.fairlead.model.local;

/**
 * How much local scoring counts: not at all while the job is heard; from when it is held silent, linearly more until it is
 * all; nothing again as soon as the job is back. An edge that has not heard of its job yet stands on local scoring alone:
 * there is nothing to blend from. Immutable.
 *
 * @param silentSinceMs when the job was held silent; {@link #HEARD}: it is not; {@link #NEVER_HEARD}: it never spoke
 */
public record ScoreBlend(long silentSinceMs) {

    private static final long HEARD = Long.MAX_VALUE;
    private static final long NEVER_HEARD = Long.MIN_VALUE;

    /** Before the job was ever heard. */
    public static ScoreBlend start() {
        return new ScoreBlend(NEVER_HEARD);
    }

    /** The job was heard, or is held silent. */
    public ScoreBlend told(boolean silent, long nowMs) {
        if (!silent) {
            return new ScoreBlend(HEARD);
        }
        return silentSinceMs == HEARD ? new ScoreBlend(nowMs) : this;
    }

    /** Share of local scoring, 0 to 1. */
    public double localShare(long nowMs, long blendMs) {
        if (silentSinceMs == HEARD) {
            return 0;
        }
        if (silentSinceMs == NEVER_HEARD || nowMs - silentSinceMs >= blendMs) {
            return 1;
        }
        return Math.max(0, (double) (nowMs - silentSinceMs) / blendMs);
    }

    /**
     * The quality that counts.
     *
     * @param localShare 0 to 1
     */
    public static double quality(double decided, double local, double localShare) {
        return decided + (local - decided) * localShare;
    }
}
