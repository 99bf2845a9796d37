package io.fairlead.jobs.quality;

import io.fairlead.model.attribution.TargetTally;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Finds targets that fail whatever the exit, so that no exit is blamed for them: told to the {@link FleetDesk}, which rules on what waits
 * there, and to all exits, for failures that an older version left waiting in their states.
 */
final class TargetJudge extends KeyedProcessFunction<Long, Glimpse, Ruling> {

    static final OutputTag<Evidence> EVIDENCE = new OutputTag<>("failing targets", Evidence.TYPE);

    private static final long serialVersionUID = 1L;
    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(10);

    private transient ValueState<TargetTally> tallies;

    @Override
    public void open(OpenContext context) {
        ValueStateDescriptor<TargetTally> descriptor =
                new ValueStateDescriptor<>("target", TypeInformation.of(TargetTally.class));
        descriptor.enableTimeToLive(StateTtlConfig.newBuilder(TIME_TO_LIVE).build());
        tallies = getRuntimeContext().getState(descriptor);
    }

    @Override
    public void processElement(Glimpse seen, Context context, Collector<Ruling> out) throws Exception {
        TargetTally known = tallies.value();
        TargetTally tally = known == null ? new TargetTally() : known;
        tally.add(seen.atMs(), seen.failed(), seen.carried());
        tallies.update(tally);
        if (seen.failed() != 0 && tally.atFault(seen.atMs())) {
            long fromMs = seen.atMs() - TargetTally.COVERS_MS;
            long untilMs = seen.atMs() + TargetTally.SLOT_MS;
            out.collect(new Ruling.TargetFault(seen.target(), fromMs, untilMs));
            context.output(EVIDENCE, new Evidence.TargetFails(seen.target(), fromMs, untilMs));
        }
    }
}
