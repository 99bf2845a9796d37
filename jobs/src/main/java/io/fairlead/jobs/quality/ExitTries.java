package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.model.PoolType;
import io.fairlead.model.canary.Tries;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Users' tries through one exit, as one reader saw them within a second: what canaries are judged by.
 *
 * @param type of the exit; null: whoever tells it does not know
 * @param atMs newest of them, ms since the Unix epoch
 */
record ExitTries(String exitId, @Nullable PoolType type, long atMs, Tries tries) {

    static final TypeInformation<ExitTries> TYPE = new LeanTypeInformation<>(ExitTries.class, Serializer.INSTANCE);

    /** The sum of what is told of one exit and second. */
    ExitTries plus(ExitTries other) {
        return new ExitTries(exitId, type, Math.max(atMs, other.atMs), tries.plus(other.tries));
    }

    static final class Serializer extends ImmutableSerializer<ExitTries> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final ExitTries EMPTY = new ExitTries("", null, 0, Tries.failed(0));

        @Override
        public ExitTries createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(ExitTries told, DataOutputView out) throws IOException {
            out.writeUTF(told.exitId);
            out.writeUTF(told.type == null ? "" : told.type.name());
            out.writeLong(told.atMs);
            told.tries.write(out);
        }

        @Override
        public ExitTries deserialize(DataInputView in) throws IOException {
            String exitId = in.readUTF();
            String type = in.readUTF();
            return new ExitTries(exitId, type.isEmpty() ? null : PoolType.valueOf(type), in.readLong(), Tries.read(in));
        }

        @Override
        public TypeSerializerSnapshot<ExitTries> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<ExitTries> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
