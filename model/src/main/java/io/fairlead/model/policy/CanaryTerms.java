package io.fairlead.model.policy;

import java.util.List;

/**
 * How a policy is tried on a share of exits, and what takes it back.
 *
 * @param share of exits that it decides (0.01–0.5): the others are what they are compared with
 * @param baselineMs how long both arms are only watched, ms (1 s – 7 d); longer, by runMs at most, until each has had triesMin tries
 * @param runMs how long the policy then decides until it has held, ms (1 s – 7 d)
 * @param successFallMax largest fall of success that is borne, 0.05: by five points (0.002–0.5)
 * @param latencyRatioMax largest rise of the time to the first byte that is borne, 1.5: by a half (1.05–10)
 * @param triesMin tries that each arm must have had, before and since, for anything to be said (30–1 000 000)
 */
public record CanaryTerms(
        double share, long baselineMs, long runMs, double successFallMax, double latencyRatioMax, int triesMin) {

    private static final long SPAN_MIN_MS = 1_000;
    private static final long SPAN_MAX_MS = 7L * 24 * 3_600_000;
    private static final CanaryTerms DEFAULTS = new CanaryTerms(0.2, 120_000, 900_000, 0.05, 1.5, 200);

    /** What counts where nothing is said. */
    public static CanaryTerms defaults() {
        return DEFAULTS;
    }

    /** What is wrong with them; empty: nothing. */
    public List<Violation> validate() {
        return new Checks()
                .within("share", share, 0.01, 0.5)
                .within("baselineMs", baselineMs, SPAN_MIN_MS, SPAN_MAX_MS)
                .within("runMs", runMs, SPAN_MIN_MS, SPAN_MAX_MS)
                .within("successFallMax", successFallMax, 0.002, 0.5)
                .within("latencyRatioMax", latencyRatioMax, 1.05, 10)
                .within("triesMin", triesMin, 30, 1_000_000)
                .done();
    }
}
