package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.jobs.source.Recording;
import io.fairlead.schemas.topics.Topics;
import java.nio.file.Path;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Reads a recording, the path of which is its only element, in steps of event time: a watermark ends each, and the next begins when that is
 * through all operators.
 */
final class ReplayReader extends AbstractStreamOperator<RawRecord>
        implements OneInputStreamOperator<String, RawRecord> {

    static final OutputTag<RawRecord> EDGES = new OutputTag<>("reports of edges", RawRecords.TYPE);

    private static final long serialVersionUID = 1L;

    private final String gateName;
    private final long stepMs;
    private final long outOfOrderMs;

    ReplayReader(String gateName, long stepMs, long outOfOrderMs) {
        this.gateName = gateName;
        this.stepMs = stepMs;
        this.outOfOrderMs = outOfOrderMs;
    }

    @Override
    public void processElement(StreamRecord<String> path) throws Exception {
        ReplayGate gate = ReplayGate.of(gateName);
        try (Recording.Reader recording = new Recording.Reader(Path.of(path.getValue()))) {
            RawRecord first = recording.next();
            if (first == null) {
                return;
            }
            end(first.brokerTimeMs(), gate); // policies are known before anything else is
            long stepEndMs = first.brokerTimeMs() + stepMs;
            for (RawRecord record = first; record != null; record = recording.next()) {
                for (; record.brokerTimeMs() >= stepEndMs; stepEndMs += stepMs) {
                    end(stepEndMs, gate);
                }
                StreamRecord<RawRecord> element = new StreamRecord<>(record, QualityPipeline.observedAtMs(record));
                if (record.topic().equals(Topics.TELEMETRY_EDGES.name())) {
                    output.collect(EDGES, element);
                } else {
                    output.collect(element);
                }
            }
            end(stepEndMs, gate);
        }
    }

    private void end(long stepEndMs, ReplayGate gate) throws InterruptedException {
        long watermarkMs = stepEndMs - outOfOrderMs;
        output.emitWatermark(new Watermark(watermarkMs));
        gate.await(watermarkMs);
    }
}
