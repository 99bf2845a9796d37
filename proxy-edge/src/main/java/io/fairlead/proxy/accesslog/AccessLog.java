package io.fairlead.proxy.accesslog;

import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of JSON for each request, when it has ended. A path, a query, a secret or what was asked for in a user name is never in it; the host is the one that
 * telemetry has, hashed if that hashes.
 *
 * <p>Event loops only put a line into a bounded queue, and drop it if that is full; one thread writes. Files are rotated by size. A disk that fails is tried
 * again with each batch; what could not be written is dropped, and counted.
 */
public final class AccessLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final int BATCH = 1_024;
    private static final long POLL_MS = 200;
    private static final long CLOSE_MS = 5_000;

    private record Line(Instant at, InetAddress client, String method, ProxiedRequest request) {}

    private final AccessLogSettings settings;
    private final ArrayBlockingQueue<Line> queue;
    private final LongAdder written = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Thread writer;
    private volatile boolean closing;
    private @Nullable BufferedWriter out;
    private long fileBytes;
    private boolean failing;

    private AccessLog(AccessLogSettings settings) {
        this.settings = settings;
        this.queue = new ArrayBlockingQueue<>(settings.queueLinesMax());
        this.writer = new Thread(this::write, "access-log");
        writer.setDaemon(true);
    }

    /**
     * Opens the file, and goes on behind what is in it.
     *
     * @throws IOException if it can't be written; the message says why
     */
    public static AccessLog open(AccessLogSettings settings) throws IOException {
        AccessLog log = new AccessLog(settings);
        try {
            log.openFile();
        } catch (IOException e) {
            throw new IOException(
                    "the access log " + settings.file() + " can't be written: " + e
                            + "; make its directory, or choose another file",
                    e);
        }
        log.writer.start();
        return log;
    }

    /** A request has ended. Any thread; never waits. */
    public void ended(Instant at, InetAddress client, String method, ProxiedRequest request) {
        if (!queue.offer(new Line(at, client, method, request))) {
            dropped.increment();
        }
    }

    /** Lines that could not be written. */
    public long dropped() {
        return dropped.sum();
    }

    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("fairlead.access.log.lines", written, LongAdder::sum)
                .description("Lines of the access log that were written")
                .register(registry);
        FunctionCounter.builder("fairlead.access.log.dropped", dropped, LongAdder::sum)
                .description("Lines of the access log that were dropped: too many waited, or the disk failed")
                .register(registry);
    }

    // ---- the writer's thread

    private void write() {
        List<Line> batch = new ArrayList<>(BATCH);
        StringBuilder text = new StringBuilder();
        try {
            while (!closing || !queue.isEmpty()) {
                Line first = queue.poll(POLL_MS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, BATCH - 1);
                    write(batch, text);
                    batch.clear();
                }
            }
        } catch (InterruptedException e) {
            dropped.add(queue.size());
        } finally {
            closeFile();
        }
    }

    private void write(List<Line> batch, StringBuilder text) {
        int done = 0;
        try {
            for (Line line : batch) {
                text.setLength(0);
                append(text, line);
                if (out == null || fileBytes + text.length() > settings.fileBytesMax()) {
                    rotate();
                }
                writer().append(text);
                fileBytes += text.length();
                done++;
            }
            writer().flush();
            written.add(done);
            failing = false;
        } catch (IOException e) {
            dropped.add(batch.size());
            if (!failing) {
                LOG.warn(
                        "The access log {} can't be written: {}. Lines are dropped until it can.",
                        settings.file(),
                        e.toString());
            }
            failing = true;
            closeFile();
        }
    }

    private BufferedWriter writer() throws IOException {
        BufferedWriter present = out;
        if (present == null) {
            throw new IOException("the file is not open");
        }
        return present;
    }

    private void openFile() throws IOException {
        Path file = settings.file();
        fileBytes = Files.exists(file) ? Files.size(file) : 0;
        out = Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void rotate() throws IOException {
        boolean full = out != null;
        closeFile();
        if (full) {
            for (int number = settings.filesMax() - 1; number >= 1; number--) {
                Path older = older(number - 1);
                if (Files.exists(older)) {
                    Files.move(older, older(number), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            if (settings.filesMax() == 1) {
                Files.deleteIfExists(settings.file());
            }
        }
        openFile();
    }

    private Path older(int number) {
        return number == 0
                ? settings.file()
                : settings.file().resolveSibling(settings.file().getFileName() + "." + number);
    }

    private void closeFile() {
        BufferedWriter present = out;
        out = null;
        if (present != null) {
            try {
                present.close();
            } catch (IOException e) {
                LOG.warn("The access log {} was not closed well: {}", settings.file(), e.toString());
            }
        }
    }

    private static void append(StringBuilder text, Line line) {
        ProxiedRequest request = line.request;
        List<String> exits = request.getExitIds();
        text.append("{\"at\":\"").append(line.at).append('"');
        text(text, "request", request.getRequestId());
        text(text, "tenant", request.getTenant());
        text(text, "client", line.client.getHostAddress());
        text(text, "protocol", request.getProtocol().name());
        text(text, "method", line.method);
        text(text, "target", request.getTargetHost() + ':' + request.getTargetPort());
        text(text, "pool", request.getPool());
        text(text, "exit", exits.isEmpty() ? "" : exits.get(exits.size() - 1));
        text(text, "outcome", request.getOutcome().name());
        number(text, "status", request.getStatus());
        number(text, "attempts", exits.size());
        number(text, "bytesUp", request.getBytesUp());
        number(text, "bytesDown", request.getBytesDown());
        number(text, "queueUs", request.getQueueUs());
        number(text, "connectUs", request.getConnectUs());
        number(text, "firstByteUs", request.getFirstByteUs());
        number(text, "totalUs", request.getTotalUs());
        text.append("}\n");
    }

    private static void number(StringBuilder text, String name, long value) {
        text.append(",\"").append(name).append("\":").append(value);
    }

    /** Names of users' making are escaped: a line stays a line. */
    private static void text(StringBuilder text, String name, String value) {
        text.append(",\"").append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    @Override
    public void close() {
        closing = true;
        try {
            writer.join(CLOSE_MS);
            writer.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
