package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.canary.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.util.Properties;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Reads what the job said of canaries, itself or an earlier start of it. */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class CanaryReader extends ProcessFunction<RawRecord, Ruling> {

    static final OutputTag<RawRecord> DEAD = new OutputTag<>("dead letters of verdicts", RawRecords.TYPE);

    private static final long serialVersionUID = 1L;

    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ContractReader reader;

    CanaryReader(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        reader = new ContractReader(bootstrapServers, clientProperties);
    }

    @Override
    public void processElement(RawRecord raw, Context context, Collector<Ruling> out) {
        long nowMs = context.timerService().currentProcessingTime();
        byte[] value = raw.value();
        try {
            if (value != null
                    && reader.read(value, nowMs) instanceof CanaryVerdict verdict
                    && verdict.getStage() != io.fairlead.schemas.decisions.CanaryStage.UNKNOWN) {
                out.collect(new Ruling.Canary(
                        verdict.getPolicyKey(),
                        verdict.getPolicyVersion(),
                        CanaryStage.valueOf(verdict.getStage().name())));
            }
        } catch (UnreadableRecordException e) {
            context.output(DEAD, DeadLetters.of(raw, String.valueOf(e.getMessage()), QualityJob.NAME, nowMs));
        }
    }
}
