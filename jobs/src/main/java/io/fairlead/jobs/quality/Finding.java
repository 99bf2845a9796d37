package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What a task that scores exits has to say. */
sealed interface Finding {

    TypeInformation<Finding> TYPE = new LeanTypeInformation<>(Finding.class, Serializer.INSTANCE);

    /**
     * A decision that has no version yet.
     *
     * @param draft the record as it is encoded on its topic
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Scored(byte[] draft) implements Finding {}

    /** Nothing was heard of an exit for so long that its state has ended. */
    record Ended(String exitId) implements Finding {}

    /**
     * How a canary fares, without a version yet.
     *
     * @param draft the record as it is encoded on its topic
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record CanaryTold(byte[] draft) implements Finding {}

    /**
     * A task is alive, and has said all it had to say up to a tick.
     *
     * @param task its index
     * @param tasks how many there are
     * @param tick number of the tick
     * @param watermarkMs event time up to which it has seen everything
     * @param policyVersion offset of the newest policy it knows
     * @param keys exits in its state
     */
    record Pulse(int task, int tasks, long tick, long watermarkMs, long policyVersion, long keys) implements Finding {}

    final class Serializer extends ImmutableSerializer<Finding> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final byte SCORED = 0;
        private static final byte ENDED = 1;
        private static final byte PULSE = 2;
        private static final byte CANARY_TOLD = 3;
        private static final Finding EMPTY = new Ended("");

        @Override
        public Finding createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(Finding finding, DataOutputView out) throws IOException {
            if (finding instanceof Scored scored) {
                out.writeByte(SCORED);
                out.writeInt(scored.draft.length);
                out.write(scored.draft);
            } else if (finding instanceof CanaryTold told) {
                out.writeByte(CANARY_TOLD);
                out.writeInt(told.draft.length);
                out.write(told.draft);
            } else if (finding instanceof Ended ended) {
                out.writeByte(ENDED);
                out.writeUTF(ended.exitId);
            } else if (finding instanceof Pulse pulse) {
                out.writeByte(PULSE);
                out.writeInt(pulse.task);
                out.writeInt(pulse.tasks);
                out.writeLong(pulse.tick);
                out.writeLong(pulse.watermarkMs);
                out.writeLong(pulse.policyVersion);
                out.writeLong(pulse.keys);
            }
        }

        @Override
        public Finding deserialize(DataInputView in) throws IOException {
            byte kind = in.readByte();
            switch (kind) {
                case SCORED -> {
                    return new Scored(draft(in));
                }
                case CANARY_TOLD -> {
                    return new CanaryTold(draft(in));
                }
                case ENDED -> {
                    return new Ended(in.readUTF());
                }
                case PULSE -> {
                    return new Pulse(
                            in.readInt(), in.readInt(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
                }
                default -> throw new IOException("a finding of unknown kind " + kind);
            }
        }

        private static byte[] draft(DataInputView in) throws IOException {
            byte[] draft = new byte[in.readInt()];
            in.readFully(draft);
            return draft;
        }

        @Override
        public TypeSerializerSnapshot<Finding> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Finding> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
