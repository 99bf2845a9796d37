package io.fairlead.dashboards.query;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the network map was, from ClickHouse. Thread-safe. */
public final class MapHistory {

    /** Changes of one prefix that are told at most. */
    public static final int CHANGES_MAX = 100;

    private static final String EPOCHS = "SELECT toUnixTimestamp(min(told.at)) AS slot, map_epoch AS epoch,"
            + " argMax(entries, counter) AS entries_now, argMax(mean_cost_ms, counter) AS mean, argMax(bound_ms, counter) AS bound,"
            + " argMax(moved_share, counter) AS moved, argMax(capacity_factor, counter) AS factor,"
            + " argMax(served_samples, counter) AS samples, argMax(served_regret_ms, counter) AS regret,"
            + " argMax(served_regret_p95_ms, counter) AS p95, argMax(roll_out, counter) AS rolled, argMax(reason, counter) AS why"
            + " FROM fairlead.map_states AS told WHERE at >= fromUnixTimestamp64Milli(toInt64(?))"
            + " GROUP BY job_epoch, map_epoch ORDER BY slot, job_epoch, map_epoch LIMIT 11000";
    private static final String PRICES = "SELECT intDiv(toUnixTimestamp(told.at), ?) * ? AS slot, group_id,"
            + " max(price_ms) AS price, max(planned_bits_per_second) AS planned, max(load_bits_per_second) AS carried,"
            + " argMax(capacity_bits_per_second, counter) AS capacity, argMax(state, counter) AS how"
            + " FROM fairlead.map_prices AS told WHERE at >= fromUnixTimestamp64Milli(toInt64(?))"
            + " GROUP BY group_id, slot ORDER BY slot LIMIT 50000";
    private static final String CHANGES =
            "SELECT toUnixTimestamp64Milli(issued_at) AS at_ms, map_epoch, cohort, choice_group, choice_share, choice_cost_ms,"
                    + " choice_evidence FROM fairlead.map_entries WHERE prefix = ?"
                    + " AND at >= fromUnixTimestamp64Milli(toInt64(?)) ORDER BY at DESC, counter DESC LIMIT "
                    + CHANGES_MAX;

    private final ClickHouseSource source;

    /**
     * A map, as it was last told.
     *
     * @param atSeconds when it was first told
     * @param meanCostMs of all demand, without prices
     * @param boundMs no plan has a mean cost under this
     * @param movedShare of demand from the map before, 0–1
     * @param samples round trips of clients, where the map before sent them
     * @param regretMs by which these were over the nearest group's, their mean
     */
    public record Epoch(
            long atSeconds,
            long mapEpoch,
            long entries,
            double meanCostMs,
            double boundMs,
            double movedShare,
            double capacityFactor,
            long samples,
            double regretMs,
            double regretP95Ms,
            String rollOut,
            String reason) {}

    /** The greatest of each within a bucket. Load −1: none of its edges reported. */
    public record Price(
            long atSeconds,
            String group,
            double priceMs,
            double plannedBitsPerSecond,
            double loadBitsPerSecond,
            double capacityBitsPerSecond,
            String state) {}

    /** An entry was told. Of its groups those that serve, each with share, cost and evidence. */
    public record Change(long atMs, long mapEpoch, String cohort, List<Served> served) {}

    /** @param share 0–1 */
    public record Served(String group, double share, double costMs, String evidence) {}

    public MapHistory(ClickHouseSource source) {
        this.source = source;
    }

    /** Oldest first. */
    public List<Epoch> epochs(long fromMs) throws SQLException {
        return source.select(
                EPOCHS,
                List.of(fromMs),
                row -> new Epoch(
                        row.getLong("slot"),
                        row.getLong("epoch"),
                        row.getLong("entries_now"),
                        row.getDouble("mean"),
                        row.getDouble("bound"),
                        row.getDouble("moved"),
                        row.getDouble("factor"),
                        row.getLong("samples"),
                        row.getDouble("regret"),
                        row.getDouble("p95"),
                        row.getString("rolled"),
                        row.getString("why")));
    }

    /** Of all groups, oldest first. */
    public List<Price> prices(long fromMs, int stepSeconds) throws SQLException {
        return source.select(
                PRICES,
                List.of(stepSeconds, stepSeconds, fromMs),
                row -> new Price(
                        row.getLong("slot"),
                        row.getString("group_id"),
                        row.getDouble("price"),
                        row.getDouble("planned"),
                        row.getDouble("carried"),
                        row.getDouble("capacity"),
                        row.getString("how")));
    }

    /** Of one prefix, newest first. */
    public List<Change> changes(String prefix, long fromMs) throws SQLException {
        return source.select(CHANGES, List.of(prefix, fromMs), MapHistory::change);
    }

    private static Change change(ResultSet row) throws SQLException {
        List<String> groups = texts(row.getArray("choice_group"));
        List<String> evidence = texts(row.getArray("choice_evidence"));
        double[] shares = numbers(row.getArray("choice_share"));
        double[] costs = numbers(row.getArray("choice_cost_ms"));
        List<Served> served = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            if (shares[i] > 0) {
                served.add(new Served(groups.get(i), shares[i], costs[i], evidence.get(i)));
            }
        }
        return new Change(row.getLong("at_ms"), row.getLong("map_epoch"), row.getString("cohort"), served);
    }

    private static List<String> texts(Array array) throws SQLException {
        List<String> texts = new ArrayList<>();
        for (Object each : (Object[]) array.getArray()) {
            texts.add(String.valueOf(each));
        }
        return texts;
    }

    private static double[] numbers(Array array) throws SQLException {
        Object values = array.getArray();
        double[] numbers = new double[java.lang.reflect.Array.getLength(values)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Number) java.lang.reflect.Array.get(values, i)).doubleValue();
        }
        return numbers;
    }
}
