package io.fairlead.proxy.front;

import io.fairlead.proxy.exit.Target;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tunnels that wait for the next request of the same tenant, through the same exit, to the same target. They hold no slot,
 * but the exit's agent counts them: so an exit keeps no more of them than its capacity leaves over, and gives one up before
 * another is opened. Thread-safe.
 */
final class IdleTunnels {

    private record Idle(String tenant, Target target, OriginConnection connection, long sinceNanos) {

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private final FrontSettings settings;
    private final LongSupplier nanoClock;
    private final ConcurrentHashMap<String, ArrayDeque<Idle>> byExit = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    IdleTunnels(FrontSettings settings, LongSupplier nanoClock) {
        this.settings = settings;
        this.nanoClock = nanoClock;
    }

    /** How many wait now. */
    int count() {
        return count.get();
    }

    /**
     * One that fits, the most recently used first; null: none. One of another event loop is taken only if it has no socket of its own: such a
     * tunnel lives where the exit's link does, while another socket can as well be opened on the user's loop, where each request then costs less.
     */
    @Nullable
    OriginConnection take(String tenant, String exitId, Target target, EventLoop preferred) {
        if (count.get() == 0) {
            return null;
        }
        Taking taking = new Taking(tenant, target, preferred);
        byExit.computeIfPresent(exitId, taking);
        Idle taken = taking.taken;
        if (taken == null) {
            return null;
        }
        count.decrementAndGet();
        return taken.connection;
    }

    private static final class Taking implements BiFunction<String, ArrayDeque<Idle>, ArrayDeque<Idle>> {

        private final String tenant;
        private final Target target;
        private final EventLoop preferred;
        private @Nullable Idle taken;

        Taking(String tenant, Target target, EventLoop preferred) {
            this.tenant = tenant;
            this.target = target;
            this.preferred = preferred;
        }

        @Override
        public @Nullable ArrayDeque<Idle> apply(String exitId, ArrayDeque<Idle> idle) {
            Idle best = null;
            for (Iterator<Idle> each = idle.descendingIterator(); each.hasNext(); ) {
                Idle one = each.next();
                boolean near = one.connection.eventLoop() == preferred;
                if ((near || (best == null && !one.connection.hasOwnSocket())) && fits(one)) {
                    best = one;
                    if (near) {
                        break;
                    }
                }
            }
            if (best != null) {
                idle.removeLastOccurrence(best);
                taken = best;
            }
            return idle.isEmpty() ? null : idle;
        }

        private boolean fits(Idle one) {
            return one.target.equals(target) && one.tenant.equals(tenant) && one.connection.usable();
        }
    }

    /**
     * Keeps a tunnel, or closes it if there is no room.
     *
     * @param former who has used it until now
     * @param spareRequests what the exit's capacity leaves over beside its running requests
     */
    void put(
            String tenant,
            String exitId,
            Target target,
            OriginConnection connection,
            OriginConnection.User former,
            int spareRequests) {
        int room = Math.min(settings.maxIdleTunnelsPerExit(), spareRequests);
        if (room <= 0 || count.get() >= settings.maxIdleTunnels() || !connection.usable()) {
            connection.close();
            return;
        }
        connection.detach(former);
        List<OriginConnection> surplus = new ArrayList<>(0);
        byExit.compute(exitId, (id, present) -> {
            ArrayDeque<Idle> idle = present == null ? new ArrayDeque<>() : present;
            idle.addLast(new Idle(tenant, target, connection, nanoClock.getAsLong()));
            count.incrementAndGet();
            shrink(idle, room, surplus);
            return idle;
        });
        surplus.forEach(OriginConnection::close);
    }

    /** Makes room at an exit for a tunnel that is about to be opened: closes the oldest ones over what is spare. */
    void makeRoom(String exitId, int spareRequests) {
        if (count.get() == 0) {
            return;
        }
        List<OriginConnection> surplus = new ArrayList<>(0);
        byExit.computeIfPresent(exitId, (id, idle) -> {
            shrink(idle, Math.max(0, spareRequests), surplus);
            return idle.isEmpty() ? null : idle;
        });
        surplus.forEach(OriginConnection::close);
    }

    /** Closes those that have waited too long, or have ended. To be called about every second. */
    void sweep() {
        long oldest = nanoClock.getAsLong() - TimeUnit.MILLISECONDS.toNanos(settings.idleTunnelMs());
        closeWhere(oldest);
    }

    void closeAll() {
        closeWhere(nanoClock.getAsLong() + 1);
    }

    private void closeWhere(long sinceBefore) {
        List<OriginConnection> over = new ArrayList<>();
        for (String exitId : byExit.keySet()) {
            byExit.computeIfPresent(exitId, (id, idle) -> {
                idle.removeIf(one -> {
                    boolean goes = one.sinceNanos - sinceBefore < 0 || !one.connection.usable();
                    if (goes) {
                        count.decrementAndGet();
                        over.add(one.connection);
                    }
                    return goes;
                });
                return idle.isEmpty() ? null : idle;
            });
        }
        over.forEach(OriginConnection::close);
    }

    private void shrink(ArrayDeque<Idle> idle, int room, List<OriginConnection> surplus) {
        while (idle.size() > room) {
            Idle oldest = idle.pollFirst();
            if (oldest == null) {
                return;
            }
            count.decrementAndGet();
            surplus.add(oldest.connection);
        }
    }
}
