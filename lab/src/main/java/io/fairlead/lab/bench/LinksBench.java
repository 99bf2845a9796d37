package io.fairlead.lab.bench;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.link.Sockets;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import io.netty.channel.EventLoopGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Kills a supernode under all its agents, and counts how they come home at another one. Agents are real ones, all in this
 * process; the supernodes are processes of their own, with the product's listener and registry.
 */
@Command(
        name = "links",
        description = "Kill a supernode with many agents: how soon are all elsewhere, by how many dials.")
public final class LinksBench implements Callable<Integer> {

    private static final int LOOK_MS = 100;
    private static final int WINDOWS_A_SECOND = 1_000 / LOOK_MS;
    private static final long PATIENCE_S = 300;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--agents", defaultValue = "1000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int count = 1_000;

    @Option(
            names = "--residents",
            defaultValue = "0",
            description = "Agents that are at home at the other supernode; with none it is a process that has served"
                    + " nobody yet (default: ${DEFAULT-VALUE}).")
    private int residents;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s, %d agents with one link each, %d at the other supernode%n", Processor.machine(), count, residents);
        out.flush();
        EventLoopGroup loops = Sockets.loops(2, "agents");
        List<ExitAgent> agents = new ArrayList<>();
        List<ExitAgent> atTheOther = new ArrayList<>();
        int[] ports = freePorts();
        try (BenchDirectory directory = BenchDirectory.make("links")) {
            Path certificates = directory.resolve("certificates");
            LinkAuthority authority = LinkAuthority.openOrCreate(certificates, InstantSource.system());
            authority.issueEdge("edge", Duration.ofHours(2)).save(certificates, "edge");
            List<InetSocketAddress> supernodes = List.of(address(ports[0]), address(ports[1]));
            try (SupernodeProcess first = SupernodeProcess.start(certificates, ports[0])) {
                for (int i = 0; i < count; i++) {
                    agents.add(agent("exit-" + i, supernodes, authority, loops));
                }
                await("all agents at the first supernode", () -> home(agents, supernodes.get(0)) == count);
                try (SupernodeProcess second = SupernodeProcess.start(certificates, ports[1])) {
                    for (int i = 0; i < residents; i++) {
                        atTheOther.add(agent("resident-" + i, List.of(supernodes.get(1)), authority, loops));
                    }
                    await("the other's agents at home", () -> home(atTheOther, supernodes.get(1)) == residents);
                    out.println("all at home; one supernode is killed");
                    out.flush();
                    Duration agentsBefore =
                            Processor.time(ProcessHandle.current().pid());
                    Duration secondBefore = Processor.time(second.process().pid());
                    kill(first, agents, supernodes.get(1), out);
                    second.check();
                    out.printf(
                            "processor time an agent that came home: %.2f ms of the agents, %.2f ms of the supernode%n",
                            sinceMs(ProcessHandle.current().pid(), agentsBefore) / count,
                            sinceMs(second.process().pid(), secondBefore) / count);
                    out.flush();
                    return 0;
                }
            }
        } finally {
            agents.forEach(ExitAgent::close);
            atTheOther.forEach(ExitAgent::close);
            loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).await();
        }
    }

    private void kill(SupernodeProcess first, List<ExitAgent> agents, InetSocketAddress second, PrintWriter out)
            throws InterruptedException {
        List<Long> dials = new ArrayList<>();
        List<Integer> homes = new ArrayList<>();
        dials.add(dials(agents));
        long killedNanos = System.nanoTime();
        first.kill();
        int home = 0;
        while (home < count) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            dials.add(dials(agents));
            home = home(agents, second);
            homes.add(home);
            if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - killedNanos) > PATIENCE_S) {
                throw new UserError("Only " + home + " of " + count + " agents are home after " + PATIENCE_S + " s.");
            }
        }
        double seconds = (System.nanoTime() - killedNanos) / 1e9;
        long most = 0;
        for (int end = 1; end < dials.size(); end++) {
            most = Math.max(most, dials.get(end) - dials.get(Math.max(0, end - WINDOWS_A_SECOND)));
        }
        long all = dials.get(dials.size() - 1) - dials.get(0);
        int half = 0;
        while (homes.get(half) < count / 2) {
            half++;
        }
        out.printf(
                "killed: half home after %.1f s, all after %.1f s; %d dials, %.2f an agent, at most %d in a second; load %.1f%n",
                (half + 1) * LOOK_MS / 1e3,
                seconds,
                all,
                all / (double) count,
                most,
                java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        .getSystemLoadAverage());
        out.flush();
    }

    private static ExitAgent agent(
            String exitId, List<InetSocketAddress> supernodes, LinkAuthority authority, EventLoopGroup loops)
            throws IOException {
        AgentSettings settings = AgentSettings.of(exitId, PoolType.RESIDENTIAL, supernodes)
                .withConsent(true)
                .withLinks(1);
        return ExitAgent.start(
                settings,
                LinkTls.forAgent(authority.issueAgent(exitId, Duration.ofHours(2)), authority.certificate()),
                loops,
                DialPath.DIRECT,
                InstantSource.system(),
                System::nanoTime,
                new Random());
    }

    private static long dials(List<ExitAgent> agents) {
        return agents.stream().mapToLong(ExitAgent::dials).sum();
    }

    private static int home(List<ExitAgent> agents, InetSocketAddress supernode) {
        return (int) agents.stream()
                .filter(agent -> agent.linksUp() == 1 && agent.supernodes().equals(List.of(supernode)))
                .count();
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new UserError("Not within " + PATIENCE_S + " s: " + what + ".");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private static double sinceMs(long pid, Duration before) {
        return Processor.time(pid).minus(before).toNanos() / 1e6;
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Two that are free now; the second is listened on only later. */
    private static int[] freePorts() throws IOException {
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket other = new ServerSocket(0)) {
            return new int[] {one.getLocalPort(), other.getLocalPort()};
        }
    }

    /** A supernode's side of links in a process of its own. */
    private record SupernodeProcess(Process process) implements AutoCloseable {

        static SupernodeProcess start(Path certificates, int port) throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LinksBenchSupernode.class.getName(),
                            certificates.toString(),
                            Integer.toString(port))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            BufferedReader said =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.equals("READY")) {
                    return new SupernodeProcess(process);
                }
            }
            throw new UserError("A supernode for the bench has not started on port " + port + ".");
        }

        void kill() {
            process.destroyForcibly();
        }

        void check() {
            if (!process.isAlive()) {
                throw new UserError("The second supernode died meanwhile.");
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
