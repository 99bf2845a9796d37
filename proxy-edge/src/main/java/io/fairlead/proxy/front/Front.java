package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Attempts;
import io.fairlead.proxy.feedback.Feedback;
import io.fairlead.proxy.lease.Leases;
import io.fairlead.proxy.tenant.TenantGate;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What all user connections of an edge share.
 *
 * @param certificate null: TLS is not spoken
 */
record Front(
        String edgeId,
        FrontSettings settings,
        TenantGate gate,
        Attempts attempts,
        IdleTunnels idleTunnels,
        Leases leases,
        Feedback feedback,
        FrontCounters counters,
        @Nullable UserCertificate certificate,
        Pressure pressure,
        AtomicBoolean draining) {

    /** Whether connections may wait for another request. */
    boolean keepsConnections() {
        return !draining.get() && !pressure.atLeast(Pressure.Step.NO_KEEP_ALIVE);
    }
}
