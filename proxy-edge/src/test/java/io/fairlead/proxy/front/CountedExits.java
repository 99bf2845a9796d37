package io.fairlead.proxy.front;

import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.pick.ExitChooser;
import io.fairlead.proxy.pick.PickRequest;
import io.fairlead.proxy.pick.Slot;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.PoolType;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Chooses the first exit by name that has room: tests can tell which one it will be. Remembers how full exits ever were. */
public final class CountedExits implements ExitChooser, ExitEvents {

    private record Counted(ExitInfo info, int capacity, AtomicInteger running, AtomicInteger most) {}

    private final Map<String, Counted> exits = new ConcurrentSkipListMap<>();
    final AtomicInteger picks = new AtomicInteger();
    final AtomicInteger releases = new AtomicInteger();

    @Override
    public Slot pick(PickRequest request) {
        int candidates = 0;
        for (Counted exit : exits.values()) {
            boolean eligible = exit.info.pools().contains(request.pool())
                    && exit.info.consent()
                    && request.where().covers(exit.info.location())
                    && (request.only().isEmpty() || request.only().equals(exit.info.exitId()))
                    && !request.tried().contains(exit.info.exitId());
            if (!eligible) {
                continue;
            }
            candidates++;
            int running = exit.running.incrementAndGet();
            if (running > exit.capacity) {
                exit.running.decrementAndGet();
                continue;
            }
            exit.most.accumulateAndGet(running, Math::max);
            picks.incrementAndGet();
            return new Taken(exit, running, candidates);
        }
        return null;
    }

    public int running() {
        return exits.values().stream().mapToInt(exit -> exit.running.get()).sum();
    }

    public int mostRunning(String exitId) {
        return exits.get(exitId).most.get();
    }

    public Set<String> online() {
        return exits.keySet();
    }

    @Override
    public void online(ExitInfo exit) {
        exits.put(
                exit.exitId(),
                new Counted(exit, exit.declaredCapacityRequests(), new AtomicInteger(), new AtomicInteger()));
    }

    @Override
    public void offline(String exitId, DisconnectReason reason) {
        exits.remove(exitId);
    }

    @Override
    public void heartbeat(ExitLoad load) {}

    private final class Taken implements Slot {

        private final Counted exit;
        private final int running;
        private final int candidates;
        private final AtomicBoolean released = new AtomicBoolean();

        Taken(Counted exit, int running, int candidates) {
            this.exit = exit;
            this.running = running;
            this.candidates = candidates;
        }

        @Override
        public String exitId() {
            return exit.info.exitId();
        }

        @Override
        public PoolType poolType() {
            return exit.info.poolType();
        }

        @Override
        public long asn() {
            return exit.info.asn();
        }

        @Override
        public int running() {
            return running;
        }

        @Override
        public int capacity() {
            return exit.capacity;
        }

        @Override
        public long scoreJobEpoch() {
            return 7;
        }

        @Override
        public long scoreCounter() {
            return 8;
        }

        @Override
        public boolean local() {
            return false;
        }

        @Override
        public boolean exploration() {
            return false;
        }

        @Override
        public int candidates() {
            return candidates;
        }

        @Override
        public String policy() {
            return "first";
        }

        @Override
        public void release() {
            if (released.compareAndSet(false, true)) {
                exit.running.decrementAndGet();
                releases.incrementAndGet();
            }
        }
    }
}
