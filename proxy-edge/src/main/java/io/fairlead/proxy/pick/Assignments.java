package io.fairlead.proxy.pick;

import io.fairlead.schemas.decisions.PoolAssignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is decided of exits' curated pools, and how long it counts without a word from Kafka. An exit is changed under its monitor, by one control thread;
 * picks read {@link #domains} and {@link #haveLapsed}.
 */
final class Assignments {

    private final TargetDomains domains = new TargetDomains();

    /** Ids of curated pools: who is in them is decided, not declared. */
    private final Set<String> curated = ConcurrentHashMap.newKeySet();

    /** Exits that a pool alone may use, as a whole or for some domains. */
    private final Set<KnownExit> exclusive = ConcurrentHashMap.newKeySet();

    private volatile long unheardMs;
    private volatile boolean domainsLapsed;

    /** Domains that exits here are kept for. */
    TargetDomains domains() {
        return domains;
    }

    /** Kafka was not heard for longer than leases last: exits may be kept for these domains for others by now, and for whom nobody here knows. */
    boolean haveLapsed() {
        return domainsLapsed;
    }

    /** Takes in what is decided of an exit; what it was before counts until the exit has its terms anew, and {@code settled} is told. */
    void assign(KnownExit exit, @Nullable PoolAssignment told, Runnable settled) {
        Assigned before = exit.assigned;
        exit.assigned = told == null ? null : read(told);
        if (exit.assigned != null && exit.assigned.isExclusive()) {
            exclusive.add(exit);
        } else {
            exclusive.remove(exit);
        }
        settled.run();
        if (before != null) {
            before.kept().forEach(each -> domains.drop(each.domain()));
        }
    }

    private Assigned read(PoolAssignment told) {
        List<Terms.Kept> kept = new ArrayList<>(told.getExclusiveDomains().size());
        told.getExclusiveDomains()
                .forEach(each -> kept.add(new Terms.Kept(domains.keep(each.getDomain()), each.getPoolId())));
        Assigned assigned = Assigned.of(told, kept, told.getLeaseMs() < unheardMs);
        if (assigned.lapsed() && !kept.isEmpty()) {
            domainsLapsed = true;
        }
        return assigned;
    }

    /** All pools of an exit, those that it declares among them. */
    Collection<String> pools(KnownExit exit, Collection<String> declared) {
        return assigned(exit).with(declared, curated);
    }

    /** For which domains an exit is kept. */
    List<Terms.Kept> kept(KnownExit exit) {
        return assigned(exit).kept();
    }

    private static Assigned assigned(KnownExit exit) {
        Assigned assigned = exit.assigned;
        return assigned == null ? Assigned.NOT : assigned;
    }

    /** A pool is curated from now on, or no more. @return whether that is new */
    boolean curated(String poolId, boolean now) {
        return now ? curated.add(poolId) : curated.remove(poolId);
    }

    /** How long Kafka was not heard. @return exits to look at, because what is decided of them may count no more, or again */
    Collection<KnownExit> unheard(long ms) {
        unheardMs = ms;
        List<KnownExit> changed = new ArrayList<>();
        boolean lapsed = false;
        for (KnownExit exit : exclusive) {
            Assigned assigned = exit.assigned;
            if (assigned != null) {
                lapsed |= !assigned.kept().isEmpty() && assigned.leaseMs() < ms;
                if (assigned.lapsed() != assigned.leaseMs() < ms) {
                    changed.add(exit);
                }
            }
        }
        domainsLapsed = lapsed;
        return changed;
    }

    /** Lets what is decided of an exit count no more, or again. */
    void lapse(KnownExit exit) {
        Assigned assigned = exit.assigned;
        if (assigned != null) {
            exit.assigned = assigned.lapsed(assigned.leaseMs() < unheardMs);
        }
    }
}
