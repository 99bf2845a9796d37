package io.fairlead.jobs.source;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Records in a file, one behind the other: what was read once to be run through jobs again. */
public final class Recording {

    private Recording() {}

    /** Writes a file anew. For one thread. */
    public static final class Writer implements AutoCloseable {

        private final DataOutputStream out;
        private long records;

        /** @throws IOException if the file can't be made */
        public Writer(Path file) throws IOException {
            out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
        }

        public void write(RawRecord record) throws IOException {
            bytes(record.topic().getBytes(StandardCharsets.UTF_8));
            out.writeInt(record.partition());
            out.writeLong(record.offset());
            out.writeLong(record.brokerTimeMs());
            bytes(record.key());
            bytes(record.value());
            records++;
        }

        /** Records written until now. */
        public long records() {
            return records;
        }

        private void bytes(byte @Nullable [] bytes) throws IOException {
            out.writeInt(bytes == null ? -1 : bytes.length);
            if (bytes != null) {
                out.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** Reads a file from its beginning. For one thread. */
    public static final class Reader implements AutoCloseable {

        private final DataInputStream in;

        /** @throws IOException if the file can't be read */
        public Reader(Path file) throws IOException {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        }

        /** The next record; null: that was all. */
        public @Nullable RawRecord next() throws IOException {
            byte[] topic;
            try {
                topic = bytes();
            } catch (EOFException e) {
                return null;
            }
            return new RawRecord(
                    new String(topic == null ? new byte[0] : topic, StandardCharsets.UTF_8),
                    in.readInt(),
                    in.readLong(),
                    in.readLong(),
                    bytes(),
                    bytes());
        }

        private byte @Nullable [] bytes() throws IOException {
            int length = in.readInt();
            return length < 0 ? null : in.readNBytes(length);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
