package io.fairlead.model.forecast;

import java.util.List;
import java.util.Map;

/**
 * What is foreseen for a pool from one minute on.
 *
 * @param minute minutes since the Unix epoch
 * @param ahead by horizon, rising
 * @param scores of earlier forecasts, that came due in this minute
 * @param cold no day was seen yet
 * @param basis what it stands on, in words
 */
public record PoolOutlook(long minute, List<Ahead> ahead, List<ForecastScore> scores, boolean cold, String basis) {

    public PoolOutlook {
        ahead = List.copyOf(ahead);
        scores = List.copyOf(scores);
    }

    /**
     * At one horizon.
     *
     * @param minutes ahead
     * @param quantiles by measure; one that is missing was never seen
     * @param unhealthyProbability chance that health is under the minimum then; NaN: not known
     * @param shortageProbability chance that demand exceeds capacity then; NaN: not known
     */
    public record Ahead(
            int minutes, Map<Measure, Quantiles> quantiles, double unhealthyProbability, double shortageProbability) {

        public Ahead {
            quantiles = Map.copyOf(quantiles);
        }
    }
}
