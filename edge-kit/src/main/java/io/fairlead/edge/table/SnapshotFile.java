package io.fairlead.edge.table;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot of one topic: one file, replaced whole. Big endian: magic (4 bytes), format (2), time of writing (8), topic; in format 2 the form of its rows (4);
 * for each record 1 (1), key, partition (4), offset (8), broker's time (8), value; for each row of format 2: 2 (1), its bytes; 0 (1); CRC32C of all before (8).
 * Strings, values and rows are preceded by their length (4).
 *
 * <p>It is read twice, first for its checksum, so that nothing of a damaged one is taken in and none has to be in memory as a whole.
 */
final class SnapshotFile {

    /** Longest value or row. */
    static final int PART_BYTES_MAX = 2 * 1_048_576;

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFile.class);
    private static final int MAGIC = 0x464C5453;
    private static final short OF_RECORDS = 1;
    private static final short OF_ROWS = 2;
    private static final int END = 0;
    private static final int RECORD = 1;
    private static final int ROW = 2;
    private static final int BUFFER_BYTES = 65_536;

    private SnapshotFile() {}

    /** Told when a snapshot can't be taken in. */
    @FunctionalInterface
    interface Damaged {
        void damaged(Path file, String why);
    }

    /** What is there to be written. */
    @FunctionalInterface
    interface Content {
        void save(TableStore.Snapshot out) throws IOException;
    }

    /** Given what a whole snapshot holds, in the order in which it was written. */
    interface Taking {
        void record(RawRecord record);

        /** @throws IOException if it is no such row, in a sentence: what was taken in before stays */
        void row(ByteBuffer row) throws IOException;
    }

    static Path path(Path directory, String topic) {
        return directory.resolve(topic + ".snapshot");
    }

    /**
     * Writes it beside the former one and then puts it in its place: a reader finds one or the other, whole.
     *
     * @param rowForm of its rows; 0: it has none
     */
    static void write(Path directory, String topic, long nowMs, int rowForm, Content content) throws IOException {
        Files.createDirectories(directory);
        Path file = path(directory, topic);
        Path fresh = directory.resolve(topic + ".snapshot.new");
        CRC32C checksum = new CRC32C();
        try (FileOutputStream bytes = new FileOutputStream(fresh.toFile());
                DataOutputStream out = new DataOutputStream(
                        new BufferedOutputStream(new CheckedOutputStream(bytes, checksum), BUFFER_BYTES))) {
            out.writeInt(MAGIC);
            out.writeShort(rowForm == 0 ? OF_RECORDS : OF_ROWS);
            out.writeLong(nowMs);
            write(out, topic.getBytes(StandardCharsets.UTF_8));
            if (rowForm != 0) {
                out.writeInt(rowForm);
            }
            content.save(new Writing(out));
            out.writeByte(END);
            out.flush();
            out.writeLong(checksum.getValue());
            out.flush();
            bytes.getChannel().force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(DataOutputStream out, byte[] part) throws IOException {
        out.writeInt(part.length);
        out.write(part);
    }

    private record Writing(DataOutputStream out) implements TableStore.Snapshot {

        @Override
        public void record(RawRecord record) throws IOException {
            byte[] value = record.value();
            if (value != null) {
                out.writeByte(RECORD);
                write(out, record.key().getBytes(StandardCharsets.UTF_8));
                out.writeInt(record.partition());
                out.writeLong(record.offset());
                out.writeLong(record.brokerTimeMs());
                write(out, value);
            }
        }

        @Override
        public void row(ByteBuffer row) throws IOException {
            out.writeByte(ROW);
            out.writeInt(row.remaining());
            out.write(row.array(), row.arrayOffset() + row.position(), row.remaining());
        }
    }

    /**
     * Gives what is there, if it is whole; a damaged one is told and left for people to look at.
     *
     * @param rowForm of the rows that can be taken; a file with others can't be used
     * @return whether there was a whole one
     */
    static boolean read(Path directory, String topic, int rowForm, Damaged onDamage, Taking taking) {
        Path file = path(directory, topic);
        if (!Files.exists(file)) {
            return false;
        }
        try {
            checkWhole(file);
            take(file, topic, rowForm, taking);
            return true;
        } catch (IOException e) {
            LOG.warn(
                    "The snapshot {} can't be used: {}. The table starts without it, and reads its topic from the beginning.",
                    file,
                    e.toString());
            onDamage.damaged(file, e.toString());
            return false;
        }
    }

    private static void checkWhole(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        try (InputStream bytes = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(bytes)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long left = Files.size(file) - Long.BYTES;
            while (left > 0) {
                int length = (int) Math.min(left, buffer.length);
                in.readFully(buffer, 0, length);
                checksum.update(buffer, 0, length);
                left -= length;
            }
            if (left < 0 || in.readLong() != checksum.getValue()) {
                throw new IOException("its checksum is wrong");
            }
        }
    }

    private static void take(Path file, String topic, int rowForm, Taking taking) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES))) {
            short format = in.readInt() == MAGIC ? in.readShort() : 0;
            if (format != OF_RECORDS && format != OF_ROWS) {
                throw new IOException("it is no snapshot of a format that this version knows");
            }
            in.readLong();
            String of = new String(part(in), StandardCharsets.UTF_8);
            if (!of.equals(topic)) {
                throw new IOException("it is one of " + of);
            }
            int form = format == OF_ROWS ? in.readInt() : 0;
            if (form != 0 && form != rowForm) {
                throw new IOException("its rows have form " + form + ", and this version knows form " + rowForm);
            }
            parts(in, taking);
        } catch (EOFException e) {
            throw new IOException("it ends early", e);
        }
    }

    private static void parts(DataInputStream in, Taking taking) throws IOException {
        for (int kind = in.readByte(); kind != END; kind = in.readByte()) {
            switch (kind) {
                case RECORD -> {
                    String key = new String(part(in), StandardCharsets.UTF_8);
                    int partition = in.readInt();
                    long offset = in.readLong();
                    long brokerTimeMs = in.readLong();
                    taking.record(new RawRecord(key, part(in), partition, offset, brokerTimeMs));
                }
                case ROW -> taking.row(ByteBuffer.wrap(part(in)));
                default -> throw new IOException("it has a part of kind " + kind);
            }
        }
    }

    private static byte[] part(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > PART_BYTES_MAX) {
            throw new IOException("it has a part of " + length + " bytes");
        }
        byte[] part = new byte[length];
        in.readFully(part);
        return part;
    }
}
