package io.fairlead.lab.simulate.pools;

import io.fairlead.model.PoolType;
import io.fairlead.model.pool.PoolDefinition;
import java.util.List;

/**
 * One world in which pools are kept.
 *
 * @param exits of the fleet
 * @param warmHours hours before it counts: after a day forecasts have seen one
 * @param hours that count
 */
record PoolSetup(long seed, int exits, int warmHours, int hours) {

    /** Pools that are kept in it: shared ones of two kinds, an exclusive one, and one of exits that hardly stay. */
    List<PoolDefinition> pools() {
        int part = Math.max(2, exits / 15);
        return List.of(
                pool("homes", List.of(PoolType.RESIDENTIAL), List.of(), part, 0.75, 5, false),
                pool("france", List.of(), List.of("fr"), part, 0.75, 10, false),
                pool("alone", List.of(), List.of("fr", "de"), part / 2, 0.75, 10, true),
                pool("phones", List.of(PoolType.MOBILE), List.of(), Math.max(2, part / 3), 0.5, 2, false));
    }

    private static PoolDefinition pool(
            String id,
            List<PoolType> types,
            List<String> countries,
            int wanted,
            double minHealth,
            int horizonMinutes,
            boolean exclusive) {
        return new PoolDefinition(
                id,
                types,
                countries,
                List.of(),
                List.of(),
                List.of(),
                0,
                List.of(),
                (wanted + 1) / 2,
                wanted,
                (wanted * 3 + 1) / 2,
                minHealth,
                horizonMinutes * 60_000L,
                0,
                "",
                exclusive,
                0,
                "",
                List.of());
    }

    /** Whether an exit is of a type and country that a pool asks for. */
    static boolean asksFor(PoolDefinition pool, PoolExit exit) {
        return (pool.types().isEmpty() || pool.types().contains(exit.type()))
                && (pool.countries().isEmpty() || pool.countries().contains(exit.country));
    }

    /** The command that runs it again. */
    String replay() {
        return "fairlead simulate pools --seed " + seed + " --seeds 1 --exits " + exits + " --hours " + hours
                + " --warm-hours " + warmHours;
    }
}
