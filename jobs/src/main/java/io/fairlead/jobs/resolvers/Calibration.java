package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.popularity.RttCalibration;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Learns from all resolvers of which both a share and a round trip are known what shares are worth in ms, says so beside each share, stamps
 * what goes out, and tells that the job lives.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class Calibration extends KeyedProcessFunction<String, RawRecord, RawRecord> {

    /** Comes first, so that heartbeats begin before anything was judged. */
    static final RawRecord BEGIN = new RawRecord("", 0, 0, 0, null, null);

    private static final long HEARTBEAT_MS = 1_000;
    private static final long FADE_MS = 3_600_000;

    /** What was learnt is forgotten by half in a day. */
    private static final double LEFT_AN_HOUR = Math.pow(0.5, 1 / 24.0);

    private static final long serialVersionUID = 1L;

    private transient ValueState<byte[]> learnt;
    private transient ValueState<Long> epochs;
    private transient WireReader reader;
    private transient @Nullable RttCalibration calibration;
    private transient long epoch;
    private transient long decisions;
    private transient long heartbeats;
    private transient long policyVersion;
    private transient long fadedAtMs;

    @Override
    public void open(OpenContext context) {
        learnt = getRuntimeContext()
                .getState(new ValueStateDescriptor<>(
                        "calibration", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
        epochs = getRuntimeContext().getState(new ValueStateDescriptor<>("epoch", Types.LONG));
        reader = new WireReader(SchemaDirectory.builtIn());
        policyVersion = -1;
    }

    private RttCalibration begun(Context context) throws Exception {
        RttCalibration now = calibration;
        if (now == null) {
            long nowMs = context.timerService().currentProcessingTime();
            byte[] kept = learnt.value();
            now = kept == null
                    ? new RttCalibration()
                    : RttCalibration.read(new DataInputStream(new ByteArrayInputStream(kept)));
            calibration = now;
            Long before = epochs.value();
            epoch = Math.max(nowMs, before == null ? 0 : before + 1);
            epochs.update(epoch);
            fadedAtMs = nowMs;
            context.timerService().registerProcessingTimeTimer(nowMs + HEARTBEAT_MS);
        }
        return now;
    }

    @Override
    public void processElement(RawRecord draft, Context context, Collector<RawRecord> out) throws Exception {
        RttCalibration now = begun(context);
        byte[] value = draft.value();
        if (value == null) {
            if (!draft.topic().isEmpty()) {
                out.collect(draft);
            }
            return;
        }
        ResolverPopularity popularity = (ResolverPopularity) reader.read(value);
        for (NameServerShare share : popularity.getShares()) {
            double its = share.getShare().getMean();
            if (share.getRttMs() >= 0) {
                now.add(its, share.getRttMs());
            }
            now.rttMs(its).ifPresent(rtt -> share.setCalibratedMs(rtt.mean()));
        }
        policyVersion = Math.max(policyVersion, popularity.getPolicyVersion());
        popularity.setVersion(new DecisionVersion(epoch, ++decisions));
        popularity.setIssuedAtMs(context.timerService().currentProcessingTime());
        out.collect(Verdicts.record(popularity.getResolver(), popularity));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(8_192);
        now.write(new DataOutputStream(bytes));
        learnt.update(bytes.toByteArray());
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<RawRecord> out) throws Exception {
        boolean old = calibration == null; // a timer of before a restart: the new ones begin here
        RttCalibration now = begun(context);
        if (old) {
            return;
        }
        long nowMs = context.timerService().currentProcessingTime();
        if (nowMs - fadedAtMs >= FADE_MS) {
            fadedAtMs = nowMs;
            now.fade(LEFT_AN_HOUR);
        }
        JobHeartbeat heartbeat = JobHeartbeat.newBuilder()
                .setJob(ResolverJob.NAME)
                .setJobEpoch(epoch)
                .setCounter(++heartbeats)
                .setIssuedAtMs(nowMs)
                .setWatermarkMs(nowMs)
                .setPolicyVersion(policyVersion)
                .setDecisions(decisions)
                .setKeys(-1)
                .build();
        out.collect(new RawRecord(
                Topics.DECISIONS_HEARTBEATS.name(),
                0,
                0,
                0,
                ResolverJob.NAME.getBytes(StandardCharsets.UTF_8),
                WireEncoder.encode(heartbeat)));
        context.timerService().registerProcessingTimeTimer(nowMs + HEARTBEAT_MS);
    }
}
