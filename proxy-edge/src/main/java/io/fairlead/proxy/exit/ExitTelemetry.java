package io.fairlead.proxy.exit;

import org.apache.avro.specific.SpecificRecordBase;

/** Where records about exits go. Called on event loops: must not block. Whoever sends the record fills in its header. */
@FunctionalInterface
public interface ExitTelemetry {

    /** Takes one of ExitConnected, ExitDisconnected, ExitHeartbeat, ExitBenchmarked; keyed by the exit's id. */
    void tell(String exitId, SpecificRecordBase record);
}
