package io.fairlead.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Keeps a long-running command in the foreground until the process is asked to end (SIGTERM, Ctrl-C).
 *
 * <p>With the system property {@value #SUPERVISED} set to {@code true} a parent process is told in a line of its own when the command is
 * ready, and the command ends when standard input does: even a parent that was killed with -9 leaves nothing behind.
 */
public final class Foreground {

    /** System property by which a parent process says that it is one. */
    public static final String SUPERVISED = "fairlead.supervised";

    private static final long DRAIN_MS_MAX = 60_000;
    private static final CountDownLatch OVER = new CountDownLatch(1);

    private Foreground() {}

    /**
     * Says that the command does its work now.
     *
     * @param sentence for people
     * @param addresses where it can be reached, by name, for a parent process
     */
    public static void ready(PrintWriter out, String sentence, Map<String, String> addresses) {
        out.println(sentence);
        if (Boolean.getBoolean(SUPERVISED)) {
            out.println("READY "
                    + addresses.entrySet().stream()
                            .map(address -> "\"" + address.getKey() + "\":\"" + address.getValue() + "\"")
                            .collect(Collectors.joining(",", "{", "}")));
        }
        out.flush();
    }

    /** The command has returned: a process that was asked to end need not wait any longer. */
    public static void over() {
        OVER.countDown();
    }

    /**
     * Returns when the process is asked to end; the virtual machine then waits until the calling thread has closed what
     * it opened and the command has returned.
     */
    public static void untilTerminated() throws InterruptedException {
        termination().await();
    }

    /** As {@link #untilTerminated}, for those who have something to do meanwhile: open when the process is asked to end. */
    public static CountDownLatch termination() {
        CountDownLatch asked = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            asked.countDown();
                            try {
                                OVER.await(DRAIN_MS_MAX, TimeUnit.MILLISECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "fairlead-drain"));
        if (Boolean.getBoolean(SUPERVISED)) {
            Thread watch = new Thread(() -> awaitEndOfInput(asked), "fairlead-parent-watch");
            watch.setDaemon(true);
            watch.start();
        }
        return asked;
    }

    private static void awaitEndOfInput(CountDownLatch asked) {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever said but that it may end.
            }
        } catch (IOException e) {
            System.err.println("fairlead: standard input broke, taken as its end: " + e.getMessage());
        }
        asked.countDown();
    }
}
