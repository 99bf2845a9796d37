package io.fairlead.host.flink;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Ends this process when its standard input does. The other end of that pipe is held by whoever started the host, so even a
 * parent that was killed with -9 leaves nothing behind.
 */
final class ParentWatch {
    private static final long ORDERLY_END_LIMIT_SECONDS = 8;

    private ParentWatch() {}

    static void start() {
        Thread watch = new Thread(ParentWatch::awaitEnd, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void awaitEnd() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever said to a host but that it may end.
            }
        } catch (IOException broken) {
            System.err.println("Standard input broke, taken as its end: " + broken);
        }
        Thread limit = new Thread(ParentWatch::haltAfterLimit, "end-limit");
        limit.setDaemon(true);
        limit.start();
        System.exit(0);
    }

    private static void haltAfterLimit() {
        try {
            TimeUnit.SECONDS.sleep(ORDERLY_END_LIMIT_SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        System.err.println("No orderly end within " + ORDERLY_END_LIMIT_SECONDS + " s: halting.");
        Runtime.getRuntime().halt(1);
    }
}
