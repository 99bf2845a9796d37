package io.fairlead.model.map;

import java.util.Arrays;

/**
 * Finds the prices at which the loads of all groups meet their capacities: Newton's method on the dual of the transport problem, as it is known for
 * semi-discrete optimal transport (Kitagawa, Mérigot, Thibert 2019).
 *
 * <p>A row goes to the group where cost and price together are least. One to which a second group is nearly as good is shared between the two, the more
 * evenly the nearer they are: so loads change smoothly with prices, and how much of the demand lies between two groups says by how much a price must
 * change. {@link #WIDTHS_MS Nearly} is wide at first and becomes narrow. Of many rows a sample is balanced first, which brings the prices near to what they will be.
 */
final class Balance {

    /** How near two groups must be for a row to be shared, from step to step, ms. */
    private static final double[] WIDTHS_MS = {64, 32, 16, 8, 4, 2, 1};

    /** Steps at each width at most. */
    private static final int MAX_STEPS = 12;

    /** Loads that miss their capacities by no more than this share are near enough. */
    private static final double NEAR = 0.002;

    /** Rows that are balanced first, if there are twice as many. */
    private static final int SAMPLE = 20_000;

    /** Demand between a group and nowhere, as a share of its capacity for each ms: keeps the equations solvable. */
    private static final double ANCHOR = 1e-4;

    private final Demand demand;
    private final double[] capacity;
    private final int groups;
    private final double[] price;
    private final double[] load;
    private final double[][] between;

    /** Every so many rows one is looked at. */
    private int stride = 1;

    /** What all rows ask for, by what those that are looked at do. */
    private double scale = 1;

    // What the last rank() has found.
    private int first;
    private int second;
    private double margin;

    /** @param price where the search begins; changed to what it finds */
    Balance(Demand demand, double[] capacity, double[] price) {
        this.demand = demand;
        this.capacity = capacity;
        this.groups = demand.groups();
        this.price = price;
        this.load = new double[groups];
        this.between = new double[groups][groups];
    }

    void find() {
        int widest = 0;
        if (demand.rows() >= 2 * SAMPLE) {
            look(demand.rows() / SAMPLE);
            for (double widthMs : WIDTHS_MS) {
                settle(widthMs);
            }
            widest = WIDTHS_MS.length - 2;
        }
        look(1);
        for (int i = widest; i < WIDTHS_MS.length; i++) {
            settle(WIDTHS_MS[i]);
        }
    }

    private void look(int each) {
        stride = each;
        double seen = 0;
        for (int row = 0; row < demand.rows(); row += stride) {
            seen += demand.bitsPerSecond(row);
        }
        scale = seen == 0 ? 1 : demand.totalBitsPerSecond() / seen;
    }

    private void settle(double widthMs) {
        for (int step = 0; step < MAX_STEPS; step++) {
            weigh(widthMs);
            if (isBalanced()) {
                return;
            }
            step(widthMs);
        }
    }

    /** Loads at the prices as they are, and how much lies between each two groups, bit/s a ms. */
    private void weigh(double widthMs) {
        Arrays.fill(load, 0);
        for (double[] row : between) {
            Arrays.fill(row, 0);
        }
        for (int row = 0; row < demand.rows(); row += stride) {
            double bits = scale * demand.bitsPerSecond(row);
            if (bits == 0) {
                continue;
            }
            rank(row);
            if (margin >= widthMs) {
                load[first] += bits;
                continue;
            }
            double share = firstShare(margin, widthMs);
            load[first] += share * bits;
            load[second] += (1 - share) * bits;
            between[first][second] += bits / (2 * widthMs);
            between[second][first] += bits / (2 * widthMs);
        }
    }

    private static double firstShare(double margin, double widthMs) {
        return 0.5 + margin / (2 * widthMs);
    }

    private boolean isBalanced() {
        for (int group = 0; group < groups; group++) {
            double over = load[group] - capacity[group];
            if (over > NEAR * capacity[group] || (price[group] > 0 && -over > NEAR * capacity[group])) {
                return false;
            }
        }
        return true;
    }

    /** Of the groups that are full or have a price, changes the prices by what would balance them if all stayed as straight as it is here. */
    private void step(double widthMs) {
        int[] active = new int[groups];
        int count = 0;
        for (int group = 0; group < groups; group++) {
            if (capacity[group] > 0 && (price[group] > 0 || load[group] > capacity[group])) {
                active[count++] = group;
            }
        }
        double[][] equations = new double[count][count + 1];
        for (int i = 0; i < count; i++) {
            int group = active[i];
            equations[i][i] =
                    ANCHOR * capacity[group] + Arrays.stream(between[group]).sum();
            for (int j = 0; j < count; j++) {
                if (j != i) {
                    equations[i][j] = -between[group][active[j]];
                }
            }
            equations[i][count] = load[group] - capacity[group];
        }
        double[] change = solve(equations);
        double most = Arrays.stream(change).map(Math::abs).max().orElse(0);
        double kept = Math.min(1, 4 * widthMs / Math.max(most, 1e-12)); // further away, nothing is known of it
        for (int i = 0; i < count; i++) {
            price[active[i]] = Math.min(Pricing.MAX_PRICE_MS, Math.max(0, price[active[i]] + kept * change[i]));
        }
    }

    /** By Gauss's elimination; the matrix is symmetric and dominated by its diagonal, so no pivot is looked for. */
    private static double[] solve(double[][] equations) {
        int count = equations.length;
        for (int i = 0; i < count; i++) {
            for (int j = i + 1; j < count; j++) {
                double factor = equations[j][i] / equations[i][i];
                for (int k = i; factor != 0 && k <= count; k++) {
                    equations[j][k] -= factor * equations[i][k];
                }
            }
        }
        double[] solution = new double[count];
        for (int i = count - 1; i >= 0; i--) {
            double left = equations[i][count];
            for (int k = i + 1; k < count; k++) {
                left -= equations[i][k] * solution[k];
            }
            solution[i] = left / equations[i][i];
        }
        return solution;
    }

    private void rank(int row) {
        int best = -1;
        int next = -1;
        double least = Double.POSITIVE_INFINITY;
        double nextLeast = Double.POSITIVE_INFINITY;
        for (int group = 0; group < groups; group++) {
            double total = capacity[group] > 0 ? demand.costMs(row, group) + price[group] : Double.POSITIVE_INFINITY;
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
        first = best;
        second = next;
        margin = nextLeast - least;
    }

    /**
     * Puts every part where the prices say. The parts of one row that lies between two groups, of which one is full, are shared among them, and so are the
     * rows of one part each, evenly spread.
     *
     * @param marginMs filled with how much worse each row's second group is, ms
     */
    void assign(int[] firstPart, int[] at, float[] marginMs) {
        double widthMs = WIDTHS_MS[WIDTHS_MS.length - 1];
        for (int row = 0; row < demand.rows(); row++) {
            rank(row);
            marginMs[row] = (float) margin;
            int parts = firstPart[row + 1] - firstPart[row];
            boolean contested =
                    margin < widthMs && demand.bitsPerSecond(row) > 0 && (price[first] > 0 || price[second] > 0);
            double share = contested ? firstShare(margin, widthMs) : 1;
            double place = place(row);
            for (int part = 0; part < parts; part++) {
                at[firstPart[row] + part] = (part + place) / parts < share ? first : second;
            }
        }
    }

    /** Evenly spread over 0 to 1 (the golden ratio's multiples). */
    private static double place(int row) {
        double place = row * 0.6180339887498949;
        return place - Math.floor(place);
    }

    /** What all demand costs at least under capacities, by these prices, as a mean, ms. */
    double boundMs(double[] under) {
        double sum = 0;
        double all = 0;
        for (int row = 0; row < demand.rows(); row++) {
            double bits = demand.bitsPerSecond(row);
            if (bits > 0) {
                rank(row);
                sum += bits * (demand.costMs(row, first) + price[first]);
                all += bits;
            }
        }
        for (int group = 0; group < groups; group++) {
            sum -= price[group] * under[group];
        }
        return all == 0 ? 0 : Math.max(0, sum / all);
    }
}
