package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.util.Properties;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Which edges report, and how many links they hold. */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class EdgeReader extends ProcessFunction<RawRecord, Evidence> {

    static final OutputTag<RawRecord> DEAD = new OutputTag<>("dead letters of edges", RawRecords.TYPE);

    private static final long serialVersionUID = 1L;

    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ContractReader reader;

    EdgeReader(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        reader = new ContractReader(bootstrapServers, clientProperties);
    }

    @Override
    public void processElement(RawRecord raw, Context context, Collector<Evidence> out) {
        byte[] value = raw.value();
        if (value == null) {
            return; // FactsJob makes a dead letter of it
        }
        long nowMs = context.timerService().currentProcessingTime();
        try {
            if (reader.read(value, nowMs) instanceof EdgeReport report) {
                out.collect(new Evidence.EdgeHeard(
                        Signals.cut(report.getHeader().getEdgeId()),
                        report.getHeader().getEdgeEpochMs(),
                        raw.brokerTimeMs(),
                        report.getExitLinks()));
            }
        } catch (UnreadableRecordException e) {
            context.output(DEAD, DeadLetters.of(raw, String.valueOf(e.getMessage()), QualityJob.NAME, nowMs));
        }
    }
}
