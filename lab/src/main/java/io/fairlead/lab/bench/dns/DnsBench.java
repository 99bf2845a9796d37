package io.fairlead.lab.bench.dns;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.bench.Processor;
import io.fairlead.lab.bench.dns.DnsPeers.Server;
import io.fairlead.lab.bench.proxy.PinnedProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The name server beside others: the same answers to random questions, then processor time a question and latency at a rate, the top rate, and what a silent TCP client
 * costs. Servers are on one processor, the load on another; runs alternate.
 */
@Command(
        name = "dns",
        description =
                "The name server beside Knot, NSD, gdnsd, BIND and PowerDNS, as many as are installed: answers, processor time, latency, top rate; steered by subnet, and signing.")
public final class DnsBench implements Callable<Integer> {

    private static final int HEAP_MIB = 512;
    private static final int DIFFERENCES_SHOWN = 10;
    private static final int IDLE_FIRST_SHARE = 10;
    private static final double KIB = 1_024;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--questions",
            defaultValue = "100000",
            description =
                    "Random questions whose answers are compared with Knot's and NSD's (default: ${DEFAULT-VALUE}).")
    private int questions;

    @Option(
            names = "--rate",
            defaultValue = "40000",
            description = "Questions/s of the load (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--denials",
            defaultValue = "800",
            description =
                    "Questions/s for names that are not there, each once, of servers that sign; over 1 000 ours truncates (default: ${DEFAULT-VALUE}).")
    private int denials;

    @Option(names = "--rounds", defaultValue = "3", description = "Of the load (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            defaultValue = "6",
            description = "Of each run (default: ${DEFAULT-VALUE}).")
    private int timeS;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description =
                    "Of each kind of questions before any is measured, so that what answers them is compiled (default: ${DEFAULT-VALUE}).")
    private int warmUpS;

    @Option(
            names = "--only",
            paramLabel = "WORD",
            description = "Of the runs, those whose name has it; may be given more than once.")
    private List<String> only = List.of();

    @Option(
            names = "--entries",
            defaultValue = "100000",
            description = "Of the map that mapped names are answered from (default: ${DEFAULT-VALUE}).")
    private int entries;

    @Option(
            names = "--tcp-clients",
            defaultValue = "9000",
            description = "That say nothing, as many as descriptors allow (default: ${DEFAULT-VALUE}).")
    private int tcpClients;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (BenchDirectory directory = BenchDirectory.make("dns")) {
            PinnedProcess.leaveTheServersProcessor();
            InetSocketAddress address = DnsPeers.freeAddress();
            InetSocketAddress signingAddress = DnsPeers.freeAddress();
            try (DnsPeers peers = DnsPeers.startAll(directory.resolve("peers"));
                    PinnedProcess ours = ours(directory.resolve("fairlead"), address, List.of());
                    PinnedProcess signing = ours(directory.resolve("signing"), signingAddress, List.of("signing"))) {
                out.println(Processor.machine());
                peers.missing().forEach(each -> out.println("not installed: " + each));
                Server own = new Server("fairlead", address, ours);
                for (String peer : questions > 0 ? List.of("knotd", "nsd") : List.<String>of()) {
                    peers.named(peer).ifPresent(server -> compare(own, server, out));
                }
                load(runs(own, new Server("fairlead, signing", signingAddress, signing), peers, directory), out);
                if (tcpClients > 0) {
                    idle(own, out);
                }
            }
        }
        return 0;
    }

    private PinnedProcess ours(Path directory, InetSocketAddress address, List<String> more)
            throws IOException, InterruptedException {
        Path zone = Files.createDirectories(directory).resolve("zone");
        Files.writeString(zone, BenchZone.ours());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-XX:+UseSerialGC",
                "-Dio.netty.allocator.type=pooled",
                "-Dio.netty.leakDetection.level=disabled",
                "-Dlog4j2.configurationFile=classpath:fairlead-log4j2.xml",
                "-cp",
                System.getProperty("java.class.path"),
                DnsBenchServer.class.getName(),
                zone.toString(),
                Integer.toString(address.getPort()),
                Integer.toString(entries)));
        command.addAll(more);
        return PinnedProcess.start("fairlead", command, directory, address);
    }

    // ---- the same answers

    private void compare(Server own, Server peer, PrintWriter out) {
        List<String> found = new ArrayList<>();
        try (Differential differential = new Differential(own.address(), peer.address())) {
            int alike = differential.compare(questions, new SplittableRandom(1), found, DIFFERENCES_SHOWN);
            out.printf("%,d random questions answered as by %s, %d otherwise%n", alike, peer.name(), found.size());
        } catch (IOException e) {
            throw new UserError("The answers can't be compared: " + e.getMessage(), e);
        }
        found.forEach(out::println);
        out.flush();
    }

    // ---- load

    /**
     * One kind of questions to one server.
     *
     * @param load of each round; that of round 0 goes before all, so that what runs is compiled
     * @param perSecond of them
     */
    private record Run(String name, Server server, IntFunction<Dnsperf> load, int perSecond) {}

    private List<Run> runs(Server own, Server signing, DnsPeers peers, BenchDirectory directory) throws IOException {
        List<String> subnet = List.of("-E", "8:00011800c63364"); // 198.51.100.0/24
        Dnsperf hosts = load(directory, "hosts", BenchZone.questions(), List.of());
        Dnsperf mapped = load(directory, "mapped", BenchZone.MAPPED + " A\n", subnet);
        Dnsperf steered = load(directory, "steered", "live." + BenchZone.STEERED + " A\n", subnet);
        Dnsperf signed = load(directory, "signed", BenchZone.questions(), List.of("-D"));
        List<Dnsperf> missing = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            missing.add(load(directory, "missing" + round, BenchZone.missing(round, denials * timeS), List.of("-D")));
        }
        List<Run> runs = new ArrayList<>();
        runs.add(new Run("fairlead", own, round -> hosts, rate));
        runs.add(new Run("fairlead, mapped by subnet", own, round -> mapped, rate));
        for (Server peer : peers.running()) {
            if (!peer.name().equals(DnsPeers.POWER_DNS_SIGNING)) {
                runs.add(new Run(peer.name(), peer, round -> hosts, rate));
            }
        }
        peers.named(DnsPeers.POWER_DNS)
                .ifPresent(peer -> runs.add(new Run("pdns, steered by subnet", peer, round -> steered, rate)));
        for (Server each : signers(signing, peers)) {
            runs.add(new Run(each.name(), each, round -> signed, rate));
            runs.add(new Run(each.name() + ", what is not there", each, missing::get, denials));
        }
        runs.removeIf(run -> !only.isEmpty() && only.stream().noneMatch(run.name()::contains));
        return runs;
    }

    private static List<Server> signers(Server own, DnsPeers peers) {
        List<Server> all = new ArrayList<>(List.of(own));
        peers.named(DnsPeers.POWER_DNS_SIGNING).ifPresent(all::add);
        return all;
    }

    private static Dnsperf load(BenchDirectory directory, String name, String questions, List<String> more)
            throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, questions);
        return new Dnsperf(file, more);
    }

    private void load(List<Run> runs, PrintWriter out) throws IOException, InterruptedException {
        for (Run run : runs) {
            run.load().apply(0).run(run.server().address(), warmUpS, 0);
        }
        for (int round = 1; round <= rounds; round++) {
            for (Run run : runs) {
                print(round, run, out);
            }
        }
    }

    private void print(int round, Run run, PrintWriter out) throws IOException, InterruptedException {
        Server server = run.server();
        long before = server.process().processorNanos();
        Dnsperf.Result steady = run.load().apply(round).run(server.address(), timeS, run.perSecond());
        double us = (server.process().processorNanos() - before) / 1e3 / Math.max(1, steady.completed());
        out.printf(
                "round %d  %-36s %6.2f µs processor time a question, at %,d/s mean %.0f µs p99 %.0f µs, lost %d",
                round, run.name(), us, run.perSecond(), steady.meanUs(), steady.p99Us(), steady.lost());
        if (run.perSecond() == rate) {
            out.printf(
                    "; top %,.0f/s",
                    run.load().apply(round).run(server.address(), timeS, 0).perSecond());
        }
        out.println();
        out.flush();
    }

    // ---- silent clients

    private void idle(Server own, PrintWriter out) throws IOException {
        List<Socket> silent = new ArrayList<>();
        try {
            int first = Math.max(1, tcpClients / IDLE_FIRST_SHARE);
            open(first, own, silent);
            long few = own.process().residentBytes();
            open(tcpClients - first, own, silent);
            long all = own.process().residentBytes();
            out.printf(
                    "%,d silent TCP clients: %.1f KiB resident each%n",
                    tcpClients, (all - few) / KIB / Math.max(1, tcpClients - first));
        } finally {
            for (Socket each : silent) {
                each.close();
            }
        }
    }

    private static void open(int count, Server own, List<Socket> into) throws IOException {
        for (int i = 0; i < count; i++) {
            into.add(new Socket(own.address().getAddress(), own.address().getPort()));
        }
    }
}
