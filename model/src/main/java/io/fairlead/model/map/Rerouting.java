package io.fairlead.model.map;

import java.util.Arrays;

/**
 * Moves parts among groups along the ways that cost least: a part of one group goes to a second, one of that to a third, and so on to a
 * group with room (successive shortest paths, on a graph that has a node for each group only). First from groups that are over their
 * capacity, then wherever a way or a circle has a negative cost, until there is none: then the assignment is the best there is, but for the
 * size of a part.
 *
 * <p>Parts are looked through once a round, for the cheapest few of each way; a round ends when one of these is used up.
 */
final class Rerouting {

    private static final int MAX_ROUNDS = 400;
    private static final int CANDIDATES = 48;

    /** Parts of rows that are served elsewhere nearly as well are looked at first, then more and more, ms. */
    private static final double[] WITHIN_MS = {0.5, 2, 8, 32, Double.POSITIVE_INFINITY};

    /** A way is worth going from this gain on, ms. */
    private static final double GAIN_MS = 1e-3;

    private static final double SMALL_MS = 1e-7;
    private static final int ROOM = -1;
    private static final int NONE = -2;

    private final Demand demand;
    private final double[] capacity;
    private final double[] price;
    private final int[] rowOf;

    /** By how much a row's second group is worse than its first, prices counted, ms. */
    private final float[] marginMs;

    private final double[] bits;
    private final int[] at;
    private final double[] load;
    private final int groups;

    /** No part is larger; a group with less room than this is full. */
    private final double grain;

    /** Parts that are looked at. */
    private final int[] movable;

    private int movables;

    /** For each way, its cheapest parts in order, and what moving them costs, ms. */
    private final int[][] parts;

    private final double[][] costs;
    private final int[] found;
    private final int[] used;

    /** Groups are over still. */
    private boolean relieving;

    /** Of a way all that was found has moved, but there may be more. */
    private boolean usedUp;

    /** Of each group, what its cheapest way to a group with room costs, ms, and the next group on it; {@link #ROOM} if it has room itself. */
    private final double[] distance;

    private final int[] next;

    Rerouting(
            Demand demand,
            double[] capacity,
            double[] price,
            int[] rowOf,
            float[] marginMs,
            double[] bits,
            int[] at,
            double[] load) {
        this.demand = demand;
        this.capacity = capacity;
        this.price = price;
        this.rowOf = rowOf;
        this.marginMs = marginMs;
        this.movable = new int[at.length];
        this.bits = bits;
        this.at = at;
        this.load = load;
        this.groups = demand.groups();
        this.grain = Arrays.stream(bits).max().orElse(0);
        this.parts = new int[groups * groups][CANDIDATES];
        this.costs = new double[groups * groups][CANDIDATES];
        this.found = new int[groups * groups];
        this.used = new int[groups * groups];
        this.distance = new double[groups];
        this.next = new int[groups];
    }

    /** @param enoughMs a mean cost that is good enough, ms */
    void run(double enoughMs) {
        relieving = true;
        for (int i = 0; i < WITHIN_MS.length && anyOver(); i++) {
            consider(WITHIN_MS[i]);
            for (int round = 0; round < MAX_ROUNDS && anyOver(); round++) {
                look();
                if (!relieve()) {
                    break;
                }
            }
        }
        relieving = false;
        for (int i = 0; i < WITHIN_MS.length && meanCostMs() > enoughMs; i++) {
            consider(WITHIN_MS[i]);
            for (int round = 0; round < MAX_ROUNDS && meanCostMs() > enoughMs; round++) {
                look();
                if (!improve()) {
                    break;
                }
            }
        }
        settleRest();
    }

    private void consider(double withinMs) {
        movables = 0;
        for (int part = 0; part < at.length; part++) {
            if (bits[part] > 0 && marginMs[rowOf[part]] < withinMs) {
                movable[movables++] = part;
            }
        }
    }

    /** False: nothing could be moved. */
    private boolean relieve() {
        boolean any = false;
        while (anyOver() && moveOnce(cheapest(search(), true))) {
            any = true;
        }
        return any;
    }

    /** False: no way and no circle is worth going. */
    private boolean improve() {
        boolean any = false;
        while (moveOnce(cheapest(search(), false))) {
            any = true;
        }
        return any;
    }

    /** Where to begin; the group on a circle if there is one; {@link #NONE}: nowhere, or it must be looked anew. */
    private int cheapest(int circle, boolean amongOver) {
        if (circle != NONE || usedUp) {
            return usedUp ? NONE : circle;
        }
        int best = NONE;
        for (int group = 0; group < groups; group++) {
            if (next[group] >= 0
                    && (amongOver ? over(group) : distance[group] < -GAIN_MS)
                    && (best == NONE || distance[group] < distance[best])) {
                best = group;
            }
        }
        return best;
    }

    private double meanCostMs() {
        double sum = 0;
        double all = 0;
        for (int part = 0; part < at.length; part++) {
            if (bits[part] > 0) {
                sum += bits[part] * demand.costMs(rowOf[part], at[part]);
                all += bits[part];
            }
        }
        return all == 0 ? 0 : sum / all;
    }

    private boolean over(int group) {
        return load[group] > capacity[group] * (1 + 1e-12);
    }

    private boolean anyOver() {
        for (int group = 0; group < groups; group++) {
            if (over(group)) {
                return true;
            }
        }
        return false;
    }

    private double costMs(int part, int group) {
        return capacity[group] > 0 ? demand.costMs(rowOf[part], group) : Double.POSITIVE_INFINITY;
    }

    /** While groups are over, with the prices: by these no part gains by moving, so that no circle is worth going before there is room. */
    private double weighedMs(int part, int group) {
        return relieving ? costMs(part, group) + price[group] : costMs(part, group);
    }

    private void look() {
        Arrays.fill(found, 0);
        Arrays.fill(used, 0);
        usedUp = false;
        for (int i = 0; i < movables; i++) {
            int part = movable[i];
            int here = at[part];
            double own = weighedMs(part, here);
            for (int group = 0; group < groups; group++) {
                if (group != here) {
                    double lost = weighedMs(part, group) - own;
                    note(here * groups + group, part, relieving ? Math.max(0, lost) : lost);
                }
            }
        }
    }

    private void note(int way, int part, double cost) {
        double[] sorted = costs[way];
        int count = found[way];
        if (cost == Double.POSITIVE_INFINITY || (count == CANDIDATES && cost >= sorted[count - 1])) {
            return;
        }
        int i = Math.min(count, CANDIDATES - 1);
        while (i > 0 && sorted[i - 1] > cost) {
            sorted[i] = sorted[i - 1];
            parts[way][i] = parts[way][i - 1];
            i--;
        }
        sorted[i] = cost;
        parts[way][i] = part;
        found[way] = Math.min(count + 1, CANDIDATES);
    }

    /** Drops what has moved meanwhile. */
    private boolean hasNext(int way) {
        while (used[way] < found[way] && at[parts[way][used[way]]] != way / groups) {
            used[way]++;
        }
        usedUp |= used[way] == CANDIDATES;
        return used[way] < found[way];
    }

    private int head(int way) {
        return parts[way][used[way]];
    }

    /** Moves the cheapest part of each way from a group on, to a group with room or round a circle. */
    private boolean moveOnce(int start) {
        if (start == NONE) {
            return false;
        }
        int group = start;
        do {
            int to = next[group];
            move(head(group * groups + to), to);
            group = to;
        } while (group != start && next[group] != ROOM);
        return true;
    }

    /**
     * Bellman–Ford, backwards from groups with room.
     *
     * @return a group on a circle of negative cost; {@link #NONE}: there is none
     */
    private int search() {
        for (int group = 0; group < groups; group++) {
            boolean room = capacity[group] > 0 && load[group] <= capacity[group] - grain;
            distance[group] = room ? 0 : Double.POSITIVE_INFINITY;
            next[group] = room ? ROOM : NONE;
        }
        int changed = -1;
        for (int pass = 0; pass <= groups; pass++) {
            changed = -1;
            for (int group = 0; group < groups; group++) {
                for (int to = 0; to < groups; to++) {
                    int way = group * groups + to;
                    if (to != group
                            && hasNext(way)
                            && costs[way][used[way]] + distance[to] < distance[group] - SMALL_MS) {
                        distance[group] = costs[way][used[way]] + distance[to];
                        next[group] = to;
                        changed = group;
                    }
                }
            }
            if (changed < 0) {
                return NONE;
            }
        }
        for (int i = 0; i < groups; i++) {
            changed = next[changed];
        }
        return changed;
    }

    private void move(int part, int to) {
        load[at[part]] -= bits[part];
        load[to] += bits[part];
        at[part] = to;
    }

    /** Parts differ in size, so a few may still be over by less than one: each goes to the best group that takes it. */
    private void settleRest() {
        for (int part = 0; part < at.length; part++) {
            int here = at[part];
            if (over(here) && bits[part] > 0) {
                int best = -1;
                for (int group = 0; group < groups; group++) {
                    if (group != here
                            && load[group] + bits[part] <= capacity[group]
                            && costMs(part, group) < Double.POSITIVE_INFINITY
                            && (best < 0 || costMs(part, group) < costMs(part, best))) {
                        best = group;
                    }
                }
                if (best >= 0) {
                    move(part, best);
                }
            }
        }
    }
}
