package io.fairlead.jobs.facts;

import io.fairlead.jobs.source.ImmutableSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * One row on its way to ClickHouse. Its bytes are shared and must not be changed.
 *
 * @param table its place in {@link FactTables#all()}
 * @param bytes in the format RowBinary
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record FactRow(int table, byte[] bytes) {

    /** Rows are immutable: chained operators hand them on uncopied. */
    static final class Serializer extends ImmutableSerializer<FactRow> {

        static final Serializer INSTANCE = new Serializer();
        private static final long serialVersionUID = 1L;
        private static final FactRow EMPTY = new FactRow(0, new byte[0]);

        @Override
        public FactRow createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(FactRow row, DataOutputView target) throws IOException {
            target.writeByte(row.table());
            target.writeInt(row.bytes().length);
            target.write(row.bytes());
        }

        @Override
        public FactRow deserialize(DataInputView source) throws IOException {
            int table = source.readUnsignedByte();
            byte[] bytes = new byte[source.readInt()];
            source.readFully(bytes);
            return new FactRow(table, bytes);
        }

        @Override
        public TypeSerializerSnapshot<FactRow> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<FactRow> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
