package io.fairlead.lab.simulate.pools;

import io.fairlead.lab.simulate.Spread;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A column of the table of ways to keep pools.
 *
 * @param digits behind the point
 */
record PoolMeasure(String name, String unit, int digits, ToDoubleFunction<PoolResult.Kept> of) {

    static final List<PoolMeasure> ALL = List.of(
            new PoolMeasure("time below the threshold", "% of time", 3, kept -> 100 * kept.below()),
            new PoolMeasure("what users get", "%", 1, kept -> 100 * kept.health()),
            new PoolMeasure("members that joined", "a pool and day", 0, PoolResult.Kept::changes),
            new PoolMeasure("length of a time below", "s", 1, PoolResult.Kept::repairS));

    Spread over(List<PoolResult> results, PoolResult.Way way) {
        return Spread.of(results.stream().mapToDouble(result -> {
            PoolResult.Kept kept = result.kept().get(way);
            return kept == null ? Double.NaN : of.applyAsDouble(kept);
        }));
    }

    String title() {
        return name + ", " + unit;
    }
}
