package io.fairlead.model.survival;

import io.fairlead.model.quality.Estimate;
import java.util.List;

/**
 * How long the exits of one group stay, and what that says of one of them: the group's hazard at the exit's age and hour of the week, times
 * {@code (n + k) / (expected + k)} for what the exit itself did, of the n times that it dropped out and the times that the group's law lets
 * expect (a Gamma frailty: Vaupel, Manton, Stallard 1979). So one that keeps dropping out is told apart from its group, and one without a
 * past counts as its group does.
 *
 * <p>Immutable, as long as nobody changes the curve's table.
 *
 * @param hourFactors by which the hazard of each hour of the week differs, {@value FleetSurvival#HOURS} of them
 */
public record GroupSurvival(SurvivalCurve curve, List<Double> hourFactors) {

    /** Ends that a group must have seen; below, a constant hazard says as much. */
    public static final int MIN_ENDS = 20;

    /** Times dropped out by which an exit is drawn to its group. */
    static final double STRENGTH = 5;

    private static final double HOUR_MS = 3_600_000;

    /**
     * What one exit did within its window.
     *
     * @param ageMs how long it has been up
     * @param disconnections times it dropped out by its own fault
     * @param hoursOnline in which it did
     */
    public record Past(long ageMs, int disconnections, double hoursOnline) {}

    /** Whether enough was seen for it to say anything. */
    public boolean speaks() {
        return curve.table().ends() >= MIN_ENDS;
    }

    /** Probability of disconnection within the horizon, without its bounds: cheap. */
    public double disconnect(Past past, long nowMs, long horizonMs) {
        return 1 - Math.pow(curve.stay(past.ageMs, horizonMs), factor(past, nowMs));
    }

    /** Chance to stay for the horizon, with bounds. The weight is the number of ends that the group has seen at these ages. */
    public Estimate stay(Past past, long nowMs, long horizonMs) {
        Estimate group = curve.estimate(past.ageMs, horizonMs);
        double factor = factor(past, nowMs);
        return new Estimate(
                Math.pow(group.mean(), factor),
                Math.pow(group.lower(), factor),
                Math.pow(group.upper(), factor),
                group.weight());
    }

    private double factor(Past past, long nowMs) {
        double frailty = (past.disconnections + STRENGTH) / (expected(past) + STRENGTH);
        return frailty * hourFactors.get(FleetSurvival.hour(nowMs));
    }

    /**
     * Times that the law lets an exit of the group drop out in the time that this one was online: its present session, and the former ones, of which
     * their number and their mean length are known. Lengths that differ by the law bear less hazard than as many of their mean, by a factor that is the
     * law's own.
     */
    private double expected(Past past) {
        Weibull law = curve.law();
        double onlineMs = past.hoursOnline * HOUR_MS;
        double presentMs = Math.min((double) past.ageMs, onlineMs);
        double present = law.cumulativeHazard(presentMs);
        if (past.disconnections == 0) {
            return present;
        }
        double meanMs = (onlineMs - presentMs) / past.disconnections;
        return present + past.disconnections * law.cumulativeHazard(meanMs) / law.cumulativeHazard(law.meanMs());
    }
}
