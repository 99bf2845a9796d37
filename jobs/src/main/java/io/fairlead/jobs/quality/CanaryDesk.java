package io.fairlead.jobs.quality;

import io.fairlead.model.canary.CanaryFinding;
import io.fairlead.model.canary.CanaryStage;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * The one place that judges policies on trial: counts the tries of both arms, and each second says where each canary stands, to all that rate exits and on
 * the topic of verdicts. What this topic says has ended does not begin again, though the job starts without its state and the record is still there.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before anything else
final class CanaryDesk extends AbstractStreamOperator<Ruling>
        implements TwoInputStreamOperator<ExitTries, Ruling, Ruling> {

    static final OutputTag<Finding> TOLD = new OutputTag<>("verdicts on canaries", Finding.TYPE);

    /** How often canaries are judged, ms. */
    static final long LOOK_MS = 1_000;

    /** How often it is told how one fares while it stands where it stood, ms. */
    static final long TELL_MS = 5_000;

    private static final long serialVersionUID = 1L;
    private static final byte FORM = 1;

    private transient Map<String, CanaryTrial> trials;
    private transient Map<String, Ruling.Canary> ended;
    private transient Map<String, Long> toldAtMs;
    private transient TreeSet<String> set;
    private transient WireReader reader;
    private transient ListState<byte[]> stored;
    private transient Counter rolledBack;
    private transient Counter leftOut;

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        trials = new TreeMap<>();
        ended = new HashMap<>();
        toldAtMs = new HashMap<>();
        set = new TreeSet<>();
        reader = new WireReader(SchemaDirectory.builtIn());
        stored = context.getOperatorStateStore()
                .getListState(
                        new ListStateDescriptor<>("canaries", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        for (byte[] bytes : stored.get()) {
            read(new DataInputDeserializer(bytes));
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        MetricGroup metrics = getMetricGroup().addGroup("quality");
        rolledBack = metrics.counter("canariesRolledBack");
        leftOut = metrics.counter("canaryTriesLeftOut");
        metrics.gauge("canariesDeciding", () -> trials.values().stream()
                .filter(trial -> trial.stage().decides())
                .count());
        lookOn(nowMs());
    }

    private void lookOn(long nowMs) {
        getProcessingTimeService().registerTimer(nowMs + LOOK_MS, atMs -> {
            look(atMs);
            lookOn(atMs);
        });
    }

    @Override
    public void processElement1(StreamRecord<ExitTries> element) {
        ExitTries told = element.getValue();
        for (CanaryTrial trial : trials.values()) {
            if (!trial.tried(told, set::contains)) {
                leftOut.inc();
            }
        }
    }

    @Override
    public void processElement2(StreamRecord<Ruling> element) {
        Ruling ruling = element.getValue();
        if (ruling instanceof Ruling.Canary told) {
            told(told);
        } else if (ruling instanceof Ruling.PolicySet policy) {
            if (CanaryRecords.isKey(policy.key())) {
                canary(CanaryRecords.policyKey(policy.key()), policy);
            } else {
                policy(policy);
            }
        }
    }

    /** What stands on the topic of verdicts: mostly what this one said itself. */
    private void told(Ruling.Canary told) {
        CanaryTrial trial = trials.get(told.policyKey());
        if (!told.stage().ended()) {
            return;
        }
        if (trial == null) {
            ended.put(told.policyKey(), told); // its record is yet to come
        } else if (trial.version == told.version() && !trial.stage().ended()) {
            stands(trial, told.stage(), "it had ended before the job was started anew");
        }
    }

    private void canary(String policyKey, Ruling.PolicySet said) {
        byte[] value = said.value();
        CanaryTrial before = trials.get(policyKey);
        if (value == null) {
            if (before != null && !before.stage().ended()) {
                stands(before, CanaryStage.STOPPED, "somebody took it back");
            }
            trials.remove(policyKey);
            ended.remove(policyKey);
            return;
        }
        if (before != null && before.version >= said.offset()) {
            return;
        }
        CanaryTrial trial = new CanaryTrial((PolicyCanary) record(said, value), said.offset(), nowMs());
        trials.put(policyKey, trial);
        Ruling.Canary over = ended.remove(policyKey);
        if (over != null && over.version() == said.offset()) {
            trial.stands(over.stage(), "it had ended before the job was started anew", nowMs());
            output.collect(new StreamRecord<>(trial.standing()));
        } else {
            tell(trial, trial.finding());
        }
    }

    /** A policy that is changed under its canary leaves nothing to compare with, unless the canary became it. */
    private void policy(Ruling.PolicySet said) {
        byte[] value = said.value();
        if (value == null) {
            set.remove(said.key());
        } else {
            set.add(said.key());
        }
        CanaryTrial trial = trials.get(said.key());
        if (trial == null || trial.stage().ended() || said.offset() < trial.version) {
            return;
        }
        boolean became = value != null && same(record(said, value), CanaryRecords.proposed(trial.record));
        stands(
                trial,
                became ? CanaryStage.PROMOTED : CanaryStage.OVERTAKEN,
                became ? "it is the policy of all now" : "the policy itself was changed: version " + said.offset());
    }

    private static boolean same(SpecificRecord one, @Nullable SpecificRecord other) {
        return other != null && PolicyRecords.read(one).equals(PolicyRecords.read(other));
    }

    private SpecificRecord record(Ruling.PolicySet said, byte[] value) {
        try {
            return reader.read(value);
        } catch (UnreadableRecordException e) {
            throw new IllegalStateException(
                    "a policy passed its gate and can't be read behind it: " + said.key() + " at offset "
                            + said.offset(),
                    e);
        }
    }

    private void look(long nowMs) {
        for (CanaryTrial trial : trials.values()) {
            if (trial.stage().ended()) {
                continue;
            }
            CanaryFinding finding = trial.finding();
            if (trial.advance(finding, nowMs)) {
                if (trial.stage() == CanaryStage.ROLLED_BACK) {
                    rolledBack.inc();
                }
                tell(trial, finding);
            } else if (nowMs - toldAtMs.getOrDefault(trial.policyKey(), 0L) >= TELL_MS) {
                tell(trial, finding);
            }
        }
    }

    private void stands(CanaryTrial trial, CanaryStage stage, String why) {
        CanaryFinding finding = trial.finding();
        trial.stands(stage, why, nowMs());
        tell(trial, finding);
    }

    private void tell(CanaryTrial trial, CanaryFinding finding) {
        long nowMs = nowMs();
        toldAtMs.put(trial.policyKey(), nowMs);
        output.collect(new StreamRecord<>(trial.standing()));
        output.collect(
                TOLD,
                new StreamRecord<>(
                        new Finding.CanaryTold(WireEncoder.encode(CanaryVerdicts.draft(trial, finding, nowMs)))));
        if (trial.stage().ended()) {
            trial.forget();
        }
    }

    private long nowMs() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    // ---- state

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        DataOutputSerializer out = new DataOutputSerializer(4_096);
        write(out);
        stored.update(List.of(out.getCopyOfBuffer()));
    }

    private void write(DataOutputView out) throws IOException {
        out.writeByte(FORM);
        out.writeInt(set.size());
        for (String key : set) {
            out.writeUTF(key);
        }
        out.writeInt(ended.size());
        for (Ruling.Canary each : ended.values()) {
            Ruling.Serializer.INSTANCE.serialize(each, out);
        }
        out.writeInt(trials.size());
        for (CanaryTrial each : trials.values()) {
            each.write(out);
        }
    }

    private void read(DataInputView in) throws IOException {
        byte form = in.readByte();
        if (form != FORM) {
            throw new IOException("the state of canaries has the form " + form + "; this version knows " + FORM);
        }
        for (int left = in.readInt(); left > 0; left--) {
            set.add(in.readUTF());
        }
        for (int left = in.readInt(); left > 0; left--) {
            Ruling.Canary each = (Ruling.Canary) Ruling.Serializer.INSTANCE.deserialize(in);
            ended.put(each.policyKey(), each);
        }
        for (int left = in.readInt(); left > 0; left--) {
            CanaryTrial trial = CanaryTrial.read(in);
            trials.put(trial.policyKey(), trial);
        }
    }
}
