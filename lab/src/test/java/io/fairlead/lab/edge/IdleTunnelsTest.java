package io.fairlead.lab.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.fairlead.edge.link.Sockets;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.front.FrontSettings;
import io.fairlead.proxy.link.LinkAdmission;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.proxy.pick.ExitTable;
import io.fairlead.proxy.pick.PickSettings;
import io.fairlead.proxy.supernode.Supernode;
import io.fairlead.proxy.supernode.SupernodePorts;
import io.fairlead.proxy.supernode.SupernodeSettings;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand users whose tunnels lie idle: users and site are processes of Python, the exits are agents in a process of their own, so
 * that each process needs a descriptor a tunnel.
 */
@Tag("loop")
@Timeout(600)
class IdleTunnelsTest {

    private static final int TUNNELS = 10_000;
    private static final int EXITS = 50;

    /** Of a process, beside its tunnels. */
    private static final int OTHER_DESCRIPTORS = 900;

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String USER = "acme:s3cret";

    private static final String SITE = """
            import selectors, socket, sys
            s = socket.create_server(('127.0.0.1', 0), backlog=1024)
            s.setblocking(False)
            print(s.getsockname()[1], flush=True)
            all = selectors.DefaultSelector()
            all.register(s, selectors.EVENT_READ)
            all.register(sys.stdin, selectors.EVENT_READ)
            while True:
                for key, _ in all.select():
                    if key.fileobj is sys.stdin:
                        sys.exit() # whoever started it has ended
                    if key.fileobj is s:
                        c, _ = s.accept()
                        all.register(c, selectors.EVENT_READ)
                        continue
                    try:
                        got = key.fileobj.recv(4096)
                    except ConnectionResetError:
                        got = b''
                    if got:
                        key.fileobj.sendall(got)
                    else:
                        all.unregister(key.fileobj)
                        key.fileobj.close()
            """;

    private static final String USERS = """
            import base64, socket, sys
            port, site, count, user = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
            head = ('CONNECT 127.0.0.1:%d HTTP/1.1\\r\\nHost: x\\r\\nProxy-Authorization: Basic %s\\r\\n\\r\\n'
                    % (site, base64.b64encode(user.encode()).decode())).encode()
            tunnels, refused = [], 0
            def opened(batch):
                global refused
                for s in batch:
                    s.sendall(head)
                for s in batch:
                    got = b''
                    while b'\\r\\n\\r\\n' not in got:
                        more = s.recv(4096)
                        assert more, got
                        got += more
                    if got.startswith(b'HTTP/1.1 200'):
                        tunnels.append(s)
                    else: # a machine that is busy with something else is late
                        assert b' 504 ' in got or b' 502 ' in got or b' 503 ' in got, got
                        refused += 1
                        s.close()
                assert refused < count, got
            while len(tunnels) < count:
                opened([socket.create_connection(('127.0.0.1', port), 300)
                        for _ in range(min(100, count - len(tunnels)))])
            print('open', len(tunnels), flush=True)
            print('refused at first:', refused, file=sys.stderr)
            sys.stdin.readline()
            for i, s in enumerate(tunnels):
                s.sendall(b'%05d' % i)
            for i, s in enumerate(tunnels):
                got = b''
                while len(got) < 5:
                    more = s.recv(5 - len(got))
                    assert more, (i, got)
                    got += more
                assert got == b'%05d' % i, (i, got)
            print('echoed', len(tunnels), flush=True)
            """;

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void tenThousandOfThemStandAndEachStillCarriesItsOwnBytes() throws Exception {
        int tunnels = affordable();
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        InstantSource clock = InstantSource.system();
        Path authorityDirectory = directory.resolve("ca");
        LinkAuthority authority = LinkAuthority.openOrCreate(authorityDirectory, clock);
        ExitTable exits = new ExitTable(PickSettings.DEFAULTS, clock, System::nanoTime, new Random());
        try (Supernode supernode = supernode(any, authority, exits)) {
            Process agents = agents(authorityDirectory, supernode.linkAddress());
            assertThat(line(agents)).isEqualTo("up");
            await().atMost(PATIENCE)
                    .until(() -> IntStream.range(0, EXITS).allMatch(exit -> exits.standing("exit-" + exit) != null));

            int site = Integer.parseInt(line(python(SITE)));
            Process users = python(
                    USERS,
                    Integer.toString(supernode.userAddress().getPort()),
                    Integer.toString(site),
                    Integer.toString(tunnels),
                    USER);
            assertThat(line(users)).isEqualTo("open " + tunnels);
            assertThat(supernode.requestCounters().inFlightRequests()).isEqualTo(tunnels);
            users.outputWriter().write("go\n");
            users.outputWriter().flush();
            assertThat(line(users)).isEqualTo("echoed " + tunnels);
            assertThat(users.waitFor()).isZero();
            await().atMost(PATIENCE).until(() -> supernode.requestCounters().inFlightRequests() == 0);
        }
    }

    /** As many as this process may have descriptors for, said if they are fewer than asked. */
    private static int affordable() {
        long limit =
                ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
        int tunnels = (int) Math.min(TUNNELS, limit - OTHER_DESCRIPTORS);
        System.out.printf("%,d idle tunnels, under a limit of %,d descriptors a process%n", tunnels, limit);
        assertThat(tunnels)
                .as("tunnels under a limit of " + limit + " descriptors")
                .isGreaterThan(100);
        return tunnels;
    }

    private static Supernode supernode(InetSocketAddress any, LinkAuthority authority, ExitTable exits)
            throws Exception {
        Tenant acme = Tenant.newBuilder()
                .setTenantId("acme")
                .setAuthorship(new Authorship("test", "test", 0L, 1L))
                .setSecretHashes(List.of(SecretHashes.hash("s3cret")))
                .setPools(List.of("res1"))
                .setMaxInFlightRequests(2 * TUNNELS)
                .build();
        return Supernode.start(
                SupernodeSettings.of("edge-1", any, any)
                        .withTenants(List.of(acme), false)
                        .withAllowedDestinations(List.of("127.0.0.0/8"))
                        .withFront(FrontSettings.DEFAULTS.withMaxConnections(2 * TUNNELS, 2 * TUNNELS))
                        .withDrainMs(100),
                new SupernodePorts(
                        exits,
                        List.of(exits),
                        new Untold(),
                        (exitId, record) -> {},
                        LinkAdmission.EVERYBODY,
                        ObservedLocations.NONE,
                        LinkTls.forEdge(authority.issueEdge("edge-1", Duration.ofHours(1)), authority.certificate()),
                        SslContextBuilder.forClient().build(),
                        System::nanoTime,
                        new Random()));
    }

    private record Untold() implements RequestTelemetry {
        @Override
        public void attempt(ProxiedAttempt attempt) {}

        @Override
        public void request(ProxiedRequest request) {}
    }

    private Process agents(Path authorityDirectory, InetSocketAddress supernode) throws IOException {
        return start(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Agents.class.getName(),
                authorityDirectory.toString(),
                Integer.toString(supernode.getPort())));
    }

    /** The process with all exits; ends with its parent. */
    static final class Agents {

        private Agents() {}

        /** @param args directory of the authority, port of the supernode */
        public static void main(String[] args) throws Exception {
            LinkAuthority authority = LinkAuthority.openOrCreate(Path.of(args[0]), InstantSource.system());
            InetSocketAddress supernode =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1]));
            EventLoopGroup loops = Sockets.loops(2, "agents");
            List<ExitAgent> agents = new ArrayList<>();
            for (int exit = 0; exit < EXITS; exit++) {
                String id = "exit-" + exit;
                agents.add(ExitAgent.start(
                        AgentSettings.of(id, PoolType.RESIDENTIAL, List.of(supernode))
                                .withConsent(true)
                                .withPools(List.of("res1"))
                                .withCapacityRequests(2 * TUNNELS / EXITS)
                                .withAllowedDestinations(List.of("127.0.0.0/8")),
                        LinkTls.forAgent(authority.issueAgent(id, Duration.ofHours(1)), authority.certificate()),
                        loops,
                        DialPath.DIRECT,
                        InstantSource.system(),
                        System::nanoTime,
                        new Random()));
            }
            System.out.println("up");
            while (System.in.read() >= 0) {
                // nothing is ever said
            }
            agents.forEach(ExitAgent::close);
            System.exit(0);
        }
    }

    private Process python(String script, String... arguments) throws IOException {
        Path file = Files.writeString(directory.resolve(processes.size() + ".py"), script);
        List<String> command = new ArrayList<>(List.of("python3", file.toString()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }

    private static String line(Process process) throws IOException {
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        return String.valueOf(reader.readLine());
    }
}
