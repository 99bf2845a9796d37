package io.fairlead.lab.bench.relay;

import io.fairlead.lab.bench.LiveMemory;
import io.fairlead.lab.bench.proxy.PinnedProcess;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * More and more viewers at one server: what it takes of processor and memory for them, and how soon newcomers are served. The server may be anybody's that sends HTTP-FLV.
 *
 * @param counts numbers of viewers, rising
 * @param timeS for which each number is measured
 * @param joinsPerSecond at which they come
 */
record CrowdRun(List<Integer> counts, int timeS, int joinsPerSecond, EventLoopGroup loops, PrintWriter out) {

    private static final int WARM_UP_VIEWERS = 500;
    private static final int SETTLE_S = 3;
    private static final double KIB = 1_024;

    /** What the server holds now, bytes. */
    interface Memory {

        /** Live objects and native memory of a process of Java, after a full collection. */
        static Memory live(PinnedProcess process) {
            return () -> LiveMemory.of(process.pid()).bytes();
        }

        /** All that is resident. */
        static Memory resident(PinnedProcess process) {
            return process::residentBytes;
        }

        long bytes() throws IOException, InterruptedException;
    }

    /** Measures a server, and prints a line for each number of viewers. */
    void measure(String name, PinnedProcess server, InetSocketAddress viewers, Memory memory)
            throws IOException, InterruptedException {
        warmUp(viewers);
        long nobodysBytes = memory.bytes();
        say("%s: %,d MiB for nobody, resident %,d MiB", name, nobodysBytes >> 20, server.residentBytes() >> 20);
        try (Audience audience = new Audience(viewers, loops)) {
            for (int count : counts) {
                List<LoadViewer> newcomers =
                        audience.join(count - audience.viewers().size(), joinsPerSecond);
                TimeUnit.SECONDS.sleep(SETTLE_S);
                steady(name, count, server, audience);
                say(
                        "    %.1f KiB a viewer, resident %,d MiB; %s",
                        (memory.bytes() - nobodysBytes) / KIB / count,
                        server.residentBytes() >> 20,
                        audience.continuity());
                say("    joins at %,d/s: %s", joinsPerSecond, Audience.joined(newcomers));
            }
        }
    }

    /** Lets the server's code be compiled before anything is measured. */
    private void warmUp(InetSocketAddress viewers) throws InterruptedException {
        try (Audience first = new Audience(viewers, loops)) {
            first.join(WARM_UP_VIEWERS, joinsPerSecond);
            TimeUnit.SECONDS.sleep(timeS);
        }
        TimeUnit.SECONDS.sleep(SETTLE_S);
    }

    private void steady(String name, int count, PinnedProcess server, Audience audience) throws InterruptedException {
        long startNanos = System.nanoTime();
        long usedNs = -server.processorNanos();
        long bytes = -audience.bytes();
        TimeUnit.SECONDS.sleep(timeS);
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        usedNs += server.processorNanos();
        bytes += audience.bytes();
        double viewerUs = usedNs / 1e3 / seconds / count;
        say(
                "%s, %,d viewers: %.0f µs a viewer-second (%,.0f viewers a processor), %.2f s of processor a Gbit, %.0f kbit/s each; load %.1f",
                name,
                count,
                viewerUs,
                1e6 / viewerUs,
                usedNs / (bytes * 8.0),
                bytes * 8.0 / 1e3 / seconds / count,
                RelayBench.load());
    }

    private void say(String form, Object... values) {
        out.printf(Locale.ROOT, form + "%n", values);
        out.flush();
    }
}
