package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import java.io.IOException;
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

    final class Serializer extends ImmutableSerializer<Ruling> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final byte TICK = 0;
        private static final byte POLICY_SET = 1;
        private static final byte GROUP_MEAN = 2;
        private static final byte TARGET_FAULT = 3;
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
            }
        }

        @Override
        public Ruling deserialize(DataInputView in) throws IOException {
            byte kind = in.readByte();
            return switch (kind) {
                case TICK -> new Tick(in.readLong());
                case POLICY_SET -> new PolicySet(in.readUTF(), in.readLong(), readBytes(in));
                case GROUP_MEAN -> new GroupMean(in.readUTF(), in.readDouble());
                case TARGET_FAULT -> new TargetFault(in.readLong(), in.readLong(), in.readLong());
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
