package io.fairlead.lab.bench.relay;

import com.sun.management.UnixOperatingSystemMXBean;
import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.bench.Processor;
import io.fairlead.lab.bench.proxy.PinnedProcess;
import io.fairlead.lab.bench.relay.LossRun.Loss;
import io.fairlead.lab.bench.relay.RelayProcesses.Relay;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * One room of 600 kbit/s with a key frame each 2 s; relays on one processor, viewers that look at every tag on the other. Linux alone, with two
 * processors.
 */
@Command(
        name = "relay",
        description =
                "Many viewers of a room, beside node-media-server: processor time, memory, joins; and how soon they are fed again"
                        + " when a relay server is lost.")
public final class RelayBench implements Callable<Integer> {

    /** What is measured. */
    enum Line {
        CROWD,
        PEER,
        STORM,
        LOSS
    }

    private static final int WARM_UP_VIEWERS = 500;
    private static final int JOINS_PER_SECOND = 500;
    private static final int WARM_UP_S = 5;

    /** Of this process and of a relay, beside viewers. */
    private static final int OTHER_DESCRIPTORS = 300;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--only", split = ",", description = "Lines to measure: ${COMPLETION-CANDIDATES} (default: all).")
    private List<Line> only = List.of(Line.values());

    @Option(
            names = "--viewers",
            split = ",",
            defaultValue = "500,2000,5000",
            description = "Numbers of viewers at one relay server, rising (default: ${DEFAULT-VALUE}).")
    private List<Integer> counts = List.of();

    @Option(
            names = "--peer-viewers",
            split = ",",
            defaultValue = "500,1000",
            description = "The same at the peer (default: ${DEFAULT-VALUE}).")
    private List<Integer> peerCounts = List.of();

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "For which each number of viewers is measured (default: ${DEFAULT-VALUE}).")
    private int timeS;

    @Option(
            names = "--joins",
            paramLabel = "PER_SECOND",
            defaultValue = "500",
            description = "Viewers that come in a second (default: ${DEFAULT-VALUE}).")
    private int joinsPerSecond;

    @Option(
            names = "--storm",
            paramLabel = "VIEWERS",
            defaultValue = "10000",
            description = "That come to a relay client at once (default: ${DEFAULT-VALUE}).")
    private int stormViewers;

    @Option(names = "--rounds", defaultValue = "5", description = "Losses of each kind (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--merge-ms",
            split = ",",
            defaultValue = "350,100",
            description =
                    "Tags are gathered for so long; SRS, the yardstick, does so for 350, relays for 100 unless they are told; losses and joins at once are measured with"
                            + " the last (default: ${DEFAULT-VALUE}).")
    private List<Integer> mergesMs = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        requireDescriptors();
        say(
                out,
                "%s; relays on one processor, viewers on another; 600 kbit/s, a key frame each 2 s",
                Processor.machine());
        PinnedProcess.leaveTheServersProcessor();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try (BenchDirectory directory = BenchDirectory.make("relay")) {
            RelayProcesses processes = RelayProcesses.in(directory);
            for (Line line : only) {
                switch (line) {
                    case CROWD -> crowd(processes, loops, out);
                    case PEER -> peer(directory, loops, out);
                    case STORM -> storm(processes, loops, out);
                    case LOSS -> losses(processes, loops, out);
                }
            }
            return 0;
        } finally {
            loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).await();
        }
    }

    private void requireDescriptors() {
        int wanted = OTHER_DESCRIPTORS
                + Math.max(
                        only.contains(Line.STORM) ? stormViewers : 0,
                        only.contains(Line.CROWD) ? Collections.max(counts) : 0);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() < wanted) {
            throw new UserError(
                    "A process may have " + system.getMaxFileDescriptorCount()
                            + " descriptors here, and so many viewers take " + wanted
                            + " of the load and of the relay each: raise it (ulimit -Hn), or choose fewer by --viewers and --storm.");
        }
    }

    private void crowd(RelayProcesses processes, EventLoopGroup loops, PrintWriter out) throws Exception {
        for (int mergeMs : mergesMs) {
            try (Relay relay = processes.server(mergeMs, null);
                    BenchPublisher publisher =
                            BenchPublisher.start(relay.viewers(), BenchRelay.WATCH + "?key=" + BenchRelay.KEY)) {
                new CrowdRun(counts, timeS, joinsPerSecond, loops, out)
                        .measure(
                                "fairlead, tags gathered for " + mergeMs + " ms",
                                relay.process(),
                                relay.viewers(),
                                CrowdRun.Memory.live(relay.process()));
                publisher.check();
            }
        }
    }

    private void peer(BenchDirectory directory, EventLoopGroup loops, PrintWriter out) throws Exception {
        try (NodeMediaServer peer = NodeMediaServer.start(directory.resolve("node-media-server"));
                BenchPublisher publisher = BenchPublisher.start(peer.http(), BenchRelay.WATCH)) {
            new CrowdRun(peerCounts, timeS, joinsPerSecond, loops, out)
                    .measure(peer.toString(), peer.process(), peer.http(), CrowdRun.Memory.resident(peer.process()));
            publisher.check();
        }
    }

    private void storm(RelayProcesses processes, EventLoopGroup loops, PrintWriter out) throws Exception {
        int mergeMs = mergesMs.get(mergesMs.size() - 1);
        try (Relay server = processes.server(mergeMs, null);
                BenchPublisher publisher =
                        BenchPublisher.start(server.viewers(), BenchRelay.WATCH + "?key=" + BenchRelay.KEY);
                Relay client = processes.client(mergeMs, List.of(server.links()))) {
            try (Audience first = new Audience(client.viewers(), loops)) {
                first.join(WARM_UP_VIEWERS, JOINS_PER_SECOND);
                TimeUnit.SECONDS.sleep(WARM_UP_S);
            }
            Audience.await("the room is let go", () -> processes.counts(server).carriers() == 0);
            long before = processes.counts(client).mediaStreams();
            try (Audience audience = new Audience(client.viewers(), loops)) {
                List<LoadViewer> all = audience.join(stormViewers, Audience.AT_ONCE);
                say(
                        out,
                        "%,d viewers at once behind one relay client, another process: %d stream on the long link (%d at their end); %s",
                        stormViewers,
                        processes.counts(client).mediaStreams() - before,
                        processes.counts(server).carriers(),
                        Audience.joined(all));
                say(out, "    %s; load %.1f", audience.continuity(), load());
            }
            publisher.check();
        }
    }

    private void losses(RelayProcesses processes, EventLoopGroup loops, PrintWriter out) throws Exception {
        try (LossRun run = new LossRun(processes, loops, mergesMs.get(mergesMs.size() - 1))) {
            for (Loss loss : Loss.values()) {
                say(out, "%s", run.measure(loss, rounds));
            }
        }
    }

    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static void say(PrintWriter out, String form, Object... values) {
        out.printf(Locale.ROOT, form + "%n", values);
        out.flush();
    }
}
