package io.fairlead.lab.bench.proxy;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.link.Sockets;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.bench.LiveMemory;
import io.fairlead.lab.bench.Processor;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.link.LinkTls;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What an idle tunnel, and an idle link of an agent, hold in the memory of {@code fairlead proxy}: the slope between a tenth of them and
 * all, so that what the process holds anyway does not count.
 */
@Command(name = "idle", description = "Memory of an idle tunnel and of an idle link of an agent.")
public final class IdleBench implements Callable<Integer> {

    private static final int FIRST_SHARE = 10;
    private static final int ANSWER_LIMIT_MS = 30_000;
    private static final int HOME_LIMIT_S = 120;
    private static final int LOOK_AGAIN_MS = 100;

    /** Of the last byte of the clients' addresses: one address may not have as many connections as are opened here. */
    private static final int SOURCES = 200;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--tunnels",
            defaultValue = "4000",
            description = "Opened; two descriptors each here, and two in the proxy (default: ${DEFAULT-VALUE}).")
    private int tunnels;

    @Option(names = "--links", defaultValue = "500", description = "Agents with one link (default: ${DEFAULT-VALUE}).")
    private int links;

    @Spec
    private CommandSpec spec;

    private interface Holder extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    private interface Opening {
        /** Opens more, and waits until they stand. */
        void open(int count, List<Holder> held) throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        EventLoopGroup loops = Sockets.loops(1, "idle");
        try (BenchDirectory directory = BenchDirectory.make("idle");
                BenchSite site = BenchSite.open(loops);
                FairleadProxy proxy = FairleadProxy.start(
                        directory.resolve("fairlead"), site.address(), List.of(LiveMemory.TRACKED))) {
            out.println(Processor.machine());
            measure("idle tunnel", tunnels, proxy, (count, held) -> openTunnels(count, held, proxy.contender()), out);
            measure("idle link", links, proxy, (count, held) -> openLinks(count, held, proxy, loops), out);
        } finally {
            loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).await();
        }
        return 0;
    }

    private static void measure(String what, int count, FairleadProxy proxy, Opening opening, PrintWriter out)
            throws Exception {
        long pid = proxy.contender().process().pid();
        List<Holder> held = new ArrayList<>();
        try {
            int first = Math.max(1, count / FIRST_SHARE);
            opening.open(first, held);
            LiveMemory few = LiveMemory.of(pid);
            opening.open(count - first, held);
            LiveMemory all = LiveMemory.of(pid);
            double more = count - first;
            out.printf(
                    "%s, %,d to %,d of them: %.1f KiB each (heap %.1f, beside it %.1f)%n",
                    what,
                    first,
                    count,
                    (all.bytes() - few.bytes()) / more / 1_024,
                    (all.heapBytes() - few.heapBytes()) / more / 1_024,
                    (all.nativeBytes() - few.nativeBytes()) / more / 1_024);
            out.flush();
        } finally {
            for (Holder each : held) {
                each.close();
            }
        }
    }

    // ---- tunnels

    private static void openTunnels(int count, List<Holder> held, Contender proxy) throws IOException {
        byte[] request = ByteBufUtil.getBytes(proxy.connectRequest());
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket();
            held.add(socket::close);
            socket.setSoTimeout(ANSWER_LIMIT_MS);
            socket.bind(new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (1 + held.size() % SOURCES)}), 0));
            socket.connect(proxy.address(), ANSWER_LIMIT_MS);
            socket.getOutputStream().write(request);
            String answer = head(socket.getInputStream());
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new UserError("Tunnel " + held.size() + " was answered: " + answer.strip());
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                break;
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    // ---- links

    private static void openLinks(int count, List<Holder> held, FairleadProxy proxy, EventLoopGroup loops)
            throws Exception {
        List<ExitAgent> agents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String exitId = "idle-" + held.size();
            AgentSettings settings = AgentSettings.of(exitId, PoolType.RESIDENTIAL, List.of(proxy.linkAddress()))
                    .withConsent(true)
                    .withLinks(1);
            ExitAgent agent = ExitAgent.start(
                    settings,
                    LinkTls.forAgent(
                            proxy.authority().issueAgent(exitId, Duration.ofHours(1)),
                            proxy.authority().certificate()),
                    loops,
                    DialPath.DIRECT,
                    InstantSource.system(),
                    System::nanoTime,
                    new Random());
            agents.add(agent);
            held.add(agent::close);
        }
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(HOME_LIMIT_S);
        while (agents.stream().anyMatch(agent -> agent.linksUp() == 0)) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new UserError("Not all agents have a link after " + HOME_LIMIT_S + " s.");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        }
    }
}
