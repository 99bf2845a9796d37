package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.model.PoolType;
import io.fairlead.model.canary.CanaryStage;
import io.fairlead.model.survival.FleetSurvival;
import io.fairlead.model.survival.GroupSurvival;
import io.fairlead.model.survival.LifeTable;
import io.fairlead.model.survival.SurvivalCurve;
import io.fairlead.model.survival.Weibull;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Something that counts for all exits: broadcast to every task that rates them. */
sealed interface Ruling {

    TypeInformation<Ruling> TYPE = new LeanTypeInformation<>(Ruling.class, Serializer.INSTANCE);

    /** A second has gone by. */
    record Tick(long number) implements Ruling {}

    /**
     * An operator set a policy, which has been found valid, or took it back.
     *
     * @param key on its topic
     * @param offset there: the policy version
     * @param value the record as it stands there; null: taken back
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record PolicySet(String key, long offset, byte @Nullable [] value) implements Ruling {}

    /** Expected success of the exits of a group. */
    record GroupMean(String group, double mean) implements Ruling {}

    /** A target failed whatever the exit. */
    record TargetFault(long target, long fromMs, long untilMs) implements Ruling {}

    /** Many links were lost at once through one edge: what was lost then was the edge's fault. */
    record EdgeFault(String edge, long fromMs, long untilMs) implements Ruling {}

    /** An edge is not heard any more, in this life of its process. */
    record EdgeSilent(String edge, long epochMs) implements Ruling {}

    /** Share of tries that a network carries, 0–1; 1: it is sound. */
    record NetworkSuccess(long asn, double share) implements Ruling {}

    /** The references that the fleet gives for a day, ms. */
    record FleetDay(double psiMs, double omegaMs) implements Ruling {}

    /**
     * How long the exits of a type, or of one of its networks, stay.
     *
     * @param asn {@link #WHOLE_TYPE}: of the whole type
     */
    record Survival(PoolType type, long asn, GroupSurvival group) implements Ruling {
        static final long WHOLE_TYPE = -1;
    }

    /**
     * Where the canary of a policy stands.
     *
     * @param policyKey key of the policy
     * @param version of the canary: offset of its record
     */
    record Canary(String policyKey, long version, CanaryStage stage) implements Ruling {}

    final class Serializer extends ImmutableSerializer<Ruling> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final byte TICK = 0;
        private static final byte POLICY_SET = 1;
        private static final byte GROUP_MEAN = 2;
        private static final byte TARGET_FAULT = 3;
        private static final byte EDGE_FAULT = 4;
        private static final byte EDGE_SILENT = 5;
        private static final byte NETWORK_SUCCESS = 6;
        private static final byte FLEET_DAY = 7;
        private static final byte SURVIVAL = 8;
        private static final byte CANARY = 9;
        private static final Ruling EMPTY = new Tick(0);

        @Override
        public Ruling createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(Ruling ruling, DataOutputView out) throws IOException {
            if (ruling instanceof Tick tick) {
                out.writeByte(TICK);
                out.writeLong(tick.number());
            } else if (ruling instanceof PolicySet policy) {
                out.writeByte(POLICY_SET);
                out.writeUTF(policy.key());
                out.writeLong(policy.offset());
                writeBytes(policy.value(), out);
            } else if (ruling instanceof GroupMean group) {
                out.writeByte(GROUP_MEAN);
                out.writeUTF(group.group());
                out.writeDouble(group.mean());
            } else if (ruling instanceof TargetFault fault) {
                out.writeByte(TARGET_FAULT);
                out.writeLong(fault.target());
                out.writeLong(fault.fromMs());
                out.writeLong(fault.untilMs());
            } else if (ruling instanceof EdgeFault fault) {
                out.writeByte(EDGE_FAULT);
                out.writeUTF(fault.edge());
                out.writeLong(fault.fromMs());
                out.writeLong(fault.untilMs());
            } else if (ruling instanceof EdgeSilent silent) {
                out.writeByte(EDGE_SILENT);
                out.writeUTF(silent.edge());
                out.writeLong(silent.epochMs());
            } else if (ruling instanceof NetworkSuccess network) {
                out.writeByte(NETWORK_SUCCESS);
                out.writeLong(network.asn());
                out.writeDouble(network.share());
            } else if (ruling instanceof FleetDay day) {
                out.writeByte(FLEET_DAY);
                out.writeDouble(day.psiMs());
                out.writeDouble(day.omegaMs());
            } else if (ruling instanceof Survival survival) {
                out.writeByte(SURVIVAL);
                out.writeUTF(survival.type().name());
                out.writeLong(survival.asn());
                write(survival.group(), out);
            } else if (ruling instanceof Canary canary) {
                out.writeByte(CANARY);
                out.writeUTF(canary.policyKey());
                out.writeLong(canary.version());
                out.writeUTF(canary.stage().name());
            }
        }

        private static void write(GroupSurvival group, DataOutputView out) throws IOException {
            SurvivalCurve curve = group.curve();
            curve.table().write(out);
            out.writeDouble(curve.law().shape());
            out.writeDouble(curve.law().scaleMs());
            out.writeDouble(curve.strength());
            for (double factor : group.hourFactors()) {
                out.writeFloat((float) factor);
            }
        }

        private static GroupSurvival readGroup(DataInputView in) throws IOException {
            LifeTable table = LifeTable.read(in);
            Weibull law = new Weibull(in.readDouble(), in.readDouble());
            double strength = in.readDouble();
            List<Double> factors = new ArrayList<>(FleetSurvival.HOURS);
            for (int hour = 0; hour < FleetSurvival.HOURS; hour++) {
                factors.add((double) in.readFloat());
            }
            return new GroupSurvival(new SurvivalCurve(table, law, strength), factors);
        }

        @Override
        public Ruling deserialize(DataInputView in) throws IOException {
            byte kind = in.readByte();
            return switch (kind) {
                case TICK -> new Tick(in.readLong());
                case POLICY_SET -> new PolicySet(in.readUTF(), in.readLong(), readBytes(in));
                case GROUP_MEAN -> new GroupMean(in.readUTF(), in.readDouble());
                case TARGET_FAULT -> new TargetFault(in.readLong(), in.readLong(), in.readLong());
                case EDGE_FAULT -> new EdgeFault(in.readUTF(), in.readLong(), in.readLong());
                case EDGE_SILENT -> new EdgeSilent(in.readUTF(), in.readLong());
                case NETWORK_SUCCESS -> new NetworkSuccess(in.readLong(), in.readDouble());
                case FLEET_DAY -> new FleetDay(in.readDouble(), in.readDouble());
                case SURVIVAL -> new Survival(PoolType.valueOf(in.readUTF()), in.readLong(), readGroup(in));
                case CANARY -> new Canary(in.readUTF(), in.readLong(), CanaryStage.valueOf(in.readUTF()));
                default -> throw new IOException("a ruling of unknown kind " + kind);
            };
        }

        @Override
        public TypeSerializerSnapshot<Ruling> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Ruling> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
