package io.fairlead.lab.simulate.pools;

import io.fairlead.model.forecast.ForecastScore;

/** How a measure was forecast at one horizon, over all pools. */
final class ForecastGrade {

    private long scored;
    private long covered;
    private long compared;
    private double pinball;
    private double naive;

    void add(ForecastScore score) {
        scored++;
        covered += score.told().covers(score.actual()) ? 1 : 0;
        if (!Double.isNaN(score.naivePinball())) {
            compared++;
            pinball += score.pinball();
            naive += score.naivePinball();
        }
    }

    /** By how much its pinball loss is under that of the day before, share; NaN: nothing to compare with. */
    double gain() {
        return compared == 0 || naive == 0 ? Double.NaN : 1 - pinball / naive;
    }

    /** Share that the 90 % interval held. */
    double coverage() {
        return scored == 0 ? Double.NaN : (double) covered / scored;
    }
}
