package io.fairlead.lab.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;

/** Records at an even rate, whatever takes them in, on a thread of its own from its making until it is closed. */
final class Trickle implements AutoCloseable {

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final BenchTopics.Sender sender;
    private final Thread thread;
    private volatile boolean over;

    /**
     * @param sender its own from now on
     * @param rate a second
     */
    Trickle(BenchTopics.Sender sender, int rate, Supplier<? extends SpecificRecord> records) {
        this.sender = sender;
        thread = new Thread(() -> run(rate, records), "trickle");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(int rate, Supplier<? extends SpecificRecord> records) {
        long begunNanos = System.nanoTime();
        long sent = 0;
        while (!over) {
            for (long due = (long) (rate * ((System.nanoTime() - begunNanos) / 1e9)); sent < due; sent++) {
                sender.send(records.get());
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    /** @throws IOException if the broker refused one so far */
    void check() throws IOException {
        sender.check();
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        sender.close();
    }
}
