package io.fairlead.model.forecast;

/**
 * What came of a forecast.
 *
 * @param horizonMinutes how far ahead it looked
 * @param madeMinute when it was made, minutes since the Unix epoch
 * @param told what it said
 * @param actual what came
 * @param pinball mean pinball loss of its three quantiles
 * @param naivePinball the same for the minute of the day before, with quantiles of its own errors; NaN: no day was seen when it was made
 * @param scaledError absolute error of its median by the mean absolute change from minute to minute (a term of MASE: Hyndman and Koehler, 2006);
 *     NaN: nothing ever changed
 */
public record ForecastScore(
        Measure measure,
        int horizonMinutes,
        long madeMinute,
        Quantiles told,
        double actual,
        double pinball,
        double naivePinball,
        double scaledError) {}
