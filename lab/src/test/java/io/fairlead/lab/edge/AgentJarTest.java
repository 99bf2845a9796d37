package io.fairlead.lab.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.Sockets;
import io.fairlead.lab.host.ProjectHome;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.enrol.EnrolmentToken;
import io.fairlead.proxy.enrol.IssuerServer;
import io.fairlead.proxy.enrol.IssuerSettings;
import io.fairlead.proxy.enrol.TokenBook;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.proxy.link.LinkAdmission;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkListener;
import io.fairlead.proxy.link.LinkSettings;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that owners are given, as they start it: a token, one line, an exit. */
@Tag("loop")
class AgentJarTest {

    private static final int TUNNELS = 50;
    private static final int ECHOED_BYTES = 256 << 10;
    private static final long RESIDENT_KIB_MAX = 128 << 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private final EventLoopGroup loops = Sockets.loops(1, "edge");
    private final ExitRegistry registry = new ExitRegistry(4, 10);
    private IssuerServer issuer;
    private LinkListener links;
    private ServerSocket site;
    private String token;
    private Process agent;

    @BeforeEach
    void start() throws Exception {
        Path authorityDirectory = directory.resolve("ca");
        InstantSource clock = InstantSource.system();
        LinkAuthority authority = LinkAuthority.openOrCreate(authorityDirectory, clock);
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        issuer = IssuerServer.start(any, authorityDirectory, IssuerSettings.DEFAULTS, clock, System::nanoTime);
        EnrolmentToken made = EnrolmentToken.create(
                "exit-7",
                "127.0.0.1:" + issuer.address().getPort(),
                authority.certificate().getEncoded());
        new TokenBook(authorityDirectory, clock).add(made, Duration.ofHours(1));
        token = made.text();
        links = LinkListener.start(
                any,
                loops,
                LinkTls.forEdge(authority.issueEdge("edge-1", Duration.ofHours(1)), authority.certificate()),
                LinkSettings.DEFAULTS,
                registry,
                (exitId, record) -> {},
                LinkAdmission.EVERYBODY,
                new LocationCheck(ObservedLocations.NONE),
                System::nanoTime,
                new Random());
        site = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread accepting = new Thread(this::accept, "site");
        accepting.setDaemon(true);
        accepting.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (agent != null) {
            agent.destroyForcibly().waitFor();
        }
        site.close();
        links.close();
        await().atMost(PATIENCE).until(() -> registry.exitCount() == 0);
        issuer.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }

    @Test
    void tokenAndOneLineMakeAnExitThatServesFiftyTunnelsInSmallMemoryAndObeysItsOwner() throws Exception {
        agent = run(
                "agent.log",
                "--enrol",
                token,
                "--supernodes",
                "127.0.0.1:" + links.address().getPort(),
                "--consent",
                "--pool-type",
                "DATACENTER",
                "--allow-destination",
                "127.0.0.0/8");
        awaitLinks("agent.log");

        AtomicLong echoed = new AtomicLong();
        List<Channel> tunnels = new ArrayList<>();
        for (int i = 0; i < TUNNELS; i++) {
            Channel tunnel = open();
            tunnels.add(tunnel);
            tunnel.eventLoop()
                    .submit(() -> {
                        tunnel.pipeline().addLast(new Counting(echoed));
                        tunnel.config().setAutoRead(true);
                    })
                    .sync();
            tunnel.writeAndFlush(Unpooled.wrappedBuffer(new byte[ECHOED_BYTES]));
        }
        await().atMost(PATIENCE).until(() -> echoed.get() == (long) TUNNELS * ECHOED_BYTES);
        long residentKib = residentKib(agent.pid());
        System.out.printf(
                "%d tunnels, %d KiB echoed each: %,d KiB resident, jar of %,d bytes%n",
                TUNNELS, ECHOED_BYTES >> 10, residentKib, Files.size(jar()));
        assertThat(residentKib).as("KiB resident").isLessThan(RESIDENT_KIB_MAX);

        assertThat(run("pause.log", "pause").waitFor()).isZero();
        await().atMost(PATIENCE).until(() -> tunnels.stream().noneMatch(Channel::isActive));
        TunnelException paused = refusal();
        assertThat(paused.outcome()).isEqualTo(Outcome.EXIT_STREAM_REFUSED);
        assertThat(paused).hasMessageContaining("paused it");
        assertThat(run("resume.log", "resume").waitFor()).isZero();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> open().close().await().isSuccess());
        assertThat(run("status.log", "status").waitFor()).isZero();
        assertThat(Files.readString(directory.resolve("status.log"))).contains("exit=exit-7", "serves=yes", "links=2");

        agent.destroy();
        assertThat(agent.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        await().atMost(PATIENCE).until(() -> registry.exitCount() == 0);
        // Who it is stays: the next start needs no token.
        agent = run("again.log", "--supernodes", "127.0.0.1:" + links.address().getPort(), "--consent");
        awaitLinks("again.log");
    }

    private void awaitLinks(String log) throws Exception {
        await().atMost(PATIENCE).until(() -> registry.linkCount() == 2 || !agent.isAlive());
        assertThat(agent.isAlive())
                .as(() -> {
                    try {
                        return Files.readString(directory.resolve(log));
                    } catch (IOException e) {
                        return e.toString();
                    }
                })
                .isTrue();
    }

    private Process run(String log, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(jar().toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--state", directory.resolve("state").toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(log).toFile())
                .start();
    }

    private static Path jar() throws Exception {
        Path jar = ProjectHome.find().directory().resolve("agent/target/fairlead-agent.jar");
        assertThat(jar).as("built by: mvn -pl agent -am package").isExecutable();
        return jar;
    }

    private Channel open() throws Exception {
        Target target = new Target("127.0.0.1", site.getLocalPort());
        var opening =
                registry.open("exit-7", target, new TunnelOptions(60_000, "test", DestinationRules.publicOnly()), null);
        assertThat(opening.await(120_000)).isTrue();
        if (opening.cause() instanceof TunnelException refused) {
            throw refused;
        }
        return opening.get();
    }

    private TunnelException refusal() throws Exception {
        try {
            open().close();
            throw new AssertionError("opened");
        } catch (TunnelException e) {
            return e;
        }
    }

    private static long residentKib(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    private void accept() {
        while (!site.isClosed()) {
            try {
                Socket socket = site.accept();
                Thread serving = new Thread(() -> echo(socket), "site-connection");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // the other side went away, as the test makes it do
        }
    }

    private static final class Counting extends SimpleChannelInboundHandler<ByteBuf> {

        private final AtomicLong bytes;

        Counting(AtomicLong bytes) {
            this.bytes = bytes;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
            bytes.addAndGet(message.readableBytes());
        }
    }
}
