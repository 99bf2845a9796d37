package io.fairlead.lab.simulate;

import io.fairlead.model.PoolType;
import io.fairlead.model.survival.Weibull;

/**
 * What exits of one pool type are like.
 *
 * @param upTo exits whose number by chance is under this share, and over that of the kind before, are of it
 * @param capacity median of the requests it can really run
 * @param rttMs median
 * @param kilobytesPerSecond median, of one request
 * @param sessions law of their length
 * @param awayS mean time between two sessions
 */
public record Kind(
        PoolType type,
        double upTo,
        double capacity,
        double rttMs,
        double kilobytesPerSecond,
        Weibull sessions,
        double awayS) {

    private static final double MINUTE_MS = 60_000;

    private static final Kind[] KINDS = {
        new Kind(PoolType.MOBILE, 0.15, 3, 300, 400, new Weibull(0.45, 8 * MINUTE_MS), 60),
        new Kind(PoolType.RESIDENTIAL, 0.85, 8, 180, 800, new Weibull(0.5, 20 * MINUTE_MS), 90),
        new Kind(PoolType.ISP, 0.95, 16, 40, 1_500, new Weibull(0.6, 200 * MINUTE_MS), 60),
        new Kind(PoolType.DATACENTER, 1, 24, 20, 2_500, new Weibull(0.7, 600 * MINUTE_MS), 30)
    };

    public static Kind of(double share) {
        for (Kind kind : KINDS) {
            if (share < kind.upTo) {
                return kind;
            }
        }
        return KINDS[KINDS.length - 1];
    }
}
