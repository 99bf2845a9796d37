package io.fairlead.lab.bench.far;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.link.Sockets;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.bench.Processor;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.proxy.link.LinkAdmission;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkListener;
import io.fairlead.proxy.link.LinkSettings;
import io.fairlead.proxy.link.LinkTls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What one tunnel through a link carries over a long way, beside a plain TCP connection over the same way: bytes from a site, after the
 * windows have had time to grow. Everything is in this process; the way is a {@link FarRoad}.
 */
@Command(name = "far", description = "A tunnel through an exit link over a long way, beside plain TCP.")
public final class FarBench implements Callable<Integer> {

    private static final String EXIT = "exit-far";
    private static final int PATIENCE_S = 60;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--round-trip-ms", defaultValue = "100", description = "Of the way (default: ${DEFAULT-VALUE}).")
    private int roundTripMs;

    @Option(
            names = "--rate-mbit",
            defaultValue = "100",
            description = "What the way carries, Mbit/s (default: ${DEFAULT-VALUE}).")
    private int rateMbit;

    @Option(
            names = "--loss",
            defaultValue = "0",
            description = "Share of chunks of 16 KiB that come 200 ms late (default: ${DEFAULT-VALUE}).")
    private double lossShare;

    @Option(names = "--warm-up", defaultValue = "5", description = "Seconds not counted (default: ${DEFAULT-VALUE}).")
    private int warmUpS;

    @Option(names = "--time", defaultValue = "10", description = "Seconds counted (default: ${DEFAULT-VALUE}).")
    private int timeS;

    @Option(names = "--rounds", defaultValue = "2", description = "Of each, by turns (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s; %d ms of round trip, %d Mbit/s, loss %s%n", Processor.machine(), roundTripMs, rateMbit, lossShare);
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "far");
            thread.setDaemon(true);
            return thread;
        });
        EventLoopGroup loops = Sockets.loops(1, "far-edge");
        EventLoopGroup agentLoops = Sockets.loops(1, "far-agent");
        try (BenchDirectory directory = BenchDirectory.make("far");
                ServerSocket site = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> serve(site, threads));
            LinkAuthority authority = LinkAuthority.openOrCreate(directory.resolve("ca"), InstantSource.system());
            ExitRegistry registry = new ExitRegistry(4, 10);
            InetSocketAddress siteAddress = (InetSocketAddress) site.getLocalSocketAddress();
            try (LinkListener links = listen(loops, authority, registry);
                    FarRoad plainWay = road(siteAddress, threads);
                    FarRoad linkWay = road(links.address(), threads);
                    ExitAgent agent = agent(linkWay.address(), authority, agentLoops)) {
                awaitLink(registry, agent);
                double plain = 0;
                double link = 0;
                for (int round = 0; round < rounds; round++) {
                    plain += plainBps(plainWay.address(), threads) / rounds;
                    link += linkBps(registry, siteAddress, links, out) / rounds;
                }
                out.printf(
                        "plain TCP %.2f MB/s, a tunnel %.2f MB/s: %.1f %%%n",
                        plain / 1e6, link / 1e6, 100 * link / plain);
                out.flush();
            }
        } finally {
            loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).await();
            agentLoops.shutdownGracefully(0, 2, TimeUnit.SECONDS).await();
            threads.shutdownNow();
        }
        return 0;
    }

    private FarRoad road(InetSocketAddress to, ExecutorService threads) throws IOException {
        return new FarRoad(to, roundTripMs, rateMbit * 125_000L, lossShare, new Random(), threads);
    }

    private static LinkListener listen(EventLoopGroup loops, LinkAuthority authority, ExitRegistry registry)
            throws IOException {
        return LinkListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                loops,
                LinkTls.forEdge(authority.issueEdge("edge", Duration.ofHours(1)), authority.certificate()),
                LinkSettings.DEFAULTS,
                registry,
                (exitId, record) -> {},
                LinkAdmission.EVERYBODY,
                new LocationCheck(ObservedLocations.NONE),
                System::nanoTime,
                new Random());
    }

    private static ExitAgent agent(InetSocketAddress supernode, LinkAuthority authority, EventLoopGroup loops)
            throws IOException {
        return ExitAgent.start(
                AgentSettings.of(EXIT, PoolType.DATACENTER, List.of(supernode))
                        .withConsent(true)
                        .withLinks(1)
                        .withAllowedDestinations(List.of("127.0.0.0/8")),
                LinkTls.forAgent(authority.issueAgent(EXIT, Duration.ofHours(1)), authority.certificate()),
                loops,
                DialPath.DIRECT,
                InstantSource.system(),
                System::nanoTime,
                new Random());
    }

    private static void awaitLink(ExitRegistry registry, ExitAgent agent) throws InterruptedException {
        for (int i = 0; registry.linkCount() == 0; i++) {
            if (i > PATIENCE_S * 10) {
                throw new UserError(
                        "The agent has no link after " + PATIENCE_S + " s and " + agent.dials() + " dials.");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private double plainBps(InetSocketAddress way, ExecutorService threads) throws Exception {
        LongAdder bytes = new LongAdder();
        try (Socket socket = new Socket(way.getAddress(), way.getPort())) {
            threads.execute(() -> {
                byte[] buffer = new byte[64 << 10];
                try (InputStream in = socket.getInputStream()) {
                    for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                        bytes.add(length);
                    }
                } catch (IOException e) {
                    return; // closed: the measurement is over
                }
            });
            return counted(bytes);
        }
    }

    private double linkBps(ExitRegistry registry, InetSocketAddress site, LinkListener links, PrintWriter out)
            throws Exception {
        LongAdder bytes = new LongAdder();
        Channel tunnel = registry.open(
                        EXIT,
                        new Target(site.getAddress().getHostAddress(), site.getPort()),
                        new TunnelOptions(20_000, "bench", DestinationRules.publicOnly()),
                        null)
                .sync()
                .getNow();
        try {
            tunnel.eventLoop()
                    .submit(() -> {
                        tunnel.pipeline().addLast(new Counting(bytes));
                        tunnel.config().setAutoRead(true);
                    })
                    .sync();
            double bps = counted(bytes);
            out.printf(
                    "the tunnel's window has grown by %.1f MiB%n",
                    links.windowBudget().takenBytes() / 1_048_576.0);
            return bps;
        } finally {
            tunnel.close().sync();
        }
    }

    private double counted(LongAdder bytes) throws InterruptedException {
        TimeUnit.SECONDS.sleep(warmUpS);
        long before = bytes.sum();
        long startedNanos = System.nanoTime();
        TimeUnit.SECONDS.sleep(timeS);
        return (bytes.sum() - before) * 1e9 / (System.nanoTime() - startedNanos);
    }

    private static void serve(ServerSocket site, ExecutorService threads) {
        while (!site.isClosed()) {
            try {
                Socket socket = site.accept();
                threads.execute(() -> send(socket));
            } catch (IOException e) {
                return; // the benchmark is over
            }
        }
    }

    private static void send(Socket socket) {
        byte[] chunk = new byte[64 << 10];
        try (socket;
                OutputStream to = socket.getOutputStream()) {
            while (true) {
                to.write(chunk);
            }
        } catch (IOException e) {
            // whoever read has had enough
        }
    }

    private static final class Counting extends SimpleChannelInboundHandler<ByteBuf> {

        private final LongAdder bytes;

        Counting(LongAdder bytes) {
            this.bytes = bytes;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
            bytes.add(message.readableBytes());
        }
    }
}
