package io.fairlead.jobs.facts;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Rows of one table, closed for ever: what is kept in a checkpoint and inserted when that is complete. It names its
 * columns, so that a batch from before an upgrade is stored as it was written.
 *
 * @param table name without the database
 * @param columns in the order of the rows' bytes
 * @param rows how many
 * @param rawBytes of the rows before compression
 * @param token digest of table and rows: the same for the same content, whoever sends it and however often
 * @param lz4 the rows in RowBinary, as one LZ4 frame
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record FactBatch(String table, List<String> columns, int rows, int rawBytes, String token, byte[] lz4) {

    /** How batches lie in a checkpoint. */
    static final class Serializer implements SimpleVersionedSerializer<FactBatch> {

        private static final int VERSION = 1;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(FactBatch batch) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(batch.lz4.length + 1_024);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(batch.table);
            out.writeShort(batch.columns.size());
            for (String column : batch.columns) {
                out.writeUTF(column);
            }
            out.writeInt(batch.rows);
            out.writeInt(batch.rawBytes);
            out.writeUTF(batch.token);
            out.writeInt(batch.lz4.length);
            out.write(batch.lz4);
            return bytes.toByteArray();
        }

        @Override
        public FactBatch deserialize(int version, byte[] serialized) throws IOException {
            if (version != VERSION) {
                throw new IOException("The checkpoint holds batches of facts in form " + version
                        + "; this version reads form " + VERSION + ". Start it with the version that wrote them.");
            }
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            String table = in.readUTF();
            int size = in.readUnsignedShort();
            List<String> columns = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                columns.add(in.readUTF());
            }
            int rows = in.readInt();
            int rawBytes = in.readInt();
            String token = in.readUTF();
            byte[] lz4 = new byte[in.readInt()];
            in.readFully(lz4);
            return new FactBatch(table, List.copyOf(columns), rows, rawBytes, token, lz4);
        }
    }
}
