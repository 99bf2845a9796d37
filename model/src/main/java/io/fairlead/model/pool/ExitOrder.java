package io.fairlead.model.pool;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The exits of one type and country, as far as they may serve, by what can be expected of them at most: quality for some classes of targets times the chance to be there
 * after a time. No standing with a pool that asks for those classes, and looks as far ahead or further, is over that. Kept in order from look to look: what has
 * changed is merged in.
 */
final class ExitOrder {

    /** Exits of one type and country, and which have changed since; orders read that log at their own pace. */
    static final class Shelf {
        final Set<Candidate> exits = new HashSet<>();
        private final List<Candidate> log = new ArrayList<>();
        private long dropped;

        void changed(Candidate exit) {
            if (log.size() > Math.max(1_000, 2 * exits.size())) {
                dropped += log.size();
                log.clear();
            }
            log.add(exit);
        }
    }

    /** An exit, and what can be expected of it at most. */
    record Bounded(Candidate exit, double most) implements Comparable<Bounded> {

        @Override
        public int compareTo(Bounded other) {
            int byMost = Double.compare(other.most, most);
            return byMost != 0 ? byMost : exit.id.compareTo(other.exit.id);
        }
    }

    private static final double REBUILD_SHARE = 0.25;

    /** So that rounding never puts a standing over it. */
    private static final double SLACK = 1 + 1e-9;

    private final Shelf shelf;
    private final PoolDefinition asked;
    private final long aheadMs;
    private List<Bounded> sorted = new ArrayList<>();
    private long read = -1;

    /**
     * @param asked whose classes of targets count
     * @param aheadMs no pool that is served looks less far ahead
     */
    ExitOrder(Shelf shelf, PoolDefinition asked, long aheadMs) {
        this.shelf = shelf;
        this.asked = asked;
        this.aheadMs = aheadMs;
    }

    /** All of it, the most to be expected first. */
    List<Bounded> now() {
        long end = shelf.dropped + shelf.log.size();
        long unread = end - read;
        if (read < shelf.dropped || unread > REBUILD_SHARE * shelf.exits.size()) {
            sorted = sorted(shelf.exits);
        } else if (unread > 0) {
            merge(shelf.log.subList((int) (read - shelf.dropped), shelf.log.size()));
        }
        read = end;
        return sorted;
    }

    private void merge(List<Candidate> changed) {
        Map<Candidate, Boolean> seen = new HashMap<>();
        changed.forEach(exit -> seen.put(exit, shelf.exits.contains(exit)));
        List<Candidate> still = new ArrayList<>();
        seen.forEach((exit, here) -> {
            if (here) {
                still.add(exit);
            }
        });
        List<Bounded> fresh = sorted(still);
        List<Bounded> merged = new ArrayList<>(sorted.size() + fresh.size());
        int next = 0;
        for (Bounded each : sorted) {
            if (!seen.containsKey(each.exit)) {
                while (next < fresh.size() && fresh.get(next).compareTo(each) < 0) {
                    merged.add(fresh.get(next++));
                }
                merged.add(each);
            }
        }
        merged.addAll(fresh.subList(next, fresh.size()));
        sorted = merged;
    }

    private List<Bounded> sorted(Iterable<Candidate> exits) {
        List<Bounded> bounded = new ArrayList<>();
        for (Candidate exit : exits) {
            if (exit.condition.online() && exit.allowed()) {
                double most = exit.q(asked) * exit.condition.stay(aheadMs) * SLACK;
                if (most > 0) {
                    bounded.add(new Bounded(exit, most));
                }
            }
        }
        Collections.sort(bounded);
        return bounded;
    }
}
