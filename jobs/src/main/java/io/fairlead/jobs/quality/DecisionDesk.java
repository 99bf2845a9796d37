package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * The one place that numbers decisions, so that no reader takes an older one for newer: the epoch rises with every start, the
 * counter with every decision. Tells that the job is alive when all its tasks have shown that they are.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
final class DecisionDesk extends ProcessFunction<Finding, RawRecord> implements CheckpointedFunction {

    private static final long serialVersionUID = 1L;

    private final Clock clock;
    private transient ListState<Long> epochs;
    private transient long epoch;
    private transient long counter;
    private transient long heartbeats;
    private transient Map<Integer, Finding.Pulse> pulses;
    private transient WireReader reader;

    /** @param clock what a start is numbered by; serializable, as those of the JDK are */
    DecisionDesk(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        epochs = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("epoch", Types.LONG));
        long before = 0;
        for (long each : epochs.get()) {
            before = Math.max(before, each);
        }
        pulses = new HashMap<>();
        reader = new WireReader(SchemaDirectory.builtIn());
        epoch = Math.max(before + 1, clock.millis());
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        epochs.update(List.of(epoch));
    }

    @Override
    public void processElement(Finding finding, Context context, Collector<RawRecord> out) throws Exception {
        if (finding instanceof Finding.Scored scored) {
            ExitScore score = (ExitScore) reader.read(scored.draft());
            score.setVersion(new DecisionVersion(epoch, ++counter));
            out.collect(record(Topics.DECISIONS_EXITS, score.getExitId(), WireEncoder.encode(score)));
        } else if (finding instanceof Finding.CanaryTold told) {
            CanaryVerdict verdict = (CanaryVerdict) reader.read(told.draft());
            verdict.setVersion(new DecisionVersion(epoch, ++counter));
            out.collect(record(Topics.DECISIONS_CANARIES, verdict.getPolicyKey(), WireEncoder.encode(verdict)));
        } else if (finding instanceof Finding.Ended ended) {
            counter++;
            out.collect(record(Topics.DECISIONS_EXITS, ended.exitId(), null));
        } else if (finding instanceof Finding.Pulse pulse) {
            pulses.put(pulse.task(), pulse);
            if (pulses.size() >= pulse.tasks()) {
                out.collect(record(
                        Topics.DECISIONS_HEARTBEATS,
                        QualityJob.NAME,
                        WireEncoder.encode(heartbeat(context.timerService().currentProcessingTime()))));
                pulses.clear();
            }
        }
    }

    private JobHeartbeat heartbeat(long nowMs) {
        long watermarkMs = Long.MAX_VALUE;
        long policyVersion = Long.MAX_VALUE;
        long keys = 0;
        for (Finding.Pulse each : pulses.values()) {
            watermarkMs = Math.min(watermarkMs, each.watermarkMs());
            policyVersion = Math.min(policyVersion, each.policyVersion());
            keys += each.keys();
        }
        return JobHeartbeat.newBuilder()
                .setJob(QualityJob.NAME)
                .setJobEpoch(epoch)
                .setCounter(++heartbeats)
                .setIssuedAtMs(nowMs)
                .setWatermarkMs(watermarkMs)
                .setPolicyVersion(policyVersion)
                .setDecisions(counter)
                .setKeys(keys)
                .build();
    }

    private static RawRecord record(TopicSpec topic, String key, byte @Nullable [] value) {
        return new RawRecord(topic.name(), 0, 0, 0, key.getBytes(StandardCharsets.UTF_8), value);
    }
}
