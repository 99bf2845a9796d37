package io.fairlead.model.relay;

/**
 * What the way from a relay server to a relay client is worth, of the same form as the quality rate of exits:
 *
 * <pre>quality = 100 · (1 − d) · near · smooth · clean · roomy</pre>
 *
 * <p>{@code near} = R / (R + round trip), R = {@value #NEAR_MS} ms; {@code smooth} = e^(−still share / {@value #STILL_SCALE}); {@code clean} = e^(−resent share /
 * {@value #RESENT_SCALE}); {@code roomy} = {@value #ROOMY_SHARE} / busy share, at most 1: a way that can carry twice what it must catches up as fast as it fell behind, and
 * more is not worth more; {@code d} the chance that a connection is lost within the next {@value #HORIZON_MINUTES} minutes at the rate at which they are lost. A way whose
 * round trip was never measured is worth at most {@value #UNMEASURED_MOST}.
 *
 * @param quality 0–100
 * @param lowConfidence the round trip was never measured
 * @param rttMs round trip; −1: never measured
 * @param stillShare of the time, in which media stood still on the way though the relay server had it, 0–1; −1: nothing came over it
 * @param resentShare of segments that were sent again, 0–1; −1: not known
 * @param lostPerHour connections lost an hour, with a prior of half a loss in an hour
 * @param busyShare of what the way can carry, the share that is in use, 0–1: one over the margin of throughput over bit rate; −1: not known
 */
public record LegQuality(
        double quality,
        boolean lowConfidence,
        double rttMs,
        double stillShare,
        double resentShare,
        double lostPerHour,
        double busyShare) {

    static final double NEAR_MS = 200;
    static final double STILL_SCALE = 0.02;
    static final double RESENT_SCALE = 0.05;
    static final double ROOMY_SHARE = 0.5;
    static final double HORIZON_MINUTES = 10;
    static final double UNMEASURED_MOST = 50;

    private static final double MINUTES = 60;

    /** Of what was measured; what was not is taken to be good, but for the round trip. */
    static LegQuality of(double rttMs, double stillShare, double resentShare, double lostPerHour, double busyShare) {
        boolean unmeasured = rttMs < 0;
        double kept = Math.exp(-lostPerHour * HORIZON_MINUTES / MINUTES);
        double near = unmeasured ? 1 : NEAR_MS / (NEAR_MS + rttMs);
        double smooth = Math.exp(-Math.max(0, stillShare) / STILL_SCALE);
        double clean = Math.exp(-Math.max(0, resentShare) / RESENT_SCALE);
        double roomy = Math.min(1, ROOMY_SHARE / Math.max(ROOMY_SHARE, busyShare));
        double quality = 100 * kept * near * smooth * clean * roomy;
        return new LegQuality(
                unmeasured ? Math.min(UNMEASURED_MOST, quality) : quality,
                unmeasured,
                rttMs,
                stillShare,
                resentShare,
                lostPerHour,
                busyShare);
    }
}
