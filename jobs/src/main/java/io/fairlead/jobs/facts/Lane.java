package io.fairlead.jobs.facts;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.wire.TelemetryPeek;
import io.fairlead.schemas.wire.UnreadableRecordException;
import org.apache.flink.api.java.functions.KeySelector;

/**
 * The lane of a record: telemetry of one edge, epoch, topic and partition is numbered as one lane; everything else shares
 * the lane of its topic partition, where nothing is numbered.
 */
final class Lane implements KeySelector<RawRecord, String> {

    private static final long serialVersionUID = 1L;
    private static final String TELEMETRY = "fairlead.telemetry.";

    static boolean numbered(RawRecord record) {
        return record.topic().startsWith(TELEMETRY);
    }

    @Override
    public String getKey(RawRecord record) {
        byte[] value = record.value();
        if (value != null && numbered(record)) {
            try {
                TelemetryPeek peek = TelemetryPeek.peek(value);
                return record.topic() + '/' + peek.partition() + '/' + peek.edgeEpochMs() + '/' + peek.edgeId();
            } catch (UnreadableRecordException rubbish) {
                // The reader of the lane says why it can't be read, to the topic of dead letters.
                return record.topic() + '/' + record.partition();
            }
        }
        return record.topic() + '/' + record.partition();
    }
}
