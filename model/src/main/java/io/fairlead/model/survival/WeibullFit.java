package io.fairlead.model.survival;

/**
 * The Weibull law that a life table speaks for: maximum of the likelihood, with a prior of {@value #PRIOR_ENDS} ends by a law that is held
 * for likely before, and a shape that is drawn to its shape. Of a table with nothing in it that law comes out.
 */
public final class WeibullFit {
    /*
     * Within part j of the table the hazard of the law counts by its mean w_j = (H(end) − H(begin)) / (end − begin). With d_j ends in
     * e_j at risk, the logarithm of the likelihood is sum d_j ln w_j − e_j w_j. For a given shape the scale has a closed form,
     * as w_j = scale^−shape · v_j with v_j of the shape alone: scale^−shape = D / sum e_j v_j. What is left is a search over one number,
     * by golden section.
     */

    /** Ends that the prior weighs. */
    static final double PRIOR_ENDS = 2;

    private static final double SHAPE_SPREAD = 0.5;
    private static final double LEAST_SHAPE = 0.1;
    private static final double MOST_SHAPE = 4;
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;
    private static final int STEPS = 40;
    private static final double LONGEST_MS = 3.0e10;

    private WeibullFit() {}

    /** @param before the law that is held for likely before */
    public static Weibull of(LifeTable table, Weibull before) {
        double low = Math.log(LEAST_SHAPE);
        double high = Math.log(MOST_SHAPE);
        for (int i = 0; i < STEPS; i++) {
            double left = high - GOLDEN * (high - low);
            double right = low + GOLDEN * (high - low);
            if (likelihood(table, Math.exp(left), before) < likelihood(table, Math.exp(right), before)) {
                low = left;
            } else {
                high = right;
            }
        }
        double shape = Math.exp((low + high) / 2);
        return new Weibull(shape, scaleMs(table, shape, before));
    }

    private static double likelihood(LifeTable table, double shape, Weibull before) {
        double sum = table.ends() * Math.log(rate(table, shape, before));
        double expected = 0;
        for (int i = 0; i < LifeTable.PARTS; i++) {
            if (table.ends[i] > 0 || table.atRiskMs[i] > 0) {
                double form = form(i, shape);
                sum += table.ends[i] * Math.log(form);
                expected += table.atRiskMs[i] * form;
            }
        }
        double drawn = Math.log(shape / before.shape()) / SHAPE_SPREAD;
        return sum - expected * rate(table, shape, before) - drawn * drawn / 2;
    }

    private static double scaleMs(LifeTable table, double shape, Weibull before) {
        return Math.pow(rate(table, shape, before), -1 / shape);
    }

    /** {@code scale^−shape}; the prior is that many ends in as much time at risk as the former law needs for them. */
    private static double rate(LifeTable table, double shape, Weibull before) {
        double weighted = 0;
        for (int i = 0; i < LifeTable.PARTS; i++) {
            if (table.atRiskMs[i] > 0) {
                weighted += table.atRiskMs[i] * form(i, shape);
            }
        }
        double prior = PRIOR_ENDS * Math.pow(before.scaleMs(), shape);
        return (table.ends() + PRIOR_ENDS) / (weighted + prior);
    }

    /** Mean hazard within a part, at a scale of 1 ms. */
    private static double form(int part, double shape) {
        double begin = LifeTable.beginMs(part);
        double end = Math.min(LONGEST_MS, LifeTable.beginMs(part + 1));
        return (Math.pow(end, shape) - Math.pow(begin, shape)) / (end - begin);
    }
}
