package io.fairlead.dashboards.console;

import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The newest of what is asked of pools, decided of them and foreseen. One thread writes, any thread reads. Bounded: exits by the setting, pools to
 * {@value #POOLS_MAX}.
 */
final class PoolsState {

    static final int POOLS_MAX = 10_000;

    private static final Comparator<DecisionVersion> BY_AGE =
            Comparator.comparingLong(DecisionVersion::getJobEpoch).thenComparingLong(DecisionVersion::getCounter);

    private final int exitsMax;
    private final Map<String, PoolDefinition> definitions = new ConcurrentSkipListMap<>();
    private final Map<String, PoolForecast> forecasts = new ConcurrentSkipListMap<>();
    private final Map<String, PoolAssignment> assignments = new ConcurrentSkipListMap<>();

    PoolsState(int exitsMax) {
        this.exitsMax = exitsMax;
    }

    void apply(PoolDefinition definition) {
        if (definitions.size() < POOLS_MAX || definitions.containsKey(definition.getPoolId())) {
            definitions.put(definition.getPoolId(), definition);
        }
    }

    void apply(PoolForecast forecast) {
        if (forecasts.size() < POOLS_MAX || forecasts.containsKey(forecast.getPoolId())) {
            forecasts.merge(
                    forecast.getPoolId(),
                    forecast,
                    (held, told) -> BY_AGE.compare(told.getVersion(), held.getVersion()) >= 0 ? told : held);
        }
    }

    void apply(PoolAssignment assignment) {
        if (assignments.size() < exitsMax || assignments.containsKey(assignment.getExitId())) {
            assignments.merge(
                    assignment.getExitId(),
                    assignment,
                    (held, told) -> BY_AGE.compare(told.getVersion(), held.getVersion()) >= 0 ? told : held);
        }
    }

    /** The pool is deleted. */
    void forgetDefinition(String poolId) {
        definitions.remove(poolId);
    }

    void forgetForecast(String poolId) {
        forecasts.remove(poolId);
    }

    void forgetAssignment(String exitId) {
        assignments.remove(exitId);
    }

    /** In the order of their ids. */
    Collection<PoolDefinition> definitions() {
        return definitions.values();
    }

    Optional<PoolDefinition> definition(String poolId) {
        return Optional.ofNullable(definitions.get(poolId));
    }

    Optional<PoolForecast> forecast(String poolId) {
        return Optional.ofNullable(forecasts.get(poolId));
    }

    /** In the order of their exits. */
    Collection<PoolAssignment> assignments() {
        return assignments.values();
    }
}
