package io.fairlead.proxy.link;

import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.Outcome;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the links of this process have done since it started. Any thread. */
public final class LinkCounters {

    /** Why a connection never became a link. */
    public enum Rejection {
        TLS,
        NO_IDENTITY,
        NOT_ADMITTED,
        RUBBISH,
        IDENTITY_LIE,
        HELLO_TIMEOUT,
        OLDER_PROCESS,
        TOO_MANY
    }

    private final Map<Rejection, LongAdder> rejections = adders(Rejection.class);
    private final Map<DisconnectReason, LongAdder> disconnects = adders(DisconnectReason.class);
    private final Map<Outcome, LongAdder> tunnelOutcomes = adders(Outcome.class);
    private final LongAdder accepted = new LongAdder();
    private final LongAdder established = new LongAdder();
    private final LongAdder heartbeats = new LongAdder();
    private final AtomicInteger unproven = new AtomicInteger();

    void rejected(Rejection why) {
        count(rejections, why);
    }

    void disconnected(DisconnectReason why) {
        count(disconnects, why);
    }

    void tunnel(Outcome outcome) {
        count(tunnelOutcomes, outcome);
    }

    void wasEstablished() {
        established.increment();
    }

    void heartbeat() {
        heartbeats.increment();
    }

    /** Counts a new connection; false: there are too many without a hello. */
    boolean enterUnproven(int most) {
        accepted.increment();
        if (unproven.incrementAndGet() <= most) {
            return true;
        }
        unproven.decrementAndGet();
        return false;
    }

    void leaveUnproven() {
        unproven.decrementAndGet();
    }

    public long rejections(Rejection why) {
        return sum(rejections, why);
    }

    public long disconnects(DisconnectReason why) {
        return sum(disconnects, why);
    }

    /** Tunnels asked for that ended up so; {@code OK}: opened. */
    public long tunnels(Outcome outcome) {
        return sum(tunnelOutcomes, outcome);
    }

    public long accepted() {
        return accepted.sum();
    }

    public long established() {
        return established.sum();
    }

    public long heartbeats() {
        return heartbeats.sum();
    }

    public int unproven() {
        return unproven.get();
    }

    /** Complete from the start and never changed after: may be read by any thread. */
    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        Map<E, LongAdder> adders = new EnumMap<>(type);
        for (E value : type.getEnumConstants()) {
            adders.put(value, new LongAdder());
        }
        return adders;
    }

    private static <E extends Enum<E>> void count(Map<E, LongAdder> adders, E value) {
        LongAdder adder = adders.get(value);
        if (adder != null) {
            adder.increment();
        }
    }

    private static <E extends Enum<E>> long sum(Map<E, LongAdder> adders, E value) {
        LongAdder adder = adders.get(value);
        return adder == null ? 0 : adder.sum();
    }
}
