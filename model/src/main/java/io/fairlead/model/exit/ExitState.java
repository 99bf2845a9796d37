package io.fairlead.model.exit;

import io.fairlead.model.PoolType;
import io.fairlead.model.capacity.ExitCapacity;
import io.fairlead.model.policy.BenchmarkPolicy;
import io.fairlead.model.policy.CapacityPolicy;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.DecayedMedian;
import io.fairlead.model.quality.DisconnectionHistory;
import io.fairlead.model.quality.SpeedTerm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * What was told of one exit. Events go in with {@link #apply}, in any order across edges; ratings come out with
 * {@link ExitRating#of}. Plain mutable state for one owner, about 1 KB with one class of targets.
 */
public class ExitState {

    /** Links remembered; over it the one not heard of for longest goes. */
    public static final int MAX_LINKS = 16;

    /** Failures that may wait for a verdict; over it the oldest counts against the exit. */
    public static final int MAX_PENDING = 32;

    /** Classes of targets; over it a class counts as {@link BenchmarkPolicy#OTHER_CLASS}. */
    public static final int MAX_CLASSES = BenchmarkPolicy.MAX_TARGETS + 1;

    /** The exit is idle, for its baseline of connect times, up to this share of its capacity. */
    private static final double IDLE_OCCUPANCY = 0.25;

    /** What a heartbeat told of running requests counts this long, ms: a heartbeat and its jitter. */
    private static final long RUNNING_COUNTS_MS = 18_000;

    public PoolType type = PoolType.UNKNOWN;

    /** Autonomous system; 0: not known. */
    public long asn;

    /** By edge and link. */
    public Map<String, LinkState> links = new HashMap<>(4);

    public DecayedMedian pings = new DecayedMedian();

    /** Times to connect while the exit ran little. */
    public DecayedMedian idleConnects = new DecayedMedian();

    public DisconnectionHistory disconnections = new DisconnectionHistory();
    public ExitCapacity capacity = new ExitCapacity();

    /** By target class. */
    public Map<String, ClassState> classes = new HashMap<>(4);

    public List<Pending> pending = new ArrayList<>(0);

    /** Pchi by the newest heartbeat. */
    public int runningRequests;

    /** When that heartbeat was seen, ms since the Unix epoch. */
    public long runningAtMs;

    /** What the agent accepts at most; 0: not told. */
    public int acceptedRequests;

    /** Why it takes no request, by that heartbeat; empty: it does. */
    public String objection = "";

    /** Newest event, ms since the Unix epoch; 0: none yet. */
    public long newestMs;

    /** Since when it has been online without a break, as far as that was seen, ms since the Unix epoch; 0: not known. */
    public long upSinceMs;

    /**
     * Takes an event in. One that is older than {@link QualityPolicy#maxLatenessMs} against the newest is left to history.
     *
     * @return whether the rating may have changed by enough to look at once
     */
    public boolean apply(ExitEvent event, QualityPolicy quality, CapacityPolicy policy) {
        if (event.atMs() < newestMs - quality.maxLatenessMs()) {
            return false;
        }
        newestMs = Math.max(newestMs, event.atMs());
        if (event instanceof ExitEvent.Attempted attempted) {
            return apply(attempted, quality, policy);
        }
        if (event instanceof ExitEvent.Heartbeat heartbeat) {
            String before = objection;
            apply(heartbeat, quality, policy);
            return !objection.equals(before);
        }
        if (event instanceof ExitEvent.ToldBlocked told) {
            inClass(told.targetClass()).outcomes.blocked(told.atMs());
            return false;
        }
        if (event instanceof ExitEvent.Spared spared) {
            ClassState ofClass = inClass(spared.targetClass());
            boolean before = ofClass.targetFails(spared.atMs());
            ofClass.spare(spared.atMs());
            return !before && ofClass.targetFails(spared.atMs());
        }
        if (event instanceof ExitEvent.Benchmarked benchmarked) {
            apply(benchmarked);
        } else if (event instanceof ExitEvent.Connected connected) {
            apply(connected, quality, policy);
        } else if (event instanceof ExitEvent.Disconnected disconnected) {
            apply(disconnected, quality);
        }
        return true;
    }

    private void apply(ExitEvent.Connected event, QualityPolicy quality, CapacityPolicy policy) {
        know(event.type(), event.asn());
        dropOlderLives(event.edge(), event.edgeEpochMs());
        begin(event.atMs(), quality);
        see(event.edge(), event.edgeEpochMs(), event.link(), event.atMs());
        disconnections.online(event.atMs(), event.atMs());
        if (capacity.capacityRequests == 0) {
            capacity.start(type, event.declaredRequests(), policy);
        }
    }

    private void apply(ExitEvent.Disconnected event, QualityPolicy quality) {
        LinkState link = links.remove(key(event.edge(), event.link()));
        if (link != null && event.atMs() - link.seenMs <= quality.exitSilenceMs()) {
            disconnections.online(link.seenMs, event.atMs());
        }
        if (links.isEmpty()) {
            objection = "";
        }
        if (event.unexpected() && presence(event.atMs(), quality) != Presence.ONLINE) {
            await(new Pending(event.atMs(), event.edge()));
        }
    }

    /** A session begins with a sign of life of an exit that was not online. */
    private void begin(long atMs, QualityPolicy quality) {
        if (upSinceMs == 0 || presence(atMs, quality) != Presence.ONLINE) {
            upSinceMs = atMs;
        }
    }

    /**
     * An edge is not heard any more: what it holds counts for nothing until it shows a sign of life.
     *
     * @param edgeEpochMs start of the process of the edge that fell silent
     * @return whether the exit had a link there
     */
    public boolean edgeSilent(String edge, long edgeEpochMs) {
        String ofTheEdge = edge + '/';
        boolean had = false;
        for (Map.Entry<String, LinkState> each : links.entrySet()) {
            LinkState link = each.getValue();
            if (!link.edgeSilent
                    && link.edgeEpochMs <= edgeEpochMs
                    && each.getKey().startsWith(ofTheEdge)) {
                link.edgeSilent = true;
                had = true;
            }
        }
        return had;
    }

    private void apply(ExitEvent.Heartbeat event, QualityPolicy quality, CapacityPolicy policy) {
        know(event.type(), event.asn());
        dropOlderLives(event.edge(), event.edgeEpochMs());
        begin(event.atMs(), quality);
        long before = see(event.edge(), event.edgeEpochMs(), event.link(), event.atMs());
        boolean unbroken = before > 0 && event.atMs() - before <= quality.exitSilenceMs();
        disconnections.online(unbroken ? before : event.atMs(), event.atMs());
        pings.measured(event.atMs(), event.pingMs());
        if (capacity.capacityRequests == 0) {
            capacity.start(type, event.acceptedRequests(), policy);
        }
        if (event.atMs() >= runningAtMs) {
            runningAtMs = event.atMs();
            runningRequests = event.runningRequests();
            acceptedRequests = event.acceptedRequests();
            objection = event.objection();
        }
    }

    private void apply(ExitEvent.Benchmarked event) {
        switch (event.verdict()) {
            case CARRIED, BLOCKED -> inClass(event.targetClass()).benchmarks.measured(event.atMs(), event.totalMs());
            case AT_FAULT -> inClass(event.targetClass()).benchmarks.failed(event.atMs());
            case AMBIGUOUS -> await(new Pending(event.atMs(), event.target(), event.targetClass(), true));
            case OVERLOADED, NOTHING -> {}
        }
    }

    private boolean apply(ExitEvent.Attempted event, QualityPolicy quality, CapacityPolicy policy) {
        long atMs = event.atMs();
        switch (event.verdict()) {
            case CARRIED -> inClass(event.targetClass()).outcomes.succeeded(atMs);
            case BLOCKED -> {
                inClass(event.targetClass()).outcomes.succeeded(atMs);
                inClass(event.targetClass()).outcomes.blocked(atMs);
            }
            case AT_FAULT -> inClass(event.targetClass()).outcomes.failed(atMs);
            case OVERLOADED -> {
                capacity.overloaded(atMs, running(event), policy);
                return true;
            }
            case AMBIGUOUS -> await(new Pending(atMs, event.target(), event.targetClass(), false));
            case NOTHING -> {
                return false;
            }
        }
        int before = capacity.capacityRequests;
        learn(event, quality, policy);
        return event.verdict() == Verdict.AT_FAULT || capacity.capacityRequests != before;
    }

    /** What the time to connect says of capacity. */
    private void learn(ExitEvent.Attempted event, QualityPolicy quality, CapacityPolicy policy) {
        if (event.connectMs() <= 0) {
            return;
        }
        int running = running(event);
        if (running <= Math.max(1, IDLE_OCCUPANCY * capacity.capacityRequests)) {
            idleConnects.measured(event.atMs(), event.connectMs());
        }
        boolean crowded = running >= policy.growOccupancy() * capacity.capacityRequests;
        if (crowded && ExitCapacity.slowConnect(event.connectMs(), idleConnectMs(event.atMs(), quality), policy)) {
            capacity.overloaded(event.atMs(), running, policy);
        } else if (event.verdict() == Verdict.CARRIED || event.verdict() == Verdict.BLOCKED) {
            capacity.completed(running, policy);
        }
    }

    /** Its edge's own count, or the agent's over all edges where that was told lately: one of several edges never fills an exit. */
    private int running(ExitEvent.Attempted event) {
        boolean told = Math.abs(event.atMs() - runningAtMs) <= RUNNING_COUNTS_MS;
        return told ? Math.max(event.runningRequests(), runningRequests) : event.runningRequests();
    }

    private double idleConnectMs(long atMs, QualityPolicy quality) {
        return idleConnects.isEmpty()
                ? SpeedTerm.MISSING
                : idleConnects.medianMs(atMs, (double) quality.successHalfLifeMs());
    }

    /**
     * Settles the failures and losses that have waited long enough: those that a target's or an edge's fault covers are forgotten, the others
     * count against the exit.
     *
     * @return whether any counted
     */
    public boolean settle(long nowMs, QualityPolicy quality, TargetFaults faults) {
        boolean counted = false;
        for (Iterator<Pending> each = pending.iterator(); each.hasNext(); ) {
            Pending failure = each.next();
            if (failure.atMs + quality.verdictWaitMs() <= nowMs) {
                each.remove();
                boolean spared = failure.lostEdge.isEmpty()
                        ? faults.covers(failure.target, failure.atMs)
                        : faults.coversLoss(failure.lostEdge, failure.atMs);
                if (!spared) {
                    count(failure);
                    counted = true;
                }
            }
        }
        return counted;
    }

    /** When the next failure will have waited long enough, ms since the Unix epoch; {@link Long#MAX_VALUE}: none waits. */
    public long nextSettlementMs(QualityPolicy quality) {
        long next = Long.MAX_VALUE;
        for (Pending failure : pending) {
            next = Math.min(next, failure.atMs + quality.verdictWaitMs());
        }
        return next;
    }

    /** Whether it can be reached. */
    public Presence presence(long nowMs, QualityPolicy quality) {
        if (links.isEmpty()) {
            return Presence.OFFLINE;
        }
        return nowMs - seenMs() < quality.exitSilenceMs() ? Presence.ONLINE : Presence.SILENT;
    }

    /** Newest sign of life of any link whose edge is heard, ms since the Unix epoch; 0: no link. */
    public long seenMs() {
        long newest = 0;
        for (LinkState link : links.values()) {
            newest = link.edgeSilent ? newest : Math.max(newest, link.seenMs);
        }
        return newest;
    }

    private void await(Pending failure) {
        if (pending.size() >= MAX_PENDING) {
            count(pending.remove(0));
        }
        pending.add(failure);
    }

    private void count(Pending failure) {
        if (!failure.lostEdge.isEmpty()) {
            disconnections.disconnected(failure.atMs);
            return;
        }
        ClassState state = inClass(failure.targetClass);
        if (failure.benchmark) {
            state.benchmarks.failed(failure.atMs);
        } else {
            state.outcomes.failed(failure.atMs);
        }
    }

    private ClassState inClass(String targetClass) {
        ClassState known = classes.get(targetClass);
        if (known != null) {
            return known;
        }
        String name = classes.size() < MAX_CLASSES - 1 ? targetClass : BenchmarkPolicy.OTHER_CLASS;
        return classes.computeIfAbsent(name, n -> new ClassState());
    }

    private void know(PoolType told, long toldAsn) {
        type = told == PoolType.UNKNOWN ? type : told;
        asn = toldAsn == 0 ? asn : toldAsn;
    }

    /** Links that an earlier process of this edge held ended with it, and told nobody. */
    private void dropOlderLives(String edge, long edgeEpochMs) {
        if (links.isEmpty()) {
            return;
        }
        String ofTheEdge = edge + '/';
        links.entrySet()
                .removeIf(link -> link.getValue().edgeEpochMs < edgeEpochMs
                        && link.getKey().startsWith(ofTheEdge));
    }

    /** A link shows a sign of life. Returns when it did before; 0: never. */
    private long see(String edge, long edgeEpochMs, String name, long atMs) {
        String key = key(edge, name);
        LinkState link = links.get(key);
        if (link == null) {
            if (links.size() >= MAX_LINKS) {
                forgetOldestLink();
            }
            links.put(key, new LinkState(edgeEpochMs, atMs));
            return 0;
        }
        long before = link.seenMs;
        link.edgeSilent = false;
        link.seenMs = Math.max(before, atMs);
        link.edgeEpochMs = Math.max(link.edgeEpochMs, edgeEpochMs);
        return before;
    }

    private void forgetOldestLink() {
        String oldest = "";
        long oldestMs = Long.MAX_VALUE;
        for (Map.Entry<String, LinkState> link : links.entrySet()) {
            if (link.getValue().seenMs < oldestMs) {
                oldestMs = link.getValue().seenMs;
                oldest = link.getKey();
            }
        }
        links.remove(oldest);
    }

    private static String key(String edge, String link) {
        return edge + '/' + link;
    }
}
