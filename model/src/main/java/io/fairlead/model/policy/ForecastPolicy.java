package io.fairlead.model.policy;

import java.util.List;

/**
 * How the health and the demand of pools are forecast, and what edges make of it.
 *
 * @param scope what it counts for: everything or a pool
 * @param effectiveAtMs counts from this time on, ms since the Unix epoch
 * @param levelWeight α of the damped Holt–Winters: weight of the newest minute in the level (0.01–1)
 * @param trendWeight β: of the newest step in the trend (0–1)
 * @param seasonWeight γ: of the newest minute in the season (0–1)
 * @param trendDamping φ: what is left of the trend after a minute (0.5–1)
 * @param weightPower members are combined by (1 / pinball loss) to this power (0–8)
 * @param memoryMinutes minutes after which a scored forecast counts 1/e (30 – 20 160)
 * @param coldWidening intervals are this much wider while no error was scored (1–5)
 * @param shortProbability a pool is forecast to fall short from this probability on (0.01–0.99)
 */
public record ForecastPolicy(
        Scope scope,
        long effectiveAtMs,
        double levelWeight,
        double trendWeight,
        double seasonWeight,
        double trendDamping,
        double weightPower,
        double memoryMinutes,
        double coldWidening,
        double shortProbability)
        implements Policy {

    private static final ForecastPolicy DEFAULTS =
            new ForecastPolicy(Scope.GLOBAL, 0, 0.2, 0.02, 0.05, 0.98, 4, 1_440, 1.5, 0.4);

    /** The policy that counts where none is set. */
    public static ForecastPolicy defaults() {
        return DEFAULTS;
    }

    public ForecastPolicy withScope(Scope other) {
        return new ForecastPolicy(
                other,
                effectiveAtMs,
                levelWeight,
                trendWeight,
                seasonWeight,
                trendDamping,
                weightPower,
                memoryMinutes,
                coldWidening,
                shortProbability);
    }

    @Override
    public List<Violation> validate() {
        return new Checks()
                .within("effectiveAtMs", effectiveAtMs, 0L, Long.MAX_VALUE)
                .within("levelWeight", levelWeight, 0.01, 1)
                .within("trendWeight", trendWeight, 0, 1)
                .within("seasonWeight", seasonWeight, 0, 1)
                .within("trendDamping", trendDamping, 0.5, 1)
                .within("weightPower", weightPower, 0, 8)
                .within("memoryMinutes", memoryMinutes, 30, 20_160)
                .within("coldWidening", coldWidening, 1, 5)
                .within("shortProbability", shortProbability, 0.01, 0.99)
                .that(
                        scope.kind() == Scope.Kind.DEFAULT || scope.kind() == Scope.Kind.POOL,
                        "scope",
                        scope,
                        "default or pool:NAME",
                        "forecasts are made for pools: name one")
                .done();
    }
}
