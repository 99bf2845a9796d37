package io.fairlead.proxy.agent;

import io.fairlead.proxy.link.LoadLine;
import java.util.concurrent.atomic.AtomicInteger;

/** What the agent runs, and what it may: the one place that sees all its links. Any thread. */
final class AgentLoad {

    private final AtomicInteger running = new AtomicInteger();
    private volatile int capacityRequests;
    private volatile boolean consent;
    private volatile boolean ownerActive;
    private volatile int batteryPercent = -1;

    AgentLoad(int capacityRequests, boolean consent) {
        this.capacityRequests = capacityRequests;
        this.consent = consent;
    }

    /** Takes a place; false: all are taken. */
    boolean enter() {
        for (; ; ) {
            int now = running.get();
            if (now >= capacityRequests) {
                return false;
            }
            if (running.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    void leave() {
        running.decrementAndGet();
    }

    int running() {
        return running.get();
    }

    boolean consent() {
        return consent;
    }

    void capacityRequests(int requests) {
        capacityRequests = requests;
    }

    void consent(boolean agreed) {
        consent = agreed;
    }

    void device(boolean active, int battery) {
        ownerActive = active;
        batteryPercent = battery;
    }

    LoadLine line(long heartbeat) {
        return new LoadLine(heartbeat, running.get(), capacityRequests, consent, ownerActive, batteryPercent);
    }
}
