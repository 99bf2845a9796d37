package io.fairlead.edge.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A segment that is a file. What was appended outlives a kill of the process, as the operating system holds it then; a power
 * cut may take the last seconds, which readers of the spool find by the checksums.
 */
final class FileSegment implements SpoolSegment {

    static final String SUFFIX = ".spool";

    private final long id;
    private final Path file;
    private final FileChannel channel;
    private long sizeBytes;

    private FileSegment(long id, Path file, FileChannel channel) throws IOException {
        this.id = id;
        this.file = file;
        this.channel = channel;
        this.sizeBytes = channel.size();
    }

    static FileSegment create(Path directory, long id) throws IOException {
        Path file = directory.resolve(String.format("%020d%s", id, SUFFIX));
        return new FileSegment(
                id,
                file,
                FileChannel.open(
                        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /**
     * A segment of a former life.
     *
     * @throws NumberFormatException if the file's name is none of a segment
     */
    static FileSegment open(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        long id = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        return new FileSegment(id, file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void append(ByteBuffer frames) throws IOException {
        int from = frames.position();
        int bytes = frames.remaining();
        try {
            long at = sizeBytes;
            while (frames.hasRemaining()) {
                at += channel.write(frames, at);
            }
            sizeBytes += bytes;
        } catch (IOException e) {
            frames.position(from);
            try {
                channel.truncate(sizeBytes);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        long at = offset;
        while (into.hasRemaining() && at < sizeBytes) {
            int limit = into.limit();
            into.limit((int) Math.min(limit, into.position() + sizeBytes - at));
            int read = channel.read(into, at);
            into.limit(limit);
            if (read < 0) {
                return;
            }
            at += read;
        }
    }

    @Override
    public void close() throws IOException {
        channel.force(false);
        channel.close();
    }

    @Override
    public void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
