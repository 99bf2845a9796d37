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
        description = "The name server beside Knot, NSD, gdnsd and BIND: answers, processor time, latency, top rate.")
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

    @Option(names = "--rounds", defaultValue = "3", description = "Of the load (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            defaultValue = "6",
            description = "Of each run (default: ${DEFAULT-VALUE}).")
    private int timeS;

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
            try (DnsPeers peers = DnsPeers.startAll(directory.resolve("peers"));
                    PinnedProcess ours = ours(directory.resolve("fairlead"))) {
                out.println(Processor.machine());
                peers.missing().forEach(each -> out.println("not installed: " + each));
                Server own = new Server("fairlead", address, ours);
                for (String peer : List.of("knotd", "nsd")) {
                    peers.named(peer).ifPresent(server -> compare(own, server, out));
                }
                load(own, peers, directory, out);
                idle(own, out);
            }
        }
        return 0;
    }

    private InetSocketAddress address = new InetSocketAddress(0);

    private PinnedProcess ours(Path directory) throws IOException, InterruptedException {
        address = DnsPeers.freeAddress();
        Path zone = Files.createDirectories(directory).resolve("zone");
        Files.writeString(zone, BenchZone.ours());
        return PinnedProcess.start(
                "fairlead",
                List.of(
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
                        Integer.toString(entries)),
                directory,
                address);
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

    private void load(Server own, DnsPeers peers, BenchDirectory directory, PrintWriter out)
            throws IOException, InterruptedException {
        Path hosts = directory.resolve("hosts");
        Files.writeString(hosts, BenchZone.questions());
        Path mapped = directory.resolve("mapped");
        Files.writeString(mapped, BenchZone.MAPPED + " A\n");
        Dnsperf hostsLoad = new Dnsperf(hosts, List.of());
        Dnsperf mappedLoad = new Dnsperf(mapped, List.of("-E", "8:00011800c63364")); // 198.51.100.0/24
        hostsLoad.run(own.address(), timeS, 0); // compiled before it is measured
        mappedLoad.run(own.address(), timeS, 0);
        for (int round = 1; round <= rounds; round++) {
            print(round, "fairlead", own, hostsLoad, out);
            print(round, "fairlead, mapped with subnet", own, mappedLoad, out);
            for (Server peer : peers.running()) {
                print(round, peer.name(), peer, hostsLoad, out);
            }
        }
    }

    private void print(int round, String name, Server server, Dnsperf load, PrintWriter out)
            throws IOException, InterruptedException {
        long before = server.process().processorNanos();
        Dnsperf.Result steady = load.run(server.address(), timeS, rate);
        double us = (server.process().processorNanos() - before) / 1e3 / Math.max(1, steady.completed());
        Dnsperf.Result top = load.run(server.address(), timeS, 0);
        out.printf(
                "round %d  %-28s %6.2f µs processor time a question, at %,d/s mean %.0f µs p99 %.0f µs, lost %d; top %,.0f/s%n",
                round, name, us, rate, steady.meanUs(), steady.p99Us(), steady.lost(), top.perSecond());
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
