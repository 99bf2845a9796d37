package io.fairlead.dashboards.console;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Server-sent events to every page that is open. Each page has a queue and holds its request thread; a page that reads
 * too slowly to keep its queue under {@value #QUEUE_MAX} events is disconnected and comes back by itself.
 */
final class LiveStream implements AutoCloseable {

    static final int QUEUE_MAX = 256;

    private static final byte[] END = new byte[0];
    private static final byte[] STILL_HERE = ": still here\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] COME_BACK = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);
    private static final long STILL_HERE_S = 10;

    private final int clientsMax;
    private final Set<BlockingQueue<byte[]>> pages = ConcurrentHashMap.newKeySet();
    private final AtomicInteger clients = new AtomicInteger();
    private volatile boolean closed;

    LiveStream(int clientsMax) {
        this.clientsMax = clientsMax;
    }

    int clients() {
        return clients.get();
    }

    /** Queues one event for every page. Never blocks. */
    void send(String event, byte[] json) {
        if (pages.isEmpty()) {
            return;
        }
        byte[] bytes = frame(event, json);
        pages.removeIf(page -> {
            boolean full = !page.offer(bytes);
            if (full) {
                end(page);
            }
            return full;
        });
    }

    /**
     * Serves one page until it leaves, or may look no more.
     *
     * @param mayLook asked each {@value #STILL_HERE_S} s
     * @return false, and nothing written, if there are too many already
     */
    boolean serve(Context context, BooleanSupplier mayLook) throws IOException {
        if (clients.incrementAndGet() > clientsMax || closed) {
            clients.decrementAndGet();
            return false;
        }
        BlockingQueue<byte[]> page = new ArrayBlockingQueue<>(QUEUE_MAX);
        try {
            context.res().setStatus(200);
            context.res().setContentType("text/event-stream");
            context.res().setCharacterEncoding("UTF-8");
            context.res().setHeader("Cache-Control", "no-store");
            context.res().setHeader("X-Accel-Buffering", "no");
            pages.add(page);
            ServletOutputStream out = context.res().getOutputStream();
            write(out, COME_BACK);
            long askedNs = System.nanoTime();
            while (!closed) {
                if (System.nanoTime() - askedNs > TimeUnit.SECONDS.toNanos(STILL_HERE_S)) {
                    askedNs = System.nanoTime();
                    if (!mayLook.getAsBoolean()) {
                        break;
                    }
                }
                byte[] next = page.poll(STILL_HERE_S, TimeUnit.SECONDS);
                if (next == END) {
                    break;
                }
                write(out, next == null ? STILL_HERE : next);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            pages.remove(page);
            clients.decrementAndGet();
        }
        return true;
    }

    @Override
    public void close() {
        closed = true;
        pages.forEach(LiveStream::end);
    }

    private static void end(BlockingQueue<byte[]> page) {
        page.clear();
        page.add(END);
    }

    private static void write(ServletOutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    private static byte[] frame(String event, byte[] json) {
        byte[] head = ("event: " + event + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[head.length + json.length + 2];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(json, 0, bytes, head.length, json.length);
        bytes[bytes.length - 2] = '\n';
        bytes[bytes.length - 1] = '\n';
        return bytes;
    }
}
