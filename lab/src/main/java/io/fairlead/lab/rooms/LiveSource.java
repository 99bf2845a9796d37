package io.fairlead.lab.rooms;

import java.io.IOException;
import java.net.URI;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes to one room without end: when the picture ends it begins anew, the next kind of it if it could not begin. On a thread of its own. */
final class LiveSource implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveSource.class);
    private static final int PAUSE_MS = 1_000;
    private static final int STOP_MS = 5_000;

    /** One that ends earlier could not begin, as it seems. */
    private static final long BEGUN_NANOS = 5_000_000_000L;

    private final List<Publishing> kinds;
    private final URI room;
    private final Thread thread;
    private volatile Publishing current;

    /** @param kinds in the order in which they are tried; the last is kept */
    LiveSource(List<Publishing> kinds, URI room) {
        this.kinds = List.copyOf(kinds);
        this.current = kinds.get(0);
        this.room = room;
        this.thread = new Thread(this::live, "live-source");
        thread.setDaemon(true);
        thread.start();
    }

    /** What publishes now. */
    String name() {
        return current.name();
    }

    private void live() {
        Iterator<Publishing> others = kinds.listIterator(1);
        try {
            while (!Thread.currentThread().isInterrupted()) {
                long begunNanos = System.nanoTime();
                try {
                    current.publish(room);
                } catch (IOException e) {
                    LOG.warn("{} does not publish any more: {}", name(), e.getMessage());
                    if (System.nanoTime() - begunNanos < BEGUN_NANOS && others.hasNext()) {
                        current = others.next();
                    }
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(STOP_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
