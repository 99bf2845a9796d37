package io.fairlead.model.exit;

/**
 * An exit with one class of targets.
 *
 * @param quality 0–100, of which blocks take their share: they count here, and not in the exit's own
 * @param benchmarkMs decayed median; infinite: failures prevail; negative: never measured
 * @param success expected share of successes, 0–1
 * @param weight decayed outcomes that it stands on
 * @param blockRate share of answers that were blocks, 0–1
 * @param share of the exit's recent traffic; where there was none, of the benchmarks' weights
 */
public record ClassRating(
        String targetClass,
        double quality,
        double benchmarkMs,
        double success,
        double weight,
        double blockRate,
        double share) {}
