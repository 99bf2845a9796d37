package io.fairlead.jobs.quality;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.OutcomeCounts;
import io.fairlead.model.quality.SuccessPosterior;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Expected success of the exits of each group, told when it has moved. */
final class GroupTally extends KeyedProcessFunction<String, GroupOutcomes, Ruling> {

    /** A mean that moved by less is not told. */
    static final double TELL_SHARE = 0.005;

    /** Outcomes by which a group is drawn to {@link SuccessPosterior#UNKNOWN_GROUP_MEAN}. */
    static final double PRIOR_OUTCOMES = 50;

    private static final long serialVersionUID = 1L;
    private static final Duration TIME_TO_LIVE = Duration.ofDays(7);
    private static final double HALF_LIFE_MS = QualityPolicy.defaults().successHalfLifeMs();

    private transient ValueState<Group> groups;

    /** State of one group. */
    public static class Group {
        public OutcomeCounts outcomes = new OutcomeCounts();

        /** The mean that was told last. */
        public double told = SuccessPosterior.UNKNOWN_GROUP_MEAN;
    }

    @Override
    public void open(OpenContext context) {
        ValueStateDescriptor<Group> descriptor = new ValueStateDescriptor<>("group", TypeInformation.of(Group.class));
        descriptor.enableTimeToLive(StateTtlConfig.newBuilder(TIME_TO_LIVE).build());
        groups = getRuntimeContext().getState(descriptor);
    }

    @Override
    public void processElement(GroupOutcomes seen, Context context, Collector<Ruling> out) throws Exception {
        Group known = groups.value();
        Group group = known == null ? new Group() : known;
        group.outcomes.add(seen.atMs(), seen.carried(), seen.failed(), 0);
        double mean = SuccessPosterior.of(
                        group.outcomes, seen.atMs(), HALF_LIFE_MS, SuccessPosterior.UNKNOWN_GROUP_MEAN, PRIOR_OUTCOMES)
                .mean();
        if (Math.abs(mean - group.told) >= TELL_SHARE) {
            group.told = mean;
            out.collect(new Ruling.GroupMean(seen.group(), mean));
        }
        groups.update(group);
    }
}
