package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.model.PoolType;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * How requests through the exits of one group ended, as one reader saw it within a while.
 *
 * @param group as {@link #group} names it
 * @param atMs newest of them, ms since the Unix epoch
 */
record GroupOutcomes(String group, long atMs, int carried, int failed) {

    static final TypeInformation<GroupOutcomes> TYPE =
            new LeanTypeInformation<>(GroupOutcomes.class, Serializer.INSTANCE);

    /** Exits of one kind in one autonomous system fare alike. */
    static String group(PoolType type, long asn) {
        return type + "/" + asn;
    }

    static final class Serializer extends ImmutableSerializer<GroupOutcomes> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final GroupOutcomes EMPTY = new GroupOutcomes("", 0, 0, 0);

        @Override
        public GroupOutcomes createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(GroupOutcomes outcomes, DataOutputView out) throws IOException {
            out.writeUTF(outcomes.group);
            out.writeLong(outcomes.atMs);
            out.writeInt(outcomes.carried);
            out.writeInt(outcomes.failed);
        }

        @Override
        public GroupOutcomes deserialize(DataInputView in) throws IOException {
            return new GroupOutcomes(in.readUTF(), in.readLong(), in.readInt(), in.readInt());
        }

        @Override
        public TypeSerializerSnapshot<GroupOutcomes> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<GroupOutcomes> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
