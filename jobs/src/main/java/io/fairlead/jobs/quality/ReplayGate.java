package io.fairlead.jobs.quality;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds whoever reads a recording until what was read has gone through all operators, so that a replay decides the same however fast it runs.
 * Both ends are in one process: a replay has one task of each operator.
 */
final class ReplayGate {

    private static final Map<String, ReplayGate> OPEN = new ConcurrentHashMap<>();

    private long passedMs = Long.MIN_VALUE;

    private ReplayGate() {}

    /** The gate of a replay, by the file that its result goes to. */
    static ReplayGate of(String name) {
        return OPEN.computeIfAbsent(name, n -> new ReplayGate());
    }

    /** Nobody asks for it any more. */
    static void forget(String name) {
        OPEN.remove(name);
    }

    /** All up to this event time is through. */
    synchronized void pass(long watermarkMs) {
        passedMs = Math.max(passedMs, watermarkMs);
        notifyAll();
    }

    /** Waits until all up to this event time is through. */
    synchronized void await(long watermarkMs) throws InterruptedException {
        while (passedMs < watermarkMs) {
            wait();
        }
    }
}
