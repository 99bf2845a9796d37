package io.fairlead.proxy.attempt;

import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.TargetOutcome;

/** Where records about requests go. Called on event loops: must not block. Whoever sends a record fills in its header. */
public interface RequestTelemetry {

    /** Keyed by the exit's id. */
    void attempt(ProxiedAttempt attempt);

    /** What a customer told. Keyed by the exit's id. */
    default void outcome(TargetOutcome outcome) {}

    /** Keyed by the tenant. */
    void request(ProxiedRequest request);
}
