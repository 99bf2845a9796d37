package io.fairlead.edge.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Epoch of an edge's process: its start, ms since the Unix epoch, and always greater than that of the life before it. */
final class EdgeEpoch {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeEpoch.class);
    private static final String FILE = "epoch";

    private EdgeEpoch() {}

    /** The epoch of this life, which is on disk when the method returns; if the disk takes nothing, it is the start alone. */
    static long next(Path directory, long nowMs) {
        Path file = directory.resolve(FILE);
        long epochMs = Math.max(nowMs, last(file) + 1);
        Path fresh = directory.resolve(FILE + ".new");
        try {
            Files.createDirectories(directory);
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                channel.write(StandardCharsets.US_ASCII.encode(Long.toString(epochMs)));
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn(
                    "The epoch {} can't be kept in {}: {}. Should the clock go back before the next start, its telemetry"
                            + " would be taken for a repetition; make the directory writable.",
                    epochMs,
                    file,
                    e.toString());
        }
        return epochMs;
    }

    private static long last(Path file) {
        try {
            return Files.exists(file) ? parsed(Files.readAllBytes(file)) : 0;
        } catch (IOException | NumberFormatException e) {
            LOG.warn("{} holds no epoch ({}); the clock alone decides.", file, e.toString());
            return 0;
        }
    }

    private static long parsed(byte[] bytes) {
        return Long.parseLong(StandardCharsets.US_ASCII
                .decode(ByteBuffer.wrap(bytes))
                .toString()
                .trim());
    }
}
