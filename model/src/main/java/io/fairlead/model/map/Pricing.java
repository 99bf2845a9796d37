package io.fairlead.model.map;

import java.util.Arrays;

/**
 * Serves demand at the least cost that capacities allow, by prices: each part goes where cost and price together are least, and prices are
 * such that no group is over its capacity.
 *
 * <p>{@link Balance} finds the prices and puts every row where they say; they give a bound that no plan can be under. {@link Rerouting} then moves
 * what does not fit, since rows are no grains of sand, until the plan is within half a percent of the bound, or the best there is.
 * Rows larger than a grain are parted, so that heavy resolvers split and whole parts fit. A step is O(rows · groups).
 *
 * <p>If all capacities together are too small, each is taken for larger by the same factor, and the plan says so.
 */
public final class Pricing {

    /** Within this share of what no plan can be under, a plan is good enough. */
    private static final double GAP = 0.005;

    /** A part is at most this share of the smallest capacity … */
    private static final double GRAIN = 0.002;

    /** … but no more parts are made than this. */
    private static final int MAX_EXTRA_PARTS = 200_000;

    /** Prices are such that this share of each capacity stays free: rows that are put where prices say don't fit exactly. */
    private static final double RESERVE = 0.004;

    /** Of fewer rows than this each is looked at so closely that they do. */
    private static final int FEW_ROWS = 1_000;

    /** Serving nobody at all is as bad as this, ms: the price of a group is never higher. */
    static final double MAX_PRICE_MS = 1e6;

    private final Demand demand;
    private final double[] capacity;
    private final int groups;
    private final int[] rowOf;
    private final int[] firstPart;
    private final double[] bits;
    private final int[] at;
    private final double[] price;
    private final double[] load;
    private final double factor;

    private Pricing(Demand demand, double[] capacities, double[] startPriceMs) {
        this.demand = demand;
        this.groups = demand.groups();
        double total = demand.totalBitsPerSecond();
        double room = Arrays.stream(capacities).sum();
        this.factor = total > room ? total / room : 1;
        double fitting = factor > 1 ? factor * (1 + 4 * GRAIN) : 1;
        this.capacity = Arrays.stream(capacities).map(each -> each * fitting).toArray();
        double smallest = Arrays.stream(capacity).filter(each -> each > 0).min().orElse(1);
        double grain = Math.max(GRAIN * smallest, total / MAX_EXTRA_PARTS);
        this.firstPart = new int[demand.rows() + 1];
        for (int row = 0; row < demand.rows(); row++) {
            firstPart[row + 1] = firstPart[row] + Math.max(1, (int) Math.ceil(demand.bitsPerSecond(row) / grain));
        }
        int parts = firstPart[demand.rows()];
        this.rowOf = new int[parts];
        this.bits = new double[parts];
        for (int row = 0; row < demand.rows(); row++) {
            int of = firstPart[row + 1] - firstPart[row];
            Arrays.fill(rowOf, firstPart[row], firstPart[row + 1], row);
            Arrays.fill(bits, firstPart[row], firstPart[row + 1], demand.bitsPerSecond(row) / of);
        }
        this.at = new int[parts];
        this.price = startPriceMs.clone();
        this.load = new double[groups];
    }

    /**
     * Solves it.
     *
     * @param capacityBitsPerSecond of each group; 0: it is down
     * @throws IllegalArgumentException if no group has any, or a row is barred from all that have
     */
    public static Plan solve(Demand demand, double[] capacityBitsPerSecond) {
        return solve(demand, capacityBitsPerSecond, new double[demand.groups()]);
    }

    /** The same, from the prices of a former plan: little changed is soon solved. */
    public static Plan solve(Demand demand, double[] capacityBitsPerSecond, double[] startPriceMs) {
        check(demand, capacityBitsPerSecond);
        Pricing pricing = new Pricing(demand, capacityBitsPerSecond, startPriceMs);
        return pricing.solve();
    }

    private static void check(Demand demand, double[] capacity) {
        if (capacity.length != demand.groups()) {
            throw new IllegalArgumentException(
                    "there are " + demand.groups() + " groups, but " + capacity.length + " capacities");
        }
        boolean any = false;
        for (double each : capacity) {
            if (!(each >= 0) || Double.isInfinite(each)) {
                throw new IllegalArgumentException("a capacity is a number of bit/s from 0 on, but is " + each);
            }
            any |= each > 0;
        }
        if (!any) {
            throw new IllegalArgumentException("no group has any capacity: keep the former map");
        }
        for (int row = 0; row < demand.rows(); row++) {
            boolean served = false;
            for (int group = 0; group < demand.groups(); group++) {
                served |= capacity[group] > 0 && demand.costMs(row, group) < Float.POSITIVE_INFINITY;
            }
            if (!served) {
                throw new IllegalArgumentException(
                        "row " + row + " is barred from every group that is up; allow one, or give it a cost");
            }
        }
    }

    private Plan solve() {
        double total = demand.totalBitsPerSecond();
        double spare = 1 - total / Arrays.stream(capacity).sum();
        double reserve = demand.rows() < FEW_ROWS ? 0 : Math.min(RESERVE, 0.5 * spare);
        double[] aim = Arrays.stream(capacity).map(each -> each * (1 - reserve)).toArray();
        Balance balance = new Balance(demand, aim, price);
        balance.find();
        double boundMs = balance.boundMs(capacity);
        float[] marginMs = new float[demand.rows()];
        balance.assign(firstPart, at, marginMs);
        for (int part = 0; part < at.length; part++) {
            load[at[part]] += bits[part];
        }
        new Rerouting(demand, capacity, price, rowOf, marginMs, bits, at, load).run(boundMs * (1 + GAP));
        return new Plan(firstPart, at, bits, price, load, factor, boundMs);
    }
}
