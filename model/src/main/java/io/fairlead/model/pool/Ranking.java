package io.fairlead.model.pool;

import io.fairlead.model.policy.PoolPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The exits that meet what a pool asks for, the highest standing first; equal ones by their id. Sorted only as far as it is asked: a heap is made of
 * all at once, pools that ask for the same share it within a round.
 */
final class Ranking {

    record Ranked(Candidate exit, double rank) implements Comparable<Ranked> {

        @Override
        public int compareTo(Ranked other) {
            int byRank = Double.compare(other.rank, rank);
            return byRank != 0 ? byRank : exit.id.compareTo(other.exit.id);
        }
    }

    private final List<Ranked> sorted = new ArrayList<>();
    private final PriorityQueue<Ranked> rest;

    Ranking(Iterable<Candidate> exits, PoolDefinition pool, int relaxed, PoolPolicy policy, long nowMs) {
        Filter filter = new Filter(pool, relaxed);
        List<Ranked> found = new ArrayList<>();
        for (Candidate exit : exits) {
            if (exit.condition.online() && exit.allowed() && filter.admits(exit)) {
                double rank = Standing.of(exit, pool, policy, nowMs).rank();
                if (rank > 0) {
                    found.add(new Ranked(exit, rank));
                }
            }
        }
        rest = new PriorityQueue<>(found);
    }

    /** That at a place, counted from 0; null: there are not so many. */
    @Nullable
    Ranked at(int place) {
        while (sorted.size() <= place) {
            Ranked next = rest.poll();
            if (next == null) {
                return null;
            }
            sorted.add(next);
        }
        return sorted.get(place);
    }
}
