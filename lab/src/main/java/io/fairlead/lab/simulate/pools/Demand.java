package io.fairlead.lab.simulate.pools;

import io.fairlead.lab.simulate.Chance;
import java.util.ArrayList;
import java.util.List;

/** What users of one pool ask for over days: it rises by day and falls by night, comes in waves, and is never quite as expected. */
final class Demand {

    private static final double MINUTE_MS = 60_000;
    private static final double WAVE_EVERY_HOURS = 7;
    private static final double NOISE = 0.03;

    /** A wave: it rises, stays and falls, as a share of what is usual. */
    private record Wave(double fromMs, double riseMs, double stayMs, double fallMs, double height) {
        double at(double atMs) {
            double t = atMs - fromMs;
            double end = riseMs + stayMs;
            if (t <= 0 || t >= end + fallMs) {
                return 0;
            }
            return height * (t < riseMs ? t / riseMs : t < end ? 1 : 1 - (t - end) / fallMs);
        }
    }

    private final double base;
    private final List<Wave> waves = new ArrayList<>();
    private final Chance noise;

    /** @param base requests at once of a usual evening */
    Demand(double base, long seed, int pool, double startMs, double endMs) {
        this.base = base;
        noise = new Chance(seed, 21, pool);
        Chance chance = new Chance(seed, 22, pool);
        for (double at = startMs; at < endMs; ) {
            at += PoolWorld.HOUR_MS * chance.exponential(WAVE_EVERY_HOURS);
            waves.add(new Wave(
                    at,
                    MINUTE_MS * chance.between(25, 60),
                    MINUTE_MS * chance.between(10, 40),
                    MINUTE_MS * chance.between(15, 60),
                    chance.between(0.2, 0.9)));
        }
    }

    /** Mean at a time, as one knows it who knows all waves that have begun by another. */
    double expected(double atMs, double knownAtMs) {
        double hours = atMs / PoolWorld.HOUR_MS % 24;
        double day = 0.65 + 0.35 * Math.cos(2 * Math.PI * (hours - 19) / 24);
        double wave = 0;
        for (Wave each : waves) {
            if (each.fromMs <= knownAtMs) {
                wave += each.at(atMs);
            }
        }
        return base * day * (1 + wave);
    }

    /** Standard deviation of a minute about its mean. */
    double spread(double mean) {
        return NOISE * mean + Math.sqrt(Math.max(0, mean) / 60);
    }

    /** Requests at once, mean of the minute that ends then; to be asked for once a minute. */
    double minute(double endMs) {
        double mean = expected(endMs - MINUTE_MS / 2, endMs);
        return Math.max(0, mean + spread(mean) * noise.random().nextGaussian());
    }
}
