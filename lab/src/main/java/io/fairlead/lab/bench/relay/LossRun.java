package io.fairlead.lab.bench.relay;

import io.fairlead.lab.bench.relay.RelayProcesses.Relay;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A room that two relay servers have, and one relay client with viewers: the one that carries is lost, or its stream from the media server is,
 * and what counts is for how long viewers get nothing. The other relay server has served before, and is no fresh process.
 */
final class LossRun implements AutoCloseable {

    /** What is lost, and how. */
    enum Loss {
        UPSTREAM("silence of the master's stream from the media server"),
        KILLED("kill -9 of the relay server"),
        STOPPED("kill -STOP of the relay server"),
        RESET("TCP reset of the long link"),
        SILENT("silence of the long link");

        private final String words;

        Loss(String words) {
            this.words = words;
        }
    }

    private static final int VIEWERS = 20;
    private static final int JOINS_PER_SECOND = 500;
    private static final int SETTLE_S = 2;

    /** So much media must have come after a loss, and so much time gone by: what was on its way when it happened does not count. */
    private static final int FED_FRAMES = 2_000 / BenchPublisher.INTERVAL_MS;

    private static final long FED_NS = 4_000_000_000L;

    private final RelayProcesses processes;
    private final EventLoopGroup loops;
    private final int mergeMs;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Relay media;
    private final CuttablePath upstream;
    private final Relay[] servers = new Relay[2];
    private final CuttablePath[] paths = new CuttablePath[2];
    private final Relay client;

    LossRun(RelayProcesses processes, EventLoopGroup loops, int mergeMs) throws IOException, InterruptedException {
        this.processes = processes;
        this.loops = loops;
        this.mergeMs = mergeMs;
        media = processes.server(mergeMs, null);
        open.add(media);
        open.add(BenchPublisher.start(media.viewers(), BenchRelay.WATCH + "?key=" + BenchRelay.KEY));
        upstream = new CuttablePath(media.viewers());
        open.add(upstream);
        for (int each = 0; each < servers.length; each++) {
            servers[each] = processes.server(mergeMs, upstream.address());
            paths[each] = new CuttablePath(servers[each].links());
            open.add(paths[each]);
        }
        client = processes.client(
                mergeMs, Arrays.stream(paths).map(CuttablePath::address).toList());
        open.add(client);
    }

    /** Loses the relay server that carries, again and again; one line that says what viewers saw. The first time is not counted: code is compiled then. */
    String measure(Loss loss, int rounds) throws IOException, InterruptedException {
        List<Long> pausesNs = new ArrayList<>();
        long lost = 0;
        long back = 0;
        long over = 0;
        for (int round = 0; round <= rounds; round++) {
            try (Audience audience = new Audience(client.viewers(), loops)) {
                audience.join(VIEWERS, JOINS_PER_SECOND);
                TimeUnit.SECONDS.sleep(SETTLE_S);
                lose(loss);
                awaitMedia(audience, System.nanoTime());
                if (round > 0) {
                    for (LoadViewer each : audience.viewers()) {
                        pausesNs.add(each.longestPauseNs());
                        lost += each.lost();
                        back += each.back();
                        over += each.over() ? 1 : 0;
                    }
                }
            }
            restore(loss);
        }
        long[] sorted = pausesNs.stream().mapToLong(Long::longValue).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "%s, %d times, %d viewers, tags gathered for %d ms: longest pause between two tags p50 %.0f ms, p95 %.0f ms, most %.0f ms; %d disconnected, %d frames lost, %d repeated or back in time; load %.1f",
                loss.words,
                rounds,
                VIEWERS,
                mergeMs,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.95)] / 1e6,
                sorted[sorted.length - 1] / 1e6,
                over,
                lost,
                back,
                RelayBench.load());
    }

    private static void awaitMedia(Audience audience, long lostNanos) throws InterruptedException {
        int[] before = audience.viewers().stream().mapToInt(LoadViewer::last).toArray();
        Audience.await("all viewers are fed again", () -> {
            for (int each = 0; each < before.length; each++) {
                LoadViewer viewer = audience.viewers().get(each);
                if (!viewer.over() && viewer.last() < before[each] + FED_FRAMES) {
                    return false;
                }
            }
            return System.nanoTime() - lostNanos > FED_NS;
        });
    }

    /** The first relay server of the list carries: the room has just begun. */
    private void lose(Loss loss) throws IOException, InterruptedException {
        Audience.await(
                "the first relay server carries",
                () -> processes.counts(servers[0]).carriers() == 1);
        switch (loss) {
            case UPSTREAM -> {
                long before = processes.counts(servers[0]).silences();
                upstream.silenceOldest();
                Audience.await(
                        "the spare's stream follows",
                        () -> processes.counts(servers[0]).silences() > before);
            }
            case KILLED -> signal("-KILL");
            case STOPPED -> signal("-STOP");
            case RESET -> paths[0].reset();
            case SILENT -> paths[0].silence();
        }
    }

    /** As it was, and without the room. */
    private void restore(Loss loss) throws IOException, InterruptedException {
        switch (loss) {
            case KILLED, STOPPED -> {
                InetSocketAddress viewers = servers[0].viewers();
                InetSocketAddress links = servers[0].links();
                servers[0].close();
                servers[0] = processes.server(mergeMs, upstream.address(), viewers, links);
            }
            case RESET, UPSTREAM -> {
                // links come back by themselves, and spares are asked for
            }
            case SILENT -> paths[0].restore();
        }
        processes.awaitParents(client, paths.length);
        Audience.await("the room is let go", () -> processes.counts(client).rooms() == 0);
    }

    private void signal(String which) throws IOException, InterruptedException {
        int failed = new ProcessBuilder(
                        "kill", which, Long.toString(servers[0].process().pid()))
                .start()
                .waitFor();
        if (failed != 0) {
            throw new IOException(servers[0].process() + " can't be given the signal " + which);
        }
    }

    @Override
    public void close() throws IOException {
        for (Relay each : servers) {
            each.close();
        }
        for (int last = open.size() - 1; last >= 0; last--) {
            try {
                open.get(last).close();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(open.get(last) + " does not end", e);
            }
        }
    }
}
