package io.fairlead.proxy.benchmark;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;

/**
 * What one benchmark found.
 *
 * @param connectUs until the exit had connected, µs; 0: it did not
 * @param totalUs until the last byte of the answer, or the failure, µs
 * @param status HTTP status; 0: none came
 */
record BenchmarkResult(Outcome outcome, FaultLayer layer, long connectUs, long totalUs, int status) {

    boolean ok() {
        return outcome == Outcome.OK;
    }

    /** Failed, and not because of the target or for want of a free slot: worth asking again soon. */
    boolean suspicious() {
        return !ok() && layer != FaultLayer.TARGET && layer != FaultLayer.CAPACITY;
    }
}
