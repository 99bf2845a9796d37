package io.fairlead.model.map;

import io.fairlead.model.policy.MapPolicy;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Makes a plan that follows a former one: a row stays with the groups that served it unless another is better by the hysteresis, and if more would move than a policy allows
 * in one epoch, those stay that gain least by it.
 *
 * <p>To leave costs so many ms on top, the same for all: the more, the fewer leave. How many it must be is read from what those gain who leave. Capacities are kept whatever
 * stays; what is over the bound in the end is what they force.
 *
 * <p>A row that alone is more than may move would stay for ever, and hold back all that gain less. So when it is the one that gains most, it leaves freely, and no other does in that epoch.
 */
public final class Succession {

    /** Solutions at most, each with a higher cost of leaving. */
    private static final int MAX_SOLUTIONS = 8;

    /** A cost of leaving rises by at least this, ms. */
    private static final double LEAST_RISE_MS = 0.5;

    /** Of all demand; less is none. */
    private static final double NOTHING = 1e-9;

    private final Demand demand;
    private final double[] capacity;
    private final Former former;
    private final MapPolicy policy;
    private double[] priceMs;
    private double leavingMs;

    /** The row that alone is more than may move, and may for once; −1: none is. */
    private int freeRow = -1;

    /** Who served whom until now. */
    public interface Former {
        /** Share of a row that a group served, 0–1; all 0: the row is new. */
        double share(int row, int group);
    }

    /**
     * A plan, and what it changes.
     *
     * @param plan who serves whom from now on
     * @param movedShare of all demand that was served before and could have stayed; over the policy's share only if a single row is, or capacities force it
     * @param forcedShare of all demand that lost its group, as that is down or barred from it
     * @param leavingMs what leaving cost on top of the hysteresis, so that no more moved, ms
     */
    public record Followed(Plan plan, double movedShare, double forcedShare, double leavingMs) {}

    private Succession(Demand demand, double[] capacity, double[] priceMs, Former former, MapPolicy policy) {
        this.demand = demand;
        this.capacity = capacity;
        this.priceMs = priceMs;
        this.former = former;
        this.policy = policy;
    }

    /**
     * Solves it.
     *
     * @param capacityBitsPerSecond of each group; 0: it is down
     * @param startPriceMs prices of the former plan, or zeros
     * @throws IllegalArgumentException as {@link Pricing#solve(Demand, double[])}
     */
    public static Followed solve(
            Demand demand, double[] capacityBitsPerSecond, double[] startPriceMs, Former former, MapPolicy policy) {
        return new Succession(demand, capacityBitsPerSecond, startPriceMs, former, policy).solve();
    }

    private Followed solve() {
        Followed followed = leavingFor(0);
        for (int i = 1; i < MAX_SOLUTIONS && isOver(followed); i++) {
            followed = leavingFor(followed.leavingMs() + Math.max(LEAST_RISE_MS, riseMs(followed.plan())));
        }
        return followed;
    }

    private boolean isOver(Followed followed) {
        double free = freeRow < 0 ? 0 : moved(followed.plan(), freeRow) * shareOfAll(freeRow);
        return followed.movedShare() > Math.max(policy.movedShare(), free + NOTHING);
    }

    private double shareOfAll(int row) {
        return demand.bitsPerSecond(row) / Math.max(demand.totalBitsPerSecond(), Double.MIN_NORMAL);
    }

    /** By how much leaving must cost more, at the prices as they are, so that of those who leave only as many do as may. */
    private double riseMs(Plan plan) {
        double[] gains = new double[demand.rows()];
        double[] moving = new double[demand.rows()];
        Integer[] order = new Integer[demand.rows()];
        int count = 0;
        double left = policy.movedShare() * demand.totalBitsPerSecond();
        for (int row = 0; row < demand.rows(); row++) {
            double moved = moved(plan, row) * demand.bitsPerSecond(row);
            if (row == freeRow) {
                left -= moved;
            } else if (moved > 0) {
                int to = plan.mainGroup(row);
                gains[row] = staying(row, true) - demand.costMs(row, to) - priceMs[to] - lostMs(row);
                moving[row] = moved;
                order[count++] = row;
            }
        }
        Arrays.sort(order, 0, count, Comparator.comparingDouble(row -> -gains[row]));
        for (int i = 0; i < count; i++) {
            boolean first = i == 0 && freeRow < 0;
            left -= moving[order[i]];
            if (left < 0 && first) {
                freeRow = order[i];
            } else if (left < 0) {
                return gains[order[i]];
            }
        }
        return 0;
    }

    private Followed leavingFor(double leavingMs) {
        int groups = demand.groups();
        float[] costs = new float[demand.rows() * groups];
        double[] bits = new double[demand.rows()];
        this.leavingMs = leavingMs;
        for (int row = 0; row < demand.rows(); row++) {
            bits[row] = demand.bitsPerSecond(row);
            double more = lostMs(row);
            for (int group = 0; group < groups; group++) {
                double asIs = demand.costMs(row, group);
                costs[row * groups + group] = (float) (former.share(row, group) > 0 ? asIs : asIs + more);
            }
        }
        Plan plan = Pricing.solve(new Demand(bits, costs, groups), capacity, priceMs);
        priceMs = plan.pricesMs();
        return followed(plan);
    }

    /** What a row loses by leaving, over what it gains; 0: there is nothing to stay with. */
    private double lostMs(int row) {
        double stayingMs = staying(row, false);
        return stayingMs < Double.POSITIVE_INFINITY
                ? Math.max(policy.hysteresisMs(), policy.hysteresisShare() * stayingMs)
                        + (row == freeRow ? 0 : leavingMs)
                : 0;
    }

    /** What a row costs with the dearest of the groups that serve it; infinite: none of them can any more. */
    private double staying(int row, boolean priced) {
        double most = Double.NEGATIVE_INFINITY;
        for (int group = 0; group < demand.groups(); group++) {
            if (former.share(row, group) > 0 && canServe(row, group)) {
                most = Math.max(most, demand.costMs(row, group) + (priced ? priceMs[group] : 0));
            }
        }
        return most < 0 ? Double.POSITIVE_INFINITY : most;
    }

    private boolean canServe(int row, int group) {
        return capacity[group] > 0 && demand.costMs(row, group) < Float.POSITIVE_INFINITY;
    }

    private Followed followed(Plan plan) {
        double moved = 0;
        double forced = 0;
        for (int row = 0; row < demand.rows(); row++) {
            moved += moved(plan, row) * demand.bitsPerSecond(row);
            forced += lost(row) * demand.bitsPerSecond(row);
        }
        double all = Math.max(demand.totalBitsPerSecond(), Double.MIN_NORMAL);
        return new Followed(plan, moved / all, forced / all, leavingMs);
    }

    /** Share of a row that leaves groups that could serve it still. */
    private double moved(Plan plan, int row) {
        double moved = 0;
        for (int group = 0; group < demand.groups(); group++) {
            double before = former.share(row, group);
            if (before > 0 && canServe(row, group)) {
                moved += Math.max(0, before - plan.share(row, group));
            }
        }
        return moved;
    }

    /** Share of a row whose groups can serve it no more. */
    private double lost(int row) {
        double lost = 0;
        for (int group = 0; group < demand.groups(); group++) {
            lost += canServe(row, group) ? 0 : former.share(row, group);
        }
        return lost;
    }

    /** Nobody was served before. */
    public static Former none() {
        return (row, group) -> 0;
    }

    /** The former of plans whose rows each had one group; −1: none. */
    public static Former of(int[] groups) {
        int[] kept = Arrays.copyOf(groups, groups.length);
        return (row, group) -> kept[row] == group ? 1 : 0;
    }
}
