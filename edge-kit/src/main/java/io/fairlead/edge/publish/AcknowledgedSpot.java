package io.fairlead.edge.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Up to where the spool has been acknowledged, kept on disk so that the next life repeats little. Torn or missing, the next
 * life repeats what is in the oldest segment: readers drop it by its sequences.
 */
final class AcknowledgedSpot {

    private static final int BYTES = 20;

    private final Path file;

    AcknowledgedSpot(Path directory) {
        this.file = directory.resolve("acknowledged");
    }

    Spot load() throws IOException {
        if (!Files.exists(file)) {
            return Spot.START;
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != BYTES) {
            return Spot.START;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Spot spot = new Spot(buffer.getLong(), buffer.getLong());
        return buffer.getInt() == checksum(bytes) && spot.offset() >= 0 ? spot : Spot.START;
    }

    void save(Spot spot) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BYTES).putLong(spot.segment()).putLong(spot.offset());
        buffer.putInt(checksum(buffer.array())).flip();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(buffer, 0);
        }
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, BYTES - 4);
        return (int) checksum.getValue();
    }
}
