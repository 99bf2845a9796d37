package io.fairlead.edge.table;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot of one topic: one file, replaced whole. Big endian: magic (4 bytes), format (2), time of writing (8), topic;
 * for each record 1 (1), key, partition (4), offset (8), broker's time (8), value; 0 (1); CRC32C of all before (8). Strings and
 * values are preceded by their length (4).
 */
final class SnapshotFile {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFile.class);
    private static final int MAGIC = 0x464C5453;
    private static final short FORMAT = 1;
    private static final int BUFFER_BYTES = 65_536;
    private static final int PART_BYTES_MAX = 2 * 1_048_576;

    private SnapshotFile() {}

    /** Told when a snapshot can't be taken in. */
    @FunctionalInterface
    interface Damaged {
        void damaged(Path file, String why);
    }

    /** What a snapshot holds, and when it was written. */
    record Content(long savedAtMs, List<RawRecord> records) {}

    static Path path(Path directory, String topic) {
        return directory.resolve(topic + ".snapshot");
    }

    /** Writes it beside the former one and then puts it in its place: a reader finds one or the other, whole. */
    static void write(Path directory, String topic, long nowMs, Iterable<RawRecord> records) throws IOException {
        Files.createDirectories(directory);
        Path file = path(directory, topic);
        Path fresh = directory.resolve(topic + ".snapshot.new");
        CRC32C checksum = new CRC32C();
        try (FileOutputStream bytes = new FileOutputStream(fresh.toFile());
                DataOutputStream out = new DataOutputStream(
                        new CheckedOutputStream(new BufferedOutputStream(bytes, BUFFER_BYTES), checksum))) {
            out.writeInt(MAGIC);
            out.writeShort(FORMAT);
            out.writeLong(nowMs);
            write(out, topic.getBytes(StandardCharsets.UTF_8));
            for (RawRecord record : records) {
                byte[] value = record.value();
                if (value != null) {
                    out.writeByte(1);
                    write(out, record.key().getBytes(StandardCharsets.UTF_8));
                    out.writeInt(record.partition());
                    out.writeLong(record.offset());
                    out.writeLong(record.brokerTimeMs());
                    write(out, value);
                }
            }
            out.writeByte(0);
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

    /** What is there, whole, or nothing; a damaged one is told and left for people to look at. */
    static Optional<Content> read(Path directory, String topic, Damaged onDamage) {
        Path file = path(directory, topic);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(readWhole(file, topic));
        } catch (IOException e) {
            LOG.warn("The snapshot {} can't be used: {}. The table starts without it.", file, e.toString());
            onDamage.damaged(file, e.toString());
            return Optional.empty();
        }
    }

    private static Content readWhole(Path file, String topic) throws IOException {
        CRC32C checksum = new CRC32C();
        try (DataInputStream in = new DataInputStream(
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES), checksum))) {
            if (in.readInt() != MAGIC || in.readShort() != FORMAT) {
                throw new IOException("it is no snapshot of this format");
            }
            long savedAtMs = in.readLong();
            String of = new String(part(in), StandardCharsets.UTF_8);
            if (!of.equals(topic)) {
                throw new IOException("it is one of " + of);
            }
            List<RawRecord> records = new ArrayList<>();
            while (in.readByte() == 1) {
                String key = new String(part(in), StandardCharsets.UTF_8);
                int partition = in.readInt();
                long offset = in.readLong();
                long brokerTimeMs = in.readLong();
                records.add(new RawRecord(key, part(in), partition, offset, brokerTimeMs));
            }
            long expected = checksum.getValue();
            if (in.readLong() != expected) {
                throw new IOException("its checksum is wrong");
            }
            return new Content(savedAtMs, records);
        } catch (EOFException e) {
            throw new IOException("it ends early", e);
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
