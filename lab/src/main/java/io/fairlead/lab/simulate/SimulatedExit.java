package io.fairlead.lab.simulate;

import io.fairlead.model.PoolType;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The truth of one exit. Nobody but the world and the oracle may look at it. */
final class SimulatedExit {

    final int number;
    final String id;
    final Kind kind;
    final int asn;
    final int trueCapacity;
    final int declaredCapacity;
    final double rttMs;
    final double kilobytesPerSecond;
    final boolean consent;

    /** Tenant that alone may use it; empty: all. */
    final String owner;

    /** Pool that it is in. */
    final String pool;

    boolean killed;

    /** How it went last: unannounced. */
    boolean lastDropped;

    /** It has a link, and edges believe so. */
    boolean online;

    /** The link is dead, and nobody knows it yet. */
    boolean silent;

    long upSinceUs;

    /** Factor on the length of its session. */
    double tide = 1;

    int sessions;
    double failing;
    double slowness = 1;
    double antagonist = 1;
    private final Map<Integer, Long> endedUs = new HashMap<>();
    private final BitSet dropped = new BitSet();
    int running;

    /** As it has told its edges last. */
    int runningTold;

    /** Recent latency of its requests over all edges, as it tells when it is probed; 0: none yet. */
    double toldLatencyMs;

    long busyUs;
    long overUs;
    long farOverUs;
    long onlineUs;
    long countedUs;
    double workUs;
    final long[] blockedUntilUs = new long[World.CLASSES];

    SimulatedExit(int number, Chance chance) {
        this.number = number;
        this.id = "exit-" + number;
        this.kind = Kind.of(chance.share());
        this.asn = 1 + (int) (World.NETWORKS * Math.pow(chance.share(), 1.3));
        this.trueCapacity = Math.max(1, (int) Math.round(chance.lognormal(kind.capacity(), 0.5)));
        this.declaredCapacity = (int) Math.ceil(trueCapacity * chance.between(1, 1.5));
        this.rttMs = chance.lognormal(kind.rttMs(), 0.4);
        this.kilobytesPerSecond = chance.lognormal(kind.kilobytesPerSecond(), 0.4);
        this.consent = !chance.happens(0.02);
        this.owner = chance.happens(0.05) ? World.TENANTS[1] : "";
        this.pool = chance.happens(0.05) ? World.OTHER_POOL : World.POOL;
    }

    PoolType type() {
        return kind.type();
    }

    boolean isFor(String tenant, String wantedPool) {
        return consent && !killed && pool.equals(wantedPool) && (owner.isEmpty() || owner.equals(tenant));
    }

    /** What it can run now without harm. */
    int capacityNow() {
        return Math.max(1, (int) Math.round(antagonist > 1 ? trueCapacity * 0.6 : trueCapacity));
    }

    double rttNowMs() {
        return rttMs * slowness * antagonist;
    }

    /** By how much requests take longer for what runs beside them. */
    double crowding() {
        return crowding(running, capacityNow());
    }

    static double crowding(int running, int capacity) {
        double use = (double) running / capacity;
        return use <= 1 ? 1 + 0.3 * use * use * use * use : 1.3 + 2 * (use - 1);
    }

    /** Times that it was to go between two times of its present session, by its law: the expected number, for one that is still up then. */
    double hazard(long fromUs, long toUs) {
        double from = (fromUs - upSinceUs) / 1e3 / tide;
        double to = (toUs - upSinceUs) / 1e3 / tide;
        return Math.max(
                0, kind.sessions().cumulativeHazard(to) - kind.sessions().cumulativeHazard(from));
    }

    /** A session is over. */
    void ended(long nowUs, boolean dropped) {
        endedUs.put(sessions, nowUs);
        if (dropped) {
            this.dropped.set(sessions);
        }
    }

    /** When a session ended, µs; {@link Long#MAX_VALUE}: it goes on. */
    long endOf(int session) {
        return endedUs.getOrDefault(session, Long.MAX_VALUE);
    }

    /** Whether a session that ended did so unannounced. */
    boolean droppedIn(int session) {
        return dropped.get(session);
    }

    /** Counts the time since the last change. */
    void count(long nowUs) {
        long since = nowUs - Math.max(0, countedUs);
        if (since > 0 && nowUs > 0) {
            onlineUs += online ? since : 0;
            overUs += running > capacityNow() ? since : 0;
            farOverUs += running > capacityNow() + 1 ? since : 0;
            busyUs += running > 0 ? since : 0;
            workUs += (double) running * since;
        }
        countedUs = nowUs;
    }

    void begin(long nowUs, Scenario scenario, Chance chance) {
        upSinceUs = nowUs;
        silent = false;
        sessions++;
        failing = chance.happens(scenario.flakyShare()) ? chance.between(0.3, 0.9) : 0;
        slowness = chance.happens(scenario.slowShare()) ? chance.between(3, 8) : 1;
        Arrays.fill(blockedUntilUs, Long.MIN_VALUE);
    }
}
