package io.fairlead.model.survival;

import io.fairlead.model.quality.Estimate;
import org.apache.commons.statistics.distribution.GammaDistribution;

/**
 * Chance to stay, by what was seen of a group, drawn to a Weibull law where little was. In each part of age the hazard is the law's times a
 * factor with a Gamma posterior: {@code (ends + strength) / (ends expected by the law + strength)}. With much evidence this is
 * Kaplan–Meier, with none the law.
 *
 * <p>Immutable, as long as nobody changes the table.
 *
 * @param table what was seen of the group
 * @param law of the group, or of what it belongs to
 * @param strength ends by which each part of age is drawn to the law, above 0
 */
public record SurvivalCurve(LifeTable table, Weibull law, double strength) {

    /** Strength that does for groups of any size. */
    public static final double STRENGTH = 10;

    /** Drawn to the group's own law, which is drawn to that before. */
    public static SurvivalCurve of(LifeTable table, Weibull before) {
        return new SurvivalCurve(table, WeibullFit.of(table, before), STRENGTH);
    }

    /** {@code S(u + h) / S(u)}, without its bounds: cheap. */
    public double stay(long ageMs, long longerMs) {
        return Math.exp(-hazard((double) ageMs, (double) longerMs));
    }

    /** Probability of disconnection within the horizon: {@code 1 − S(u + h) / S(u)}. */
    public double disconnect(long ageMs, long horizonMs) {
        return -Math.expm1(-hazard((double) ageMs, (double) horizonMs));
    }

    private double hazard(double ageMs, double longerMs) {
        double sum = 0;
        int last = LifeTable.partOf(ageMs + longerMs);
        for (int part = LifeTable.partOf(ageMs); part <= last; part++) {
            sum += lawful(part, ageMs, longerMs) * factor(part);
        }
        return sum;
    }

    /**
     * The chance to stay with its 5 % and 95 % bounds. The weight is the number of ends that were seen at the ages in question.
     *
     * @param ageMs how long it has been up, ms
     * @param longerMs how much longer it is wanted, ms
     */
    public Estimate estimate(long ageMs, long longerMs) {
        return estimate((double) ageMs, (double) longerMs);
    }

    private Estimate estimate(double ageMs, double longerMs) {
        double mean = 0;
        double variance = 0;
        long seen = 0;
        int last = LifeTable.partOf(ageMs + longerMs);
        for (int part = LifeTable.partOf(ageMs); part <= last; part++) {
            double lawful = lawful(part, ageMs, longerMs);
            mean += lawful * factor(part);
            variance += lawful * lawful * factor(part) / (expected(part) + strength);
            seen += table.ends[part];
        }
        double stay = Math.exp(-mean);
        if (mean <= 0 || variance <= 0) {
            return new Estimate(stay, stay, stay, (double) seen);
        }
        GammaDistribution hazard = GammaDistribution.of(mean * mean / variance, variance / mean);
        return Estimate.around(
                stay,
                Math.exp(-hazard.inverseCumulativeProbability(0.95)),
                Math.exp(-hazard.inverseCumulativeProbability(0.05)),
                (double) seen);
    }

    /** What the law alone expects within a part, of the ages asked for. */
    private double lawful(int part, double ageMs, double longerMs) {
        double from = Math.max(ageMs, LifeTable.beginMs(part));
        double to = Math.min(ageMs + longerMs, LifeTable.beginMs(part + 1));
        return Math.max(0, law.cumulativeHazard(to) - law.cumulativeHazard(from));
    }

    private double factor(int part) {
        return (table.ends[part] + strength) / (expected(part) + strength);
    }

    /** Ends that the law expects in the time that was watched. */
    private double expected(int part) {
        if (table.atRiskMs[part] == 0) {
            return 0;
        }
        double begin = LifeTable.beginMs(part);
        double end = LifeTable.beginMs(part + 1);
        if (Double.isInfinite(end)) {
            end = begin + table.atRiskMs[part];
        }
        return table.atRiskMs[part] * (law.cumulativeHazard(end) - law.cumulativeHazard(begin)) / (end - begin);
    }
}
