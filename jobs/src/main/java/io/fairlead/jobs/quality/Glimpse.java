package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What one reader saw of one target within a second.
 *
 * @param target hash of its host
 * @param atMs within that second, ms since the Unix epoch
 * @param failed one bit for each exit that failed
 * @param carried one bit for each exit that carried a request through
 */
record Glimpse(long target, long atMs, long failed, long carried) {

    static final TypeInformation<Glimpse> TYPE = new LeanTypeInformation<>(Glimpse.class, Serializer.INSTANCE);

    static final class Serializer extends ImmutableSerializer<Glimpse> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final Glimpse EMPTY = new Glimpse(0, 0, 0, 0);

        @Override
        public Glimpse createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(Glimpse glimpse, DataOutputView out) throws IOException {
            out.writeLong(glimpse.target);
            out.writeLong(glimpse.atMs);
            out.writeLong(glimpse.failed);
            out.writeLong(glimpse.carried);
        }

        @Override
        public Glimpse deserialize(DataInputView in) throws IOException {
            return new Glimpse(in.readLong(), in.readLong(), in.readLong(), in.readLong());
        }

        @Override
        public TypeSerializerSnapshot<Glimpse> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Glimpse> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
