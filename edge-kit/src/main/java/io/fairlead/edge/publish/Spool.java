package io.fairlead.edge.publish;

import io.fairlead.edge.publish.SegmentReader.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log between an edge and Kafka. Every record is appended here before it is sent, and read from here to be sent, so that
 * what a life could not bring to Kafka, the next one finds. One order for all: what is sent first was appended first, whatever
 * failed in between.
 *
 * <p>Three places move along it: the end (append), the cursor (what is sent next) and the frontier (everything before it is
 * acknowledged), frontier ≤ cursor ≤ end. Whole segments before the frontier are deleted.
 *
 * <p>Bounds: {@link PublisherSettings#spoolBytesMax} on disk; over it the oldest segment goes. When the disk takes nothing,
 * segments in memory take its place, up to {@link PublisherSettings#memoryBytesMax}, and every {@value #DISK_RETRY_MS} ms the
 * disk is tried again. Nothing here fails towards the caller: what can't be kept is told to the {@link Ledger}.
 *
 * <p>For the writer's thread, but for {@link #bytes} and {@link #problem}.
 */
final class Spool {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final int BUFFER_BYTES = 262_144;
    private static final int MEMORY_SEGMENT_BYTES = 1_048_576;
    private static final long DISK_RETRY_MS = 5_000;

    /** Told of what the spool found, and of what it could not keep. */
    interface Ledger {
        /** A record of a former life is here and not acknowledged. */
        void found(SpooledRecord record);

        /** A record that had not been sent went. */
        void lost(SpooledRecord record, LossReason reason);

        /** A place could not be read. */
        void damaged();
    }

    /** A record in the spool, where it begins, and where the next one does. */
    record Entry(SpooledRecord record, Spot start, Spot end) {}

    private final Path directory;
    private final PublisherSettings settings;
    private final LongSupplier nanoClock;
    private final Ledger ledger;
    private final AcknowledgedSpot acknowledged;
    private final TreeMap<Long, SpoolSegment> segments = new TreeMap<>();
    private final SegmentReader reader = new SegmentReader();
    private ByteBuffer unwritten = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable SpoolSegment writing;
    private long nextId = 1;
    private Spot cursor = Spot.START;
    private Spot frontier = Spot.START;
    private Spot savedFrontier = Spot.START;
    private boolean diskFailed;
    private long diskFailedNanos;
    private long fileBytes;
    private long memoryBytes;
    private volatile long bytes;
    private volatile @Nullable String problem;

    Spool(Path directory, PublisherSettings settings, LongSupplier nanoClock, Ledger ledger) {
        this.directory = directory;
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.ledger = ledger;
        this.acknowledged = new AcknowledgedSpot(directory);
    }

    /** Finds what former lives left; a directory that can't be used is told as the problem, and memory stands in. */
    void open() {
        try {
            Files.createDirectories(directory);
            for (Path file : spoolFiles()) {
                openSegment(file);
            }
            Spot last = acknowledged.load();
            frontier = segments.containsKey(last.segment()) ? last : new Spot(last.segment(), Long.MAX_VALUE);
            nextId = Math.max(nextId, last.segment() + 1);
            cursor = frontier;
            release(frontier);
            segments.values().forEach(this::tellFound);
            if (fileBytes > 0) {
                LOG.info("{} bytes of telemetry of a former life are in {} and will be sent.", fileBytes, directory);
            }
        } catch (IOException e) {
            diskFailed(e);
        }
    }

    private List<Path> spoolFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(FileSegment.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private void openSegment(Path file) {
        try {
            FileSegment segment = FileSegment.open(file);
            segments.put(segment.id(), segment);
            nextId = Math.max(nextId, segment.id() + 1);
            counted(segment, segment.sizeBytes());
        } catch (IOException | NumberFormatException e) {
            LOG.warn("{} can't be read as a part of the spool and is left as it is: {}", file, e.toString());
            ledger.damaged();
        }
    }

    private void tellFound(SpoolSegment segment) {
        long at = segment.id() == frontier.segment() ? frontier.offset() : 0;
        while (true) {
            Found found = reader.read(segment, at);
            if (found instanceof Found.Whole whole) {
                ledger.found(whole.record());
                at = whole.end();
            } else if (found instanceof Found.Damaged damaged) {
                at = damaged.end(); // told when the cursor comes by
            } else {
                return;
            }
        }
    }

    // ---- the end

    /** Appends a record, which can be read after the next {@link #flush}. */
    void append(SpooledRecord record) {
        int more = record.frameBytes();
        if (unwritten.remaining() < more) {
            flush();
        }
        if (unwritten.capacity() < more) {
            unwritten = ByteBuffer.allocate(more);
        }
        record.writeTo(unwritten);
    }

    /** Makes what was appended readable, and safe from a kill of the process while the disk takes it. */
    void flush() {
        unwritten.flip();
        if (unwritten.hasRemaining()) {
            write(unwritten);
        }
        unwritten = unwritten.capacity() > BUFFER_BYTES ? ByteBuffer.allocate(BUFFER_BYTES) : unwritten.clear();
    }

    private void write(ByteBuffer frames) {
        int more = frames.remaining();
        if (!diskFailed || nanoClock.getAsLong() - diskFailedNanos >= TimeUnit.MILLISECONDS.toNanos(DISK_RETRY_MS)) {
            try {
                SpoolSegment file = writableFile(more);
                file.append(frames);
                counted(file, more);
                if (diskFailed) {
                    diskFailed = false;
                    problem = null;
                    LOG.info("Telemetry is spooled in {} again.", directory);
                }
                return;
            } catch (IOException e) {
                diskFailed(e);
            }
        }
        while (memoryBytes > 0 && memoryBytes + more > settings.memoryBytesMax()) {
            drop(true, LossReason.DISK_FAILED);
        }
        MemorySegment memory = writableMemory();
        memory.append(frames);
        counted(memory, more);
    }

    private SpoolSegment writableFile(int more) throws IOException {
        while (fileBytes > 0 && fileBytes + more > settings.spoolBytesMax()) {
            drop(false, LossReason.SPOOL_FULL);
        }
        SpoolSegment current = writing;
        if (current instanceof FileSegment && current.sizeBytes() + more <= settings.segmentBytesMax()) {
            return current;
        }
        Files.createDirectories(directory);
        return begun(FileSegment.create(directory, nextId));
    }

    private MemorySegment writableMemory() {
        return writing instanceof MemorySegment current && current.sizeBytes() < MEMORY_SEGMENT_BYTES
                ? current
                : begun(new MemorySegment(nextId));
    }

    private <T extends SpoolSegment> T begun(T segment) {
        nextId = segment.id() + 1;
        segments.put(segment.id(), segment);
        writing = segment;
        return segment;
    }

    private void diskFailed(IOException e) {
        if (!diskFailed) {
            LOG.error(
                    "The spool in {} takes nothing: {}. Telemetry is held in memory, up to {} bytes; make room or make the"
                            + " directory writable.",
                    directory,
                    e.toString(),
                    settings.memoryBytesMax());
        }
        diskFailed = true;
        diskFailedNanos = nanoClock.getAsLong();
        problem = "the spool in " + directory + " takes nothing: " + e;
        // The broken file may hold half a frame at its end: nothing more is written to it.
        writing = null;
    }

    /** The oldest segment of a kind goes, and what was not sent from it is lost. */
    private void drop(boolean inMemory, LossReason reason) {
        for (SpoolSegment segment : segments.values()) {
            if (segment instanceof MemorySegment == inMemory) {
                long at = cursor.segment() < segment.id()
                        ? 0
                        : cursor.segment() > segment.id() ? Long.MAX_VALUE : cursor.offset();
                tellLost(segment, at, reason);
                if (cursor.segment() == segment.id()) {
                    cursor = new Spot(segment.id(), Long.MAX_VALUE);
                }
                remove(segment);
                return;
            }
        }
    }

    private void tellLost(SpoolSegment segment, long from, LossReason reason) {
        long at = from;
        while (true) {
            Found found = reader.read(segment, at);
            if (found instanceof Found.Whole whole) {
                ledger.lost(whole.record(), reason);
                at = whole.end();
            } else if (found instanceof Found.Damaged damaged) {
                ledger.damaged();
                at = damaged.end();
            } else {
                return;
            }
        }
    }

    // ---- the cursor

    /** The next record to send, or null when all have been; moves the cursor. */
    @Nullable
    Entry next() {
        while (true) {
            Map.Entry<Long, SpoolSegment> at = segments.ceilingEntry(cursor.segment());
            if (at == null) {
                return null;
            }
            SpoolSegment segment = at.getValue();
            if (segment.id() != cursor.segment()) {
                cursor = new Spot(segment.id(), 0);
            }
            Found found = reader.read(segment, cursor.offset());
            if (found instanceof Found.Whole whole) {
                Spot start = cursor;
                cursor = new Spot(segment.id(), whole.end());
                return new Entry(whole.record(), start, cursor);
            }
            if (found instanceof Found.Damaged damaged) {
                LOG.warn(
                        "The spool holds {} at {} of segment {}; what was there is lost.",
                        damaged.what(),
                        cursor.offset(),
                        segment.id());
                ledger.damaged();
                cursor = new Spot(segment.id(), damaged.end());
            } else if (segments.higherKey(segment.id()) == null) {
                return null;
            } else {
                cursor = new Spot(segment.id() + 1, 0);
            }
        }
    }

    /** The next record is that one again: it could not be sent. */
    void unread(Entry entry) {
        cursor = entry.start();
    }

    /** Whether the record that ends there can still be read. */
    boolean holds(Spot end) {
        return segments.containsKey(end.segment());
    }

    /** Everything behind the frontier is sent anew. */
    void rewind() {
        cursor = frontier;
    }

    // ---- the frontier

    /** Everything before that place is acknowledged (or given up). */
    void release(Spot upTo) {
        frontier = upTo;
        while (!segments.isEmpty()) {
            SpoolSegment oldest = segments.firstEntry().getValue();
            boolean behind = oldest.id() < upTo.segment();
            boolean readOut = oldest.id() == upTo.segment() && upTo.offset() >= oldest.sizeBytes() && oldest != writing;
            if (!behind && !readOut) {
                return;
            }
            remove(oldest);
        }
    }

    private void remove(SpoolSegment segment) {
        segments.remove(segment.id());
        counted(segment, -segment.sizeBytes());
        if (writing == segment) {
            writing = null;
        }
        try {
            segment.delete();
        } catch (IOException e) {
            LOG.warn("Segment {} of the spool in {} can't be deleted: {}", segment.id(), directory, e.toString());
        }
    }

    /** Keeps the frontier on disk, so that the next life repeats little. */
    void saveFrontier() {
        if (frontier.equals(savedFrontier) || diskFailed) {
            return;
        }
        try {
            acknowledged.save(frontier);
            savedFrontier = frontier;
        } catch (IOException e) {
            diskFailed(e);
        }
    }

    // ---- all of it

    /** Ends it: files stay, what is in memory only and was not acknowledged is lost. */
    void close() {
        flush();
        release(frontier);
        rewind();
        for (SpoolSegment segment : List.copyOf(segments.values())) {
            if (segment instanceof MemorySegment) {
                tellLost(segment, segment.id() == frontier.segment() ? frontier.offset() : 0, LossReason.CLOSED);
                continue;
            }
            try {
                segment.close();
            } catch (IOException e) {
                LOG.warn("Segment {} of the spool in {} can't be closed: {}", segment.id(), directory, e.toString());
            }
        }
        saveFrontier();
    }

    private void counted(SpoolSegment segment, long more) {
        if (segment instanceof MemorySegment) {
            memoryBytes += more;
        } else {
            fileBytes += more;
        }
        bytes = fileBytes + memoryBytes;
    }

    /** Bytes in all segments, what is acknowledged already in the oldest one included. */
    long bytes() {
        return bytes;
    }

    /** Why the disk is not used, or null. */
    @Nullable
    String problem() {
        return problem;
    }
}
