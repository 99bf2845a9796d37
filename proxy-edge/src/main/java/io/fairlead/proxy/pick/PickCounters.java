package io.fairlead.proxy.pick;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** Counts of picks since the process began. */
public final class PickCounters {

    private final LongAdder picks = new LongAdder();
    private final LongAdder explorations = new LongAdder();
    private final LongAdder local = new LongAdder();
    private final LongAdder borrowed = new LongAdder();
    private final LongAdder unserved = new LongAdder();
    private final LongAdder kept = new LongAdder();
    private final LongAdder staleDecisions = new LongAdder();
    private final LongAdder exitsNotKept = new LongAdder();
    private final LongAdder poolsNotJoined = new LongAdder();

    void picked(Slot slot) {
        picks.increment();
        if (slot.exploration()) {
            explorations.increment();
        }
        if (slot.local()) {
            local.increment();
        }
    }

    void borrowedOne() {
        borrowed.increment();
    }

    void noneFound() {
        unserved.increment();
    }

    void keptFromOne() {
        kept.increment();
    }

    void staleDecision() {
        staleDecisions.increment();
    }

    void exitNotKept() {
        exitsNotKept.increment();
    }

    void poolNotJoined() {
        poolsNotJoined.increment();
    }

    /** Slots taken. */
    public long picks() {
        return picks.sum();
    }

    /** Slots taken to explore. */
    public long explorations() {
        return explorations.sum();
    }

    /** Slots taken on local scoring. */
    public long local() {
        return local.sum();
    }

    /** Slots taken of the sibling of the pool that was asked for. */
    public long borrowed() {
        return borrowed.sum();
    }

    /** Asked for, but no eligible exit had room. */
    public long unserved() {
        return unserved.sum();
    }

    /** Asked for, but exits that had room were kept for another pool for the target. */
    public long kept() {
        return kept.sum();
    }

    /** Decisions not applied, because a newer one was there. */
    public long staleDecisions() {
        return staleDecisions.sum();
    }

    /** Decisions and overrides not kept, because the table is full. */
    public long exitsNotKept() {
        return exitsNotKept.sum();
    }

    /** Exits not put into a pool, because there are too many pools. */
    public long poolsNotJoined() {
        return poolsNotJoined.sum();
    }

    void bindTo(MeterRegistry registry, ExitTable table) {
        counter(registry, "fairlead.proxy.picks", picks, "Slots taken");
        counter(registry, "fairlead.proxy.picks.exploring", explorations, "Slots taken to explore");
        counter(registry, "fairlead.proxy.picks.local", local, "Slots taken on local scoring");
        counter(registry, "fairlead.proxy.picks.unserved", unserved, "Picks for which no eligible exit had room");
        counter(
                registry,
                "fairlead.proxy.picks.borrowed",
                borrowed,
                "Slots taken of the sibling of the pool asked for");
        counter(
                registry,
                "fairlead.proxy.picks.kept",
                kept,
                "Picks for which exits had room that another pool has for the target alone");
        counter(registry, "fairlead.proxy.decisions.stale", staleDecisions, "Decisions older than what was held");
        counter(
                registry,
                "fairlead.proxy.exits.not.kept",
                exitsNotKept,
                "Decisions and overrides over the bound of exits");
        counter(
                registry,
                "fairlead.proxy.pools.not.joined",
                poolsNotJoined,
                "Exits kept out of pools over their bound");
        FunctionCounter.builder("fairlead.proxy.rests", table, ExitTable::rests)
                .description("Rests of an exit for a target that blocked it")
                .register(registry);
        FunctionCounter.builder("fairlead.proxy.politeness.forgotten", table, ExitTable::politenessForgotten)
                .description("Pairs of exit and target forgotten over their bound")
                .register(registry);
        Gauge.builder("fairlead.proxy.politeness.pairs", table, ExitTable::politePairs)
                .description("Pairs of exit and target whose politeness is remembered")
                .register(registry);
        Gauge.builder("fairlead.proxy.exits.known", table, ExitTable::knownExits)
                .description("Exits known by link, decision or override")
                .register(registry);
        Gauge.builder("fairlead.proxy.exits.online", table, ExitTable::onlineExits)
                .description("Exits linked here")
                .register(registry);
        Gauge.builder("fairlead.proxy.exits.held.back", table, ExitTable::heldBackExits)
                .description("Exits linked here that their operators' terms hold back now")
                .register(registry);
        Gauge.builder("fairlead.proxy.pools", table, ExitTable::pools)
                .description("Pools with an exit here")
                .register(registry);
        Gauge.builder("fairlead.proxy.pools.short", table, ExitTable::shortPools)
                .description("Curated pools that are forecast to fall short")
                .register(registry);
        Gauge.builder("fairlead.proxy.domains.kept", table, ExitTable::keptDomains)
                .description("Domains that pools have exits here for alone")
                .register(registry);
        Gauge.builder("fairlead.proxy.scoring.local.share", table, ExitTable::localShare)
                .description("How much local scoring counts: 0 decisions alone, 1 local scoring alone")
                .register(registry);
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
