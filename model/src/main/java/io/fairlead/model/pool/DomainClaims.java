package io.fairlead.model.pool;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * For which domains one exit is whose. No two domains of different pools overlap here, so that for each host at most one pool may use the exit.
 *
 * <p>From the assignment on that tells of a claim, nobody but its pool may use the exit for the domain. The pool may when every edge knows that assignment:
 *
 * <pre>
 * JOINING   the pool has joined, and does not have the exit yet       → GRANTED, when every edge knows; gone, when the pool leaves
 * SETTLING  the pool had the exit already, and goes on as before;
 *           that it is alone is promised when every edge knows        → GRANTED, when every edge knows; gone, when the pool leaves
 * GRANTED   the pool alone uses the exit for the domain               → GOING, when the pool leaves; gone, when only its exclusivity ends
 * GOING     the pool has left; it is nobody's                         → gone, when every edge knows
 * </pre>
 */
final class DomainClaims {

    /** Most domains that one exit is kept for: all of them are told in one record. */
    static final int MOST = 256;

    /** How far a claim is. */
    enum Phase {
        JOINING,
        SETTLING,
        GRANTED,
        GOING
    }

    /**
     * One domain.
     *
     * @param untilMs when it ends, ms since the Unix epoch; 0: with the pool's definition
     * @param after what every edge has to know for the next phase; {@link Stamp#NONE}: it is not told yet, or GRANTED
     */
    record Claim(String domain, String pool, long untilMs, Phase phase, Stamp after) {

        private Claim in(Phase next) {
            return new Claim(domain, pool, untilMs, next, Stamp.NONE);
        }

        private boolean isUntold() {
            return phase != Phase.GRANTED && after.equals(Stamp.NONE);
        }
    }

    private final TreeMap<String, Claim> byDomain = new TreeMap<>();

    boolean isEmpty() {
        return byDomain.isEmpty();
    }

    /** All of them, by domain. */
    Collection<Claim> all() {
        return byDomain.values();
    }

    /** A claim that bars a pool from these domains: another's, or one that is still to be let go of; null: none. */
    @Nullable
    Claim barring(String pool, List<String> domains) {
        if (domains.isEmpty()) {
            return null;
        }
        for (Claim each : byDomain.values()) {
            if (!each.pool.equals(pool) || each.phase == Phase.GOING) {
                for (String domain : domains) {
                    if (DomainName.overlap(each.domain, domain)) {
                        return each;
                    }
                }
            }
        }
        return null;
    }

    /** Whether there is room for these beside those of others. */
    boolean haveRoom(String pool, List<String> domains) {
        return domains.isEmpty()
                || byDomain.values().stream()
                                        .filter(each -> !each.pool.equals(pool))
                                        .count()
                                + domains.size()
                        <= MOST;
    }

    /** Whether its pool joined and does not have the exit yet. */
    boolean isJoining(String pool) {
        for (Claim each : byDomain.values()) {
            if (each.phase == Phase.JOINING && each.pool.equals(pool)) {
                return true;
            }
        }
        return false;
    }

    /** A pool joins: it has the exit when every edge knows for which domains. Nothing may bar it. */
    void join(String pool, List<String> domains, long untilMs) {
        domains.forEach(domain -> byDomain.put(domain, new Claim(domain, pool, untilMs, Phase.JOINING, Stamp.NONE)));
    }

    /**
     * The domains of a pool that has the exit, as they are from now on. One that is still to be let go of by somebody, or overlaps another's, is left out.
     *
     * @return whether anything is to be told
     */
    boolean keep(String pool, List<String> domains, long untilMs) {
        if (domains.isEmpty() && byDomain.isEmpty()) {
            return false;
        }
        Phase first = isJoining(pool) ? Phase.JOINING : Phase.SETTLING;
        boolean changed = byDomain.values()
                .removeIf(
                        each -> each.pool.equals(pool) && each.phase != Phase.GOING && !domains.contains(each.domain));
        for (String domain : domains) {
            Claim present = byDomain.get(domain);
            if (present != null && present.pool.equals(pool) && present.phase != Phase.GOING) {
                if (present.untilMs != untilMs) {
                    byDomain.put(domain, new Claim(domain, pool, untilMs, present.phase, present.after));
                    changed = true;
                }
            } else if (barring(pool, List.of(domain)) == null) {
                byDomain.put(domain, new Claim(domain, pool, untilMs, first, Stamp.NONE));
                changed = true;
            }
        }
        return changed;
    }

    /** A pool leaves: what it was promised is nobody's until every edge knows. */
    void leave(String pool) {
        byDomain.values()
                .removeIf(each ->
                        each.pool.equals(pool) && (each.phase == Phase.JOINING || each.phase == Phase.SETTLING));
        byDomain.replaceAll(
                (domain, each) -> each.pool.equals(pool) && each.phase == Phase.GRANTED ? each.in(Phase.GOING) : each);
    }

    /** What a former start had given stays nobody's until every edge knows. */
    void former(Map<String, String> poolByDomain) {
        poolByDomain.forEach(
                (domain, pool) -> byDomain.put(domain, new Claim(domain, pool, 0, Phase.GOING, Stamp.NONE)));
    }

    /** An assignment tells all of this. */
    void told(Stamp stamp) {
        byDomain.replaceAll((domain, each) ->
                each.isUntold() ? new Claim(domain, each.pool, each.untilMs, each.phase, stamp) : each);
    }

    /** Whether edges have still to hear of any of it. */
    boolean isWaiting() {
        for (Claim each : byDomain.values()) {
            if (each.phase != Phase.GRANTED) {
                return true;
            }
        }
        return false;
    }

    /**
     * Goes on with what every edge knows.
     *
     * @return whether anything is to be told
     */
    boolean settle(Predicate<Stamp> known) {
        boolean changed = false;
        for (Claim each : List.copyOf(byDomain.values())) {
            if (!each.after.equals(Stamp.NONE) && known.test(each.after)) {
                changed = true;
                if (each.phase == Phase.GOING) {
                    byDomain.remove(each.domain);
                } else {
                    byDomain.put(each.domain, each.in(Phase.GRANTED));
                }
            }
        }
        return changed;
    }

    /** As edges and people are told. */
    List<Assignment.Exclusive> told() {
        if (byDomain.isEmpty()) {
            return List.of();
        }
        List<Assignment.Exclusive> all = new ArrayList<>(byDomain.size());
        byDomain.values()
                .forEach(each -> all.add(
                        new Assignment.Exclusive(each.domain, each.pool, each.untilMs, each.phase == Phase.GRANTED)));
        return all;
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(byDomain.size());
        for (Claim each : byDomain.values()) {
            out.writeUTF(each.domain);
            out.writeUTF(each.pool);
            out.writeLong(each.untilMs);
            out.writeUTF(each.phase.name());
            out.writeLong(each.after.epoch());
            out.writeLong(each.after.counter());
        }
    }

    static DomainClaims read(DataInput in) throws IOException {
        DomainClaims claims = new DomainClaims();
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
            String domain = in.readUTF();
            claims.byDomain.put(
                    domain,
                    new Claim(
                            domain,
                            in.readUTF(),
                            in.readLong(),
                            Phase.valueOf(in.readUTF()),
                            new Stamp(in.readLong(), in.readLong())));
        }
        return claims;
    }
}
