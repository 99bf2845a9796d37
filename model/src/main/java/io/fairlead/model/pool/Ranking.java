package io.fairlead.model.pool;

import io.fairlead.model.policy.PoolPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The exits that meet what a pool asks for, the highest standing first; equal ones by their id. Pools that ask for the same share it within a round.
 */
final class Ranking {
    /*
     * Standings are looked into only as far as they are asked for (Fagin, Lotem, Naor, Optimal Aggregation Algorithms for Middleware, 2003): exits come from orders by
     * what can be expected of them at most, and one whose standing is over all that is still to come is the next.
     */

    record Ranked(Candidate exit, double rank) implements Comparable<Ranked> {

        @Override
        public int compareTo(Ranked other) {
            int byRank = Double.compare(other.rank, rank);
            return byRank != 0 ? byRank : exit.id.compareTo(other.exit.id);
        }
    }

    /** Where one order is read. */
    private static final class Reading implements Comparable<Reading> {
        private final List<ExitOrder.Bounded> order;
        private int place;

        Reading(List<ExitOrder.Bounded> order) {
            this.order = order;
        }

        ExitOrder.Bounded head() {
            return order.get(place);
        }

        @Override
        public int compareTo(Reading other) {
            return head().compareTo(other.head());
        }
    }

    private final List<Ranked> sorted = new ArrayList<>();
    private final PriorityQueue<Ranked> looked = new PriorityQueue<>();
    private final PriorityQueue<Reading> readings = new PriorityQueue<>();
    private final Filter filter;
    private final PoolDefinition pool;
    private final PoolPolicy policy;
    private final long nowMs;
    private int firstShared;
    private int firstAlone;

    Ranking(List<List<ExitOrder.Bounded>> orders, PoolDefinition pool, int relaxed, PoolPolicy policy, long nowMs) {
        this.pool = pool;
        this.policy = policy;
        this.nowMs = nowMs;
        filter = new Filter(pool, relaxed);
        for (List<ExitOrder.Bounded> order : orders) {
            if (!order.isEmpty()) {
                readings.add(new Reading(order));
            }
        }
    }

    /** That at a place, counted from 0; null: there are not so many. */
    @Nullable
    Ranked at(int place) {
        while (sorted.size() <= place) {
            Ranked next = next();
            if (next == null) {
                return null;
            }
            sorted.add(next);
        }
        return sorted.get(place);
    }

    private @Nullable Ranked next() {
        while (true) {
            Reading reading = readings.peek();
            Ranked best = looked.peek();
            if (reading == null || (best != null && best.rank > reading.head().most())) {
                return looked.poll();
            }
            readings.poll();
            Candidate exit = reading.head().exit();
            reading.place++;
            if (reading.place < reading.order.size()) {
                readings.add(reading);
            }
            if (filter.admits(exit)) {
                double rank = Standing.of(exit, pool, policy, nowMs).rank();
                if (rank > 0) {
                    looked.add(new Ranked(exit, rank));
                }
            }
        }
    }

    /**
     * Place of the first that a test lets pass; what all before it were refused for holds for the rest of the round.
     *
     * @param alone for pools that are exclusive
     */
    int first(boolean alone, Predicate<Candidate> open) {
        int place = alone ? firstAlone : firstShared;
        Ranked one = at(place);
        while (one != null && !open.test(one.exit)) {
            one = at(++place);
        }
        if (alone) {
            firstAlone = place;
        } else {
            firstShared = place;
        }
        return place;
    }

    /** One that was in a pool is free. */
    void rewind() {
        firstAlone = 0;
    }
}
