package io.fairlead.model.map;

import java.util.Arrays;

/**
 * Serves demand at the least cost that capacities allow, by prices: each part goes where cost and price together are least, and prices are
 * such that no group is over its capacity.
 *
 * <p>The price of a group that is over rises to where its load meets its capacity, which is a weighted quantile of what its rows would lose
 * elsewhere, and a step beyond, until no group is over (an auction on the dual of the transport problem). The prices give a bound that no
 * plan can be under; {@link Rerouting} then moves parts until the plan is within half a percent of it, or the best there is.
 * Rows larger than a grain are parted, so that heavy resolvers split and whole parts fit. A sweep is O(rows · groups).
 *
 * <p>If all capacities together are too small, each is taken for larger by the same factor, and the plan says so.
 */
public final class Pricing {

    /** Sweeps over the groups that are over. */
    private static final int MAX_SWEEPS = 300;

    /** Prices rise by at least so much, ms. */
    private static final double STEP_MS = 0.5;

    /** Within this share of what no plan can be under, a plan is good enough. */
    private static final double GAP = 0.005;

    /** A part is at most this share of the smallest capacity … */
    private static final double GRAIN = 0.002;

    /** … but no more parts are made than this. */
    private static final int MAX_EXTRA_PARTS = 200_000;

    /** Serving nobody at all is as bad as this, ms: the price of a group is never higher. */
    private static final double MAX_PRICE_MS = 1e6;

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

    /** Of each row, the group where cost and price are least, and the next; −1: there is none. */
    private final int[] first;

    private final int[] second;

    /** What rows would lose elsewhere if a group had no price, ms, and which rows these are. */
    private final double[] worth;

    private final int[] rowsOfWorth;

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
        this.first = new int[demand.rows()];
        this.second = new int[demand.rows()];
        this.worth = new double[demand.rows()];
        this.rowsOfWorth = new int[demand.rows()];
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
        pricing.settle();
        double bound = pricing.dualBoundMs();
        pricing.repair(bound);
        return pricing.plan(Math.max(bound, pricing.dualBoundMs()));
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

    private double total(int row, int group) {
        return capacity[group] > 0 ? demand.costMs(row, group) + price[group] : Double.POSITIVE_INFINITY;
    }

    private double totalOr(int row, int group) {
        return group < 0 ? Double.POSITIVE_INFINITY : total(row, group);
    }

    private void rank(int row) {
        int best = -1;
        int next = -1;
        double least = Double.POSITIVE_INFINITY;
        double nextLeast = Double.POSITIVE_INFINITY;
        for (int group = 0; group < groups; group++) {
            double total = total(row, group);
            if (total < least) {
                next = best;
                nextLeast = least;
                best = group;
                least = total;
            } else if (total < nextLeast) {
                next = group;
                nextLeast = total;
            }
        }
        first[row] = best;
        second[row] = next;
    }

    /**
     * Prices only rise here, each time by a step more than what makes them equal: so none waits for another (an auction). Rows move as a whole;
     * what would have to be parted is left to the rerouting.
     */
    private void settle() {
        rankAll();
        boolean over = true;
        for (int sweep = 0; over && sweep < MAX_SWEEPS; sweep++) {
            over = false;
            double[] largest = largestRows();
            for (int group = 0; group < groups; group++) {
                if (load[group] - largest[group] > capacity[group]) {
                    over = true;
                    reprice(group);
                }
            }
        }
    }

    private double[] largestRows() {
        double[] largest = new double[groups];
        for (int row = 0; row < demand.rows(); row++) {
            largest[first[row]] = Math.max(largest[first[row]], demand.bitsPerSecond(row));
        }
        return largest;
    }

    private void rankAll() {
        Arrays.fill(load, 0);
        for (int row = 0; row < demand.rows(); row++) {
            rank(row);
            load[first[row]] += demand.bitsPerSecond(row);
        }
    }

    private void assign() {
        for (int row = 0; row < demand.rows(); row++) {
            Arrays.fill(at, firstPart[row], firstPart[row + 1], first[row]);
        }
    }

    /** Raises the price of a group that is over to where it is not. */
    private void reprice(int group) {
        int count = 0;
        double room = capacity[group];
        for (int row = 0; row < demand.rows(); row++) {
            float own = demand.costMs(row, group);
            double bitsPerSecond = demand.bitsPerSecond(row);
            if (own == Float.POSITIVE_INFINITY || bitsPerSecond == 0) {
                continue;
            }
            int other = first[row] == group ? second[row] : first[row];
            double worthMs = totalOr(row, other) - own;
            if (worthMs == Double.POSITIVE_INFINITY) {
                room -= bitsPerSecond;
            } else if (worthMs > 0) {
                worth[count] = worthMs;
                rowsOfWorth[count++] = row;
            }
        }
        price[group] = Math.min(MAX_PRICE_MS, Math.max(price[group], priceAt(count, room)) + STEP_MS);
        for (int row = 0; row < demand.rows(); row++) {
            int was = first[row];
            if (was == group || second[row] == group) {
                rank(row);
                load[was] -= demand.bitsPerSecond(row);
                load[first[row]] += demand.bitsPerSecond(row);
            }
        }
    }

    /**
     * Rows are worth so much to a group: they stay while its price is under that. The least price at which no more than the capacity stays,
     * by selecting, not by sorting.
     */
    private double priceAt(int count, double room) {
        int from = 0;
        int to = count;
        double kept = 0;
        while (from < to) {
            double pivot = worth[(from + to) >>> 1];
            int over = from;
            int below = to;
            for (int i = from; i < below; ) {
                if (worth[i] > pivot) {
                    swap(over++, i++);
                } else if (worth[i] < pivot) {
                    swap(i, --below);
                } else {
                    i++;
                }
            }
            double above = sum(from, over);
            if (kept + above > room) {
                to = over;
                continue;
            }
            kept += above + sum(over, below);
            if (kept > room) {
                return Math.min(pivot, MAX_PRICE_MS);
            }
            from = below;
        }
        return to == count ? 0 : Math.min(worth[to], MAX_PRICE_MS);
    }

    private double sum(int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += demand.bitsPerSecond(rowsOfWorth[i]);
        }
        return sum;
    }

    private void swap(int a, int b) {
        double w = worth[a];
        worth[a] = worth[b];
        worth[b] = w;
        int r = rowsOfWorth[a];
        rowsOfWorth[a] = rowsOfWorth[b];
        rowsOfWorth[b] = r;
    }

    /** What all demand costs at least, by these prices, as a mean, ms. */
    private double dualBoundMs() {
        double sum = 0;
        for (int row = 0; row < demand.rows(); row++) {
            if (demand.bitsPerSecond(row) > 0) {
                rank(row);
                sum += demand.bitsPerSecond(row) * total(row, first[row]);
            }
        }
        for (int group = 0; group < groups; group++) {
            sum -= price[group] * capacity[group];
        }
        double all = demand.totalBitsPerSecond();
        return all == 0 ? 0 : Math.max(0, sum / all);
    }

    /** Fills what steps of prices have left empty, and takes from what is over still. */
    private void repair(double bound) {
        assign();
        Rerouting rerouting = new Rerouting(demand, capacity, price, rowOf, bits, at, load);
        rerouting.run(bound * (1 + GAP));
        System.arraycopy(rerouting.pricesMs(), 0, price, 0, groups);
    }

    private Plan plan(double bound) {
        return new Plan(firstPart, at, bits, price, load, factor, bound);
    }
}
