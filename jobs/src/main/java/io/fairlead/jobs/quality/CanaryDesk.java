package io.fairlead.jobs.quality;

import io.fairlead.jobs.canary.CanaryStanding;
import io.fairlead.jobs.canary.CanaryTrial;
import io.fairlead.jobs.canary.CanaryTrials;
import io.fairlead.jobs.canary.CanaryVerdicts;
import io.fairlead.model.canary.CanaryFinding;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/** The one place that judges policies on trial on exits: says where each canary stands, to all that rate exits and on the topic of verdicts. */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before anything else
final class CanaryDesk extends AbstractStreamOperator<Ruling>
        implements TwoInputStreamOperator<ExitTries, Ruling, Ruling>, CanaryTrials.Listener {

    static final OutputTag<Finding> TOLD = new OutputTag<>("verdicts on canaries", Finding.TYPE);

    private static final long serialVersionUID = 1L;

    private transient CanaryTrials trials;
    private transient WireReader reader;
    private transient ListState<byte[]> stored;
    private transient Counter rolledBack;
    private transient Counter leftOut;

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        trials = new CanaryTrials(CanaryRecords.EXITS, this);
        reader = new WireReader(SchemaDirectory.builtIn());
        stored = context.getOperatorStateStore()
                .getListState(
                        new ListStateDescriptor<>("canaries", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        for (byte[] bytes : stored.get()) {
            trials.read(new DataInputDeserializer(bytes));
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        MetricGroup metrics = getMetricGroup().addGroup("quality");
        rolledBack = metrics.counter("canariesRolledBack");
        leftOut = metrics.counter("canaryTriesLeftOut");
        metrics.gauge("canariesDeciding", trials::deciding);
        lookOn(nowMs());
    }

    private void lookOn(long nowMs) {
        getProcessingTimeService().registerTimer(nowMs + CanaryTrials.LOOK_MS, atMs -> {
            rolledBack.inc(trials.look(atMs));
            lookOn(atMs);
        });
    }

    @Override
    public void processElement1(StreamRecord<ExitTries> element) {
        ExitTries told = element.getValue();
        Scope own = told.type() == null ? null : Scope.ofType(told.type());
        leftOut.inc(trials.tried(told.exitId(), own, told.atMs(), told.tries()));
    }

    @Override
    public void processElement2(StreamRecord<Ruling> element) {
        Ruling ruling = element.getValue();
        if (ruling instanceof Ruling.Canary told) {
            trials.told(new CanaryStanding(told.policyKey(), told.version(), told.stage()), nowMs());
        } else if (ruling instanceof Ruling.PolicySet policy) {
            SpecificRecord record = record(policy);
            if (CanaryRecords.isKey(policy.key())) {
                trials.canary(CanaryRecords.policyKey(policy.key()), policy.offset(), (PolicyCanary) record, nowMs());
            } else {
                trials.policy(policy.key(), policy.offset(), record, nowMs());
            }
        }
    }

    private @Nullable SpecificRecord record(Ruling.PolicySet said) {
        byte[] value = said.value();
        try {
            return value == null ? null : reader.read(value);
        } catch (UnreadableRecordException e) {
            throw new IllegalStateException(
                    "a policy passed its gate and can't be read behind it: " + said.key() + " at offset "
                            + said.offset(),
                    e);
        }
    }

    @Override
    public void stands(CanaryTrial trial, CanaryFinding finding, long nowMs) {
        hadEnded(trial);
        output.collect(
                TOLD,
                new StreamRecord<>(
                        new Finding.CanaryTold(WireEncoder.encode(CanaryVerdicts.draft(trial, finding, nowMs)))));
    }

    @Override
    public void hadEnded(CanaryTrial trial) {
        CanaryStanding now = trial.standing();
        output.collect(new StreamRecord<>(new Ruling.Canary(now.policyKey(), now.version(), now.stage())));
    }

    private long nowMs() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        DataOutputSerializer out = new DataOutputSerializer(4_096);
        trials.write(out);
        stored.update(List.of(out.getCopyOfBuffer()));
    }
}
