package io.fairlead.model.local;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.DecayedMedian;
import io.fairlead.model.quality.DisconnectionHistory;
import io.fairlead.model.quality.QualityRate;
import io.fairlead.model.quality.SpeedTerm;
import io.fairlead.model.quality.SuccessPosterior;

/**
 * What one edge has seen of one exit, and the quality rate that follows from it alone:
 * {@code 100 · (1 − d) · speed · s^gamma}, as the job computes it, with what an edge has:
 *
 * <ul>
 *   <li>d from the disconnections seen here. They and the hours online decay with half the policy's window as half-life, in
 *       place of a window: one edge sees few of either.
 *   <li>speed from the pings alone, stretched to its full range. An exit that was never pinged has half of it: nothing is
 *       known, and that must neither make it the best nor keep it from ever being tried.
 *   <li>s from the outcomes attributed to the exit, drawn to {@link SuccessPosterior#UNKNOWN_GROUP_MEAN}.
 * </ul>
 *
 * <p>Rates of one edge compare exits with each other, by one measure. Beside the job's they are guesses: cap them.
 *
 * <p>Plain mutable state for one owner. About 250 bytes.
 */
public final class LocalHistory {

    private static final double UNKNOWN_SPEED = 0.5;

    private final DecayedMedian ping = new DecayedMedian();
    private final DecayedCount successes = new DecayedCount();
    private final DecayedCount failures = new DecayedCount();
    private final DecayedCount disconnections = new DecayedCount();
    private final DecayedCount hoursOnline = new DecayedCount();
    private long onlineSinceMs = -1;

    /** The exit is linked from now on. */
    public void online(long atMs) {
        if (onlineSinceMs < 0) {
            onlineSinceMs = atMs;
        }
    }

    /**
     * The exit is linked no more.
     *
     * @param itsFault it dropped out unannounced, and not because of this edge
     */
    public void offline(long atMs, boolean itsFault, QualityPolicy policy) {
        if (onlineSinceMs >= 0) {
            hoursOnline.addHoursSince(onlineSinceMs, atMs, chronologyHalfLifeMs(policy));
            onlineSinceMs = -1;
        }
        if (itsFault) {
            disconnections.add(atMs, chronologyHalfLifeMs(policy));
        }
    }

    /** A heartbeat was answered after so many ms. */
    public void pinged(long atMs, double ms) {
        ping.measured(atMs, ms);
    }

    /** The exit carried a request through. */
    public void succeeded(long atMs, QualityPolicy policy) {
        successes.add(atMs, (double) policy.successHalfLifeMs());
    }

    /** The exit was at fault. */
    public void failed(long atMs, QualityPolicy policy) {
        failures.add(atMs, (double) policy.successHalfLifeMs());
    }

    /** Quality by what was seen here, 0 to 100. */
    public double quality(long nowMs, QualityPolicy policy) {
        return QualityRate.of(disconnect(nowMs, policy), speed(nowMs, policy), success(nowMs, policy), policy.gamma());
    }

    /** Whether there is less to go by than what it is drawn to weighs, or no ping at all. */
    public boolean isUnproven(long nowMs, QualityPolicy policy) {
        double halfLifeMs = policy.successHalfLifeMs();
        return ping.isEmpty()
                || successes.at(nowMs, halfLifeMs) + failures.at(nowMs, halfLifeMs) < policy.groupStrength();
    }

    /** Probability of disconnection within the policy's horizon. */
    double disconnect(long nowMs, QualityPolicy policy) {
        double halfLifeMs = chronologyHalfLifeMs(policy);
        double hours = hoursOnline.at(nowMs, halfLifeMs);
        if (onlineSinceMs >= 0) {
            DecayedCount now = new DecayedCount();
            now.addHoursSince(onlineSinceMs, nowMs, halfLifeMs);
            hours += now.at(nowMs, halfLifeMs);
        }
        double lambda = DisconnectionHistory.lambdaPerHour(
                disconnections.at(nowMs, halfLifeMs),
                hours,
                policy.disconnectPriorCount(),
                policy.disconnectPriorHours());
        return DisconnectionHistory.probability(lambda, (double) policy.disconnectHorizonMs());
    }

    double speed(long nowMs, QualityPolicy policy) {
        if (ping.isEmpty()) {
            return UNKNOWN_SPEED;
        }
        double medianMs = ping.medianMs(nowMs, (double) policy.successHalfLifeMs());
        return SpeedTerm.speed(SpeedTerm.MISSING, SpeedTerm.of(policy.omegaMs(), medianMs));
    }

    double success(long nowMs, QualityPolicy policy) {
        double halfLifeMs = policy.successHalfLifeMs();
        return new SuccessPosterior(
                        successes.at(nowMs, halfLifeMs),
                        failures.at(nowMs, halfLifeMs),
                        SuccessPosterior.UNKNOWN_GROUP_MEAN,
                        policy.groupStrength())
                .mean();
    }

    private static double chronologyHalfLifeMs(QualityPolicy policy) {
        return policy.disconnectWindowMs() / 2.0;
    }
}
