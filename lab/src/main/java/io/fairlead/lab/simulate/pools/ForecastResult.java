package io.fairlead.lab.simulate.pools;

import io.fairlead.model.forecast.Brier;
import io.fairlead.model.forecast.Measure;
import java.util.Map;

/**
 * How the forecasts of one run did.
 *
 * @param grades by measure and horizon, minutes
 * @param shortages that came
 * @param foreseen of these by ours, 15 min ahead or more
 * @param oracleForesaw of these by the oracle
 * @param falseAlarms a pool and day
 * @param oracleFalseAlarms a pool and day
 * @param unhealthy chance of health under the minimum, by horizon
 * @param shortage chance of demand over capacity, by horizon
 * @param oracleShortage the same by the oracle
 */
record ForecastResult(
        Map<Measure, Map<Integer, ForecastGrade>> grades,
        int shortages,
        int foreseen,
        int oracleForesaw,
        double falseAlarms,
        double oracleFalseAlarms,
        Map<Integer, Brier> unhealthy,
        Map<Integer, Brier> shortage,
        Map<Integer, Brier> oracleShortage) {

    double gain(Measure measure, int horizon) {
        ForecastGrade grade = grade(measure, horizon);
        return grade == null ? Double.NaN : grade.gain();
    }

    double coverage(Measure measure, int horizon) {
        ForecastGrade grade = grade(measure, horizon);
        return grade == null ? Double.NaN : grade.coverage();
    }

    private @org.jspecify.annotations.Nullable ForecastGrade grade(Measure measure, int horizon) {
        return grades.getOrDefault(measure, Map.of()).get(horizon);
    }

    /** Skill of a chance, NaN where the event never came. */
    static double skill(Map<Integer, Brier> of, int horizon) {
        Brier brier = of.get(horizon);
        return brier == null ? Double.NaN : brier.skill();
    }
}
