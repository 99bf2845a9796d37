package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Attempts;
import io.fairlead.proxy.lease.Leases;
import io.fairlead.proxy.tenant.TenantGate;
import java.util.concurrent.atomic.AtomicBoolean;

/** What all user connections of an edge share. */
record Front(
        String edgeId,
        FrontSettings settings,
        TenantGate gate,
        Attempts attempts,
        IdleTunnels idleTunnels,
        Leases leases,
        FrontCounters counters,
        AtomicBoolean draining) {}
