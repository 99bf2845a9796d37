package io.fairlead.proxy.attempt;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;

/**
 * Why a request was not served.
 *
 * @param detail one sentence, safe to show to the user
 * @param exitId exit of the try that failed last; empty: none was tried
 */
public record Failure(Outcome outcome, FaultLayer layer, String detail, String exitId) {}
