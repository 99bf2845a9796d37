package io.fairlead.proxy.front;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.pick.ExitChooser;
import io.fairlead.proxy.pick.Lender;
import io.fairlead.proxy.pick.PickRequest;
import io.fairlead.proxy.pick.Slot;
import io.fairlead.schemas.telemetry.DisconnectReason;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Chooses the first exit by name that has room: tests can tell which one it will be. Remembers how full exits ever were. */
public final class CountedExits implements ExitChooser, ExitEvents {

    private record Counted(int number, ExitInfo info, int capacity, AtomicInteger running, AtomicInteger most) {}

    private final Map<String, Counted> exits = new ConcurrentSkipListMap<>();
    private final List<Counted> byNumber = new CopyOnWriteArrayList<>();
    private final Lender lender = new AllSlots();
    final AtomicInteger picks = new AtomicInteger();
    final AtomicInteger releases = new AtomicInteger();

    @Override
    public boolean pick(PickRequest request, Slot into) {
        int candidates = 0;
        into.full(false);
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
                into.full(!request.only().isEmpty());
                continue;
            }
            exit.most.accumulateAndGet(running, Math::max);
            picks.incrementAndGet();
            into.fill(lender, exit.number, running, exit.capacity, false, false, candidates, "first");
            return true;
        }
        return false;
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
        synchronized (byNumber) {
            Counted counted = new Counted(
                    byNumber.size(), exit, exit.declaredCapacityRequests(), new AtomicInteger(), new AtomicInteger());
            byNumber.add(counted);
            exits.put(exit.exitId(), counted);
        }
    }

    @Override
    public void offline(String exitId, DisconnectReason reason) {
        exits.remove(exitId);
    }

    @Override
    public void heartbeat(ExitLoad load) {}

    private final class AllSlots implements Lender {

        @Override
        public String exitId(int exit) {
            return byNumber.get(exit).info.exitId();
        }

        @Override
        public PoolType poolType(int exit) {
            return byNumber.get(exit).info.poolType();
        }

        @Override
        public long asn(int exit) {
            return byNumber.get(exit).info.asn();
        }

        @Override
        public long scoreJobEpoch(int exit) {
            return 7;
        }

        @Override
        public long scoreCounter(int exit) {
            return 8;
        }

        @Override
        public void takeBack(int exit) {
            byNumber.get(exit).running.decrementAndGet();
            releases.incrementAndGet();
        }
    }
}
