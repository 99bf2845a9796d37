package io.fairlead.lab.bench.proxy;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.bench.Processor;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The proxy edge beside Squid, HAProxy and LittleProxy: same machine, same site, in turns. Proxies are on one processor, load, site and
 * Kafka on the other. Ours goes through an upstream exit, with log-in, picks, scoring and telemetry to a real broker.
 */
@Command(name = "proxy", description = "The proxy edge beside Squid, HAProxy and LittleProxy.")
public final class ProxyBench implements Callable<Integer> {

    /** What is measured. */
    enum Line {
        FORWARD,
        BYTES,
        SETUP,
        LATENCY
    }

    private static final int BULK_TUNNELS = 8;
    private static final int SETUPS_AT_ONCE = 16;
    private static final double LATENCY_LOAD = 0.7;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--only", split = ",", description = "Lines to measure: ${COMPLETION-CANDIDATES} (default: all).")
    private List<Line> only = List.of(Line.values());

    @Option(
            names = "--proxies",
            split = ",",
            description = "Whose names begin with one of these, in any case (default: all).")
    private List<String> proxies = List.of("");

    @Option(
            names = "--connections",
            defaultValue = "64",
            description = "Kept open by the load (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Of load before each proxy is counted first (default: ${DEFAULT-VALUE}).")
    private int warmUpS;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            defaultValue = "8",
            description = "Of each round (default: ${DEFAULT-VALUE}).")
    private int timeS;

    @Option(names = "--rounds", defaultValue = "3", description = "In turns (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Spec
    private CommandSpec spec;

    /** One contender in one round. */
    private record Seen(Load.Result result, double processorSeconds) {

        double microsPerAnswer() {
            return 1e6 * processorSeconds / Math.max(1, result.answers());
        }

        double mebibytesPerSecond() {
            return result.bytes() / result.seconds() / (1 << 20);
        }

        double secondsPerGibibyte() {
            return processorSeconds * (1L << 30) / Math.max(1, result.bytes());
        }
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PinnedProcess.leaveTheServersProcessor();
        EventLoopGroup siteLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoopGroup loadLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (BenchDirectory directory = BenchDirectory.make("proxy");
                BenchSite opened = BenchSite.open(siteLoop)) {
            String site = "127.0.0.1:" + opened.address().getPort();
            try (Peers peers = Peers.start(directory.resolve("peers"), site);
                    FairleadProxy ours =
                            FairleadProxy.start(directory.resolve("fairlead"), opened.address(), List.of())) {
                out.printf(
                        "%s; proxies on processor %d, load, site and Kafka on %d; %d rounds of %d s after %d s%n",
                        Processor.machine(), PinnedProcess.OF_SERVER, PinnedProcess.OF_LOAD, rounds, timeS, warmUpS);
                peers.missing().forEach(each -> out.println("not there: " + each));
                out.flush();
                for (Line line : only) {
                    measure(line, peers, ours.contender(), loadLoop, out);
                }
            }
        } finally {
            loadLoop.shutdownGracefully();
            siteLoop.shutdownGracefully();
        }
        return 0;
    }

    private void measure(Line line, Peers peers, Contender ours, EventLoopGroup loops, PrintWriter out)
            throws InterruptedException {
        switch (line) {
            case FORWARD -> {
                out.printf("%nForwarded HTTP, 1 KiB, %d connections kept open%n", connections);
                table(
                        rounds(
                                present(
                                        peers.squid(),
                                        peers.haProxy(),
                                        peers.haProxyLogging(),
                                        peers.littleProxy(),
                                        Optional.of(ours)),
                                each -> Load.closed(loops, each, BenchSite.SMALL, connections)),
                        out,
                        "| proxy | requests/s | p50 | p99 | processor time a request |",
                        seen -> String.format(
                                "%,.0f | %.2f ms | %.2f ms | %.1f µs",
                                middle(seen, each -> each.result().perSecond()),
                                middle(seen, each -> each.result().latencyUs().getValueAtPercentile(50) / 1e3),
                                middle(seen, each -> each.result().p99Ms()),
                                middle(seen, Seen::microsPerAnswer)));
            }
            case BYTES -> {
                out.printf("%nBytes of %d tunnels%n", BULK_TUNNELS);
                table(
                        rounds(
                                present(
                                        connect(peers.squid()),
                                        peers.haProxyBytes(),
                                        connect(peers.littleProxy()),
                                        connect(Optional.of(ours))),
                                each -> Load.closed(loops, each, BenchSite.BULK, BULK_TUNNELS)),
                        out,
                        "| proxy | MiB/s | processor time a GiB |",
                        seen -> String.format(
                                "%,.0f | %.2f s",
                                middle(seen, Seen::mebibytesPerSecond), middle(seen, Seen::secondsPerGibibyte)));
            }
            case SETUP -> {
                out.printf("%nTunnels opened, asked one thing and closed, %d at once%n", SETUPS_AT_ONCE);
                table(
                        rounds(
                                present(
                                        connect(peers.squid()),
                                        connect(peers.littleProxy()),
                                        connect(Optional.of(ours))),
                                each -> Load.setUps(loops, each, SETUPS_AT_ONCE)),
                        out,
                        "| proxy | tunnels/s | p99 | processor time a tunnel |",
                        seen -> String.format(
                                "%,.0f | %.2f ms | %.1f µs",
                                middle(seen, each -> each.result().perSecond()),
                                middle(seen, each -> each.result().p99Ms()),
                                middle(seen, Seen::microsPerAnswer)));
            }
            case LATENCY -> {
                Load.closed(loops, ours, BenchSite.SMALL, connections).run(Duration.ofSeconds(warmUpS));
                Load.Result most =
                        Load.closed(loops, ours, BenchSite.SMALL, connections).run(Duration.ofSeconds(timeS));
                int rate = (int) (LATENCY_LOAD * most.perSecond());
                out.printf(
                        "%nLatency at %,d requests/s, 70 %% of what ours takes, open loop; logging and telemetry on%n",
                        rate);
                table(
                        rounds(
                                present(peers.squid(), peers.haProxyLogging(), peers.littleProxy(), Optional.of(ours)),
                                each -> Load.open(loops, each, connections, rate)),
                        out,
                        "| proxy | p50 | p99 | p99.9 | processor time a request |",
                        seen -> String.format(
                                "%.2f ms | %.2f ms | %.2f ms | %.1f µs",
                                middle(seen, each -> each.result().latencyUs().getValueAtPercentile(50) / 1e3),
                                middle(seen, each -> each.result().p99Ms()),
                                middle(seen, each -> each.result().latencyUs().getValueAtPercentile(99.9) / 1e3),
                                middle(seen, Seen::microsPerAnswer)));
            }
        }
        out.flush();
    }

    private List<Contender> present(Optional<?>... each) {
        List<Contender> there = new ArrayList<>();
        for (Optional<?> one : each) {
            one.map(Contender.class::cast).filter(this::isAskedFor).ifPresent(there::add);
        }
        return there;
    }

    private boolean isAskedFor(Contender contender) {
        return proxies.stream().anyMatch(name -> contender.name().regionMatches(true, 0, name, 0, name.length()));
    }

    private static Optional<Contender> connect(Optional<Contender> contender) {
        return contender.map(each -> each.asked(Way.CONNECT));
    }

    private Map<Contender, List<Seen>> rounds(List<Contender> contenders, Function<Contender, Load> load)
            throws InterruptedException {
        Map<Contender, List<Seen>> all = new LinkedHashMap<>();
        for (Contender contender : contenders) {
            load.apply(contender).run(Duration.ofSeconds(warmUpS));
            all.put(contender, new ArrayList<>());
        }
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<Contender, List<Seen>> each : all.entrySet()) {
                long pid = each.getKey().process().pid();
                Duration before = Processor.time(pid);
                Load.Result result = load.apply(each.getKey()).run(Duration.ofSeconds(timeS));
                Duration taken = Processor.time(pid).minus(before);
                each.getValue().add(new Seen(result, taken.toNanos() / 1e9));
            }
        }
        return all;
    }

    private static void table(
            Map<Contender, List<Seen>> all, PrintWriter out, String head, Function<List<Seen>, String> cells) {
        out.println(head);
        out.println(head.replaceAll("[^|]+", "---"));
        all.forEach((contender, seen) -> {
            out.printf("| %s | %s |%n", contender.name(), cells.apply(seen));
            long failures =
                    seen.stream().mapToLong(each -> each.result().failures()).sum();
            if (failures > 0) {
                out.printf(
                        "  %s failed %,d times: %s%n",
                        contender.name(),
                        failures,
                        seen.stream()
                                .flatMap(each -> each.result().reasons().stream())
                                .distinct()
                                .toList());
            }
        });
    }

    /** The round in the middle. */
    private static double middle(List<Seen> seen, ToDoubleFunction<Seen> of) {
        List<Double> sorted = seen.stream()
                .map(of::applyAsDouble)
                .sorted(Comparator.naturalOrder())
                .toList();
        return sorted.get(sorted.size() / 2);
    }
}
