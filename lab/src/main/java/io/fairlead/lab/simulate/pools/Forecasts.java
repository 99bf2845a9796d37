package io.fairlead.lab.simulate.pools;

import io.fairlead.model.forecast.Brier;
import io.fairlead.model.forecast.ForecastScore;
import io.fairlead.model.forecast.Measure;
import io.fairlead.model.forecast.PoolForecaster;
import io.fairlead.model.forecast.PoolOutlook;
import io.fairlead.model.forecast.SeriesForecaster;
import io.fairlead.model.policy.ForecastPolicy;
import io.fairlead.model.pool.Curator;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.model.pool.PoolStatus;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Forecasts of the curated pools, minute by minute as PoolJob makes them, and how they are graded. */
final class Forecasts {

    private static final long MINUTE_MS = 60_000;

    /** From which chance on the oracle tells: it knows no better use of a true one, whatever the policy says of ours. */
    private static final double LIKELIER_THAN_NOT = 0.5;

    /** One pool. */
    private static final class Pool {
        final PoolDefinition definition;
        final PoolForecaster forecaster = new PoolForecaster(ForecastPolicy.defaults());
        final Alarms ours = new Alarms();
        final Alarms oracles = new Alarms();
        final Demand demand;
        final Map<Integer, Deque<double[]>> pending = new HashMap<>();

        Pool(PoolDefinition definition, Demand demand) {
            this.definition = definition;
            this.demand = demand;
        }
    }

    private final Map<String, Pool> pools = new HashMap<>();
    private final Map<Measure, Map<Integer, ForecastGrade>> grades = new EnumMap<>(Measure.class);
    private final Map<Integer, Brier> unhealthy = new HashMap<>();
    private final Map<Integer, Brier> shortage = new HashMap<>();
    private final Map<Integer, Brier> oracleShortage = new HashMap<>();
    private final long countsFromMs;

    Forecasts(PoolSetup setup, Map<String, Demand> demands, long countsFromMs) {
        this.countsFromMs = countsFromMs;
        for (PoolDefinition each : setup.pools()) {
            Demand demand = demands.get(each.id());
            if (demand != null) {
                pools.put(each.id(), new Pool(each, demand));
            }
        }
    }

    /** A minute is over. */
    void minute(
            Curator curator,
            Map<String, Collection<PoolExit>> members,
            List<PoolExit> exits,
            Map<String, Double> success,
            long nowMs) {
        for (Pool pool : pools.values()) {
            PoolStatus status = curator.status(pool.definition.id(), nowMs).orElseThrow();
            Collection<PoolExit> present = members.getOrDefault(pool.definition.id(), List.of());
            minute(pool, status, curator, present, exits, success.getOrDefault(pool.definition.id(), 0.0), nowMs);
        }
    }

    private void minute(
            Pool pool,
            PoolStatus status,
            Curator curator,
            Collection<PoolExit> members,
            List<PoolExit> exits,
            double success,
            long nowMs) {
        long minute = nowMs / MINUTE_MS - 1;
        double demand = pool.demand.minute((double) nowMs);
        double capacity = status.capacityRequests();
        double health = status.health().now();
        Map<Measure, Double> values = new EnumMap<>(Measure.class);
        values.put(Measure.EXITS_ONLINE, (double) status.health().online());
        values.put(Measure.CAPACITY, capacity);
        values.put(Measure.HEALTH, health);
        values.put(Measure.DEMAND, demand);
        values.put(Measure.SUCCESS, success);
        PoolOutlook outlook = pool.forecaster.minute(
                minute, values, survival(curator, pool.definition.id()), pool.definition.minHealth());
        boolean counts = nowMs > countsFromMs;
        boolean isShort = demand > capacity;
        pool.ours.minute(minute, isShort);
        pool.oracles.minute(minute, isShort);
        if (counts) {
            outlook.scores().forEach(this::grade);
        }
        for (PoolOutlook.Ahead ahead : outlook.ahead()) {
            int horizon = ahead.minutes();
            double oracle = Oracle.shortage(pool.definition, members, exits, pool.demand, nowMs, horizon);
            Deque<double[]> pending = pool.pending.computeIfAbsent(horizon, h -> new ArrayDeque<>());
            if (pending.size() == horizon) {
                double[] told = pending.removeFirst();
                if (counts) {
                    score(unhealthy, horizon, told[0], health < pool.definition.minHealth());
                    score(shortage, horizon, told[1], isShort);
                    score(oracleShortage, horizon, told[2], isShort);
                }
            }
            pending.add(new double[] {ahead.unhealthyProbability(), ahead.shortageProbability(), oracle});
            if (horizon >= 15) {
                if (ahead.shortageProbability() >= ForecastPolicy.defaults().shortProbability()) {
                    pool.ours.tell(minute, horizon);
                }
                if (oracle >= LIKELIER_THAN_NOT) {
                    pool.oracles.tell(minute, horizon);
                }
            }
        }
    }

    private static void score(Map<Integer, Brier> into, int horizon, double probability, boolean came) {
        if (!Double.isNaN(probability)) {
            into.merge(horizon, Brier.NONE.after(probability, came), (known, one) -> known.after(probability, came));
        }
    }

    private void grade(ForecastScore score) {
        grades.computeIfAbsent(score.measure(), m -> new HashMap<>())
                .computeIfAbsent(score.horizonMinutes(), h -> new ForecastGrade())
                .add(score);
    }

    private static Map<Measure, double[]> survival(Curator curator, String pool) {
        int[] horizons = SeriesForecaster.horizons();
        double[] exits = new double[horizons.length];
        double[] capacity = new double[horizons.length];
        double[] health = new double[horizons.length];
        for (int i = 0; i < horizons.length; i++) {
            double[] expected = curator.expected(pool, horizons[i] * MINUTE_MS);
            exits[i] = expected[0];
            capacity[i] = expected[1];
            health[i] = expected[2];
        }
        return Map.of(Measure.EXITS_ONLINE, exits, Measure.CAPACITY, capacity, Measure.HEALTH, health);
    }

    /** How all of it went. */
    ForecastResult result(long nowMs) {
        long from = countsFromMs / MINUTE_MS;
        long to = nowMs / MINUTE_MS - 1;
        int[] sums = new int[5];
        for (Pool pool : pools.values()) {
            int[] ours = pool.ours.foreseen(from, to);
            int[] oracles = pool.oracles.foreseen(from, to);
            sums[0] += ours[0];
            sums[1] += ours[1];
            sums[2] += oracles[1];
            sums[3] += pool.ours.falseAlarms(from, to);
            sums[4] += pool.oracles.falseAlarms(from, to);
        }
        double poolDays = pools.size() * (double) (nowMs - countsFromMs) / PoolWorld.DAY_MS;
        return new ForecastResult(
                grades,
                sums[0],
                sums[1],
                sums[2],
                sums[3] / poolDays,
                sums[4] / poolDays,
                unhealthy,
                shortage,
                oracleShortage);
    }
}
