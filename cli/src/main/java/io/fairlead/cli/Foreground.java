package io.fairlead.cli;

import java.util.concurrent.CountDownLatch;

/** Keeps a long-running command in the foreground until the process is asked to end (SIGTERM, Ctrl-C). */
public final class Foreground {

    private Foreground() {}

    /**
     * Returns when the process is asked to end; the virtual machine then waits until the calling thread has closed what
     * it opened and the command has returned.
     */
    public static void untilTerminated() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        Thread command = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            asked.countDown();
                            try {
                                command.join(DRAIN_MS_MAX);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "fairlead-drain"));
        asked.await();
    }

    private static final long DRAIN_MS_MAX = 60_000;
}
