package io.fairlead.proxy.feedback;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A request that was carried through an exit, as long as a customer may tell of it. */
public final class RecentRequest {

    private static final int NOTHING = 0;
    private static final int FINE = 1;
    private static final int BLOCKED = 2;

    final String id;
    final String tenant;
    final String pool;
    final String session;
    final String exitId;
    final String host;
    final String toldHost;
    final String targetClass;
    final long atNanos;
    private final AtomicInteger known = new AtomicInteger(NOTHING);

    /** The one before it in its session, while that is remembered. */
    volatile @Nullable RecentRequest previous;

    /**
     * @param session name; empty: none
     * @param host that was asked for, in lower case
     * @param toldHost the same as telemetry names it
     * @param atNanos when the exit was connected, by the nano clock
     */
    public RecentRequest(
            String id,
            String tenant,
            String pool,
            String session,
            String exitId,
            String host,
            String toldHost,
            String targetClass,
            long atNanos) {
        this.id = id;
        this.tenant = tenant;
        this.pool = pool;
        this.session = session;
        this.exitId = exitId;
        this.host = host;
        this.toldHost = toldHost;
        this.targetClass = targetClass;
        this.atNanos = atNanos;
    }

    /** The edge itself has seen that the target blocked: to be told so is nothing new. */
    public void seenBlocked() {
        known.set(BLOCKED);
    }

    /** Takes in what is told; false: no worse was known before. */
    boolean isNew(boolean blocked) {
        int told = blocked ? BLOCKED : FINE;
        return known.getAndAccumulate(told, Math::max) < told;
    }
}
