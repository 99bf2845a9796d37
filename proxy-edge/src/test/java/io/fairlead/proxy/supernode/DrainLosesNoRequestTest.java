package io.fairlead.proxy.supernode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.Sockets;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.front.CountedExits;
import io.fairlead.proxy.front.WebSite;
import io.fairlead.proxy.link.LinkAdmission;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A supernode that is stopped under steady traffic fails none of it: users go to the other one, tunnels have their time. */
@Timeout(90)
class DrainLosesNoRequestTest {

    private static final int CLIENTS = 6;
    private static final String AUTHORIZATION = "Proxy-Authorization: Basic "
            + Base64.getEncoder().encodeToString("acme:s3cret".getBytes(StandardCharsets.UTF_8)) + "\r\n";

    private final LinkAuthority authority = LinkAuthority.create(InstantSource.system());
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean enough = new AtomicBoolean();

    private Supernode supernode(String edgeId, CountedExits exits) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Tenant acme = Tenant.newBuilder()
                .setTenantId("acme")
                .setAuthorship(new Authorship("test", "test", 0L, 1L))
                .setSecretHashes(List.of(SecretHashes.hash("s3cret")))
                .setPools(List.of("res1"))
                .build();
        return Supernode.start(
                SupernodeSettings.of(edgeId, any, any)
                        .withTenants(List.of(acme), false)
                        .withAllowedDestinations(List.of("127.0.0.0/8"))
                        .withEventLoops(1)
                        .withDrainMs(20_000),
                new SupernodePorts(
                        exits,
                        List.of(exits),
                        new Untold(),
                        (exitId, record) -> {},
                        LinkAdmission.EVERYBODY,
                        ObservedLocations.NONE,
                        LinkTls.forEdge(authority.issueEdge(edgeId, Duration.ofHours(1)), authority.certificate()),
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

    /** Honours Connection: close, and goes to the next edge when one refuses to be connected to. */
    private final class Client {

        private final List<InetSocketAddress> edges;
        private final String url;
        final AtomicInteger answers = new AtomicInteger();
        private Socket socket;
        private InputStream in;
        int edge;

        Client(List<InetSocketAddress> edges, String url) {
            this.edges = edges;
            this.url = url;
        }

        void run() {
            while (!enough.get()) {
                try {
                    connect();
                    socket.getOutputStream()
                            .write(("GET " + url + " HTTP/1.1\r\nHost: x\r\n" + AUTHORIZATION + "\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
                    String head = head();
                    if (!head.startsWith("HTTP/1.1 200")) {
                        failures.add(head.isEmpty() ? "no answer from edge " + edge : head);
                    }
                    in.readNBytes(2);
                    answers.incrementAndGet();
                    if (head.isEmpty()
                            || head.toLowerCase(java.util.Locale.ROOT).contains("connection: close")) {
                        socket.close();
                    }
                } catch (IOException e) {
                    failures.add(e + " from edge " + edge);
                    return;
                }
            }
        }

        private void connect() throws IOException {
            while (socket == null || socket.isClosed()) {
                try {
                    Socket next = new Socket();
                    next.connect(edges.get(edge));
                    next.setSoTimeout(30_000);
                    socket = next;
                    in = new BufferedInputStream(next.getInputStream());
                } catch (ConnectException refused) {
                    edge++;
                }
            }
        }

        private String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int b = in.read();
                if (b < 0) {
                    return "";
                }
                head.append((char) b);
            }
            return head.toString();
        }
    }

    @Test
    void usersGoToTheOtherEdgeAndTunnelsEndInPeace() throws Exception {
        CountedExits here = new CountedExits();
        CountedExits there = new CountedExits();
        Supernode first = supernode("edge-1", here);
        Supernode second = supernode("edge-2", there);
        EventLoopGroup loops = Sockets.loops(1, "agents");
        AgentSettings settings = AgentSettings.of(
                        "exit-01", PoolType.DATACENTER, List.of(first.linkAddress(), second.linkAddress()))
                .withConsent(true)
                .withLinks(2)
                .withPools(List.of("res1"))
                .withPauses(20, 200)
                .withAllowedDestinations(List.of("127.0.0.0/8"));
        try (ExitAgent agent = ExitAgent.start(
                        settings,
                        LinkTls.forAgent(authority.issueAgent("exit-01", Duration.ofHours(1)), authority.certificate()),
                        loops,
                        DialPath.DIRECT,
                        InstantSource.system(),
                        System::nanoTime,
                        new Random());
                WebSite site = WebSite.saying("ok")) {
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() ->
                            here.online().contains("exit-01") && there.online().contains("exit-01"));
            List<InetSocketAddress> edges = List.of(first.userAddress(), second.userAddress());
            List<Client> clients = new ArrayList<>();
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Client client = new Client(edges, site.url("/"));
                clients.add(client);
                running.add(CompletableFuture.runAsync(client::run, task -> new Thread(task).start()));
            }
            await().until(() -> clients.stream().allMatch(client -> client.answers.get() > 20));
            try (Socket tunnel = new Socket()) {
                tunnel.connect(edges.get(0));
                tunnel.setSoTimeout(30_000);
                tunnel.getOutputStream()
                        .write(("CONNECT 127.0.0.1:" + site.port() + " HTTP/1.1\r\nHost: x\r\n" + AUTHORIZATION
                                        + "\r\n")
                                .getBytes(StandardCharsets.UTF_8));
                assertThat(new String(tunnel.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
                        .isEqualTo("HTTP/1.1 200");

                CompletableFuture<Void> stopped = first.stop();
                List<Integer> before = clients.stream()
                        .map(client -> client.answers.get() + 50)
                        .toList();
                await().until(() -> {
                    for (int i = 0; i < CLIENTS; i++) {
                        if (failures.isEmpty() && clients.get(i).answers.get() < before.get(i)) {
                            return false;
                        }
                    }
                    return true;
                });
                assertThat(failures).isEmpty();
                assertThat(stopped).isNotDone(); // the tunnel has its time
                tunnel.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                String answer = "";
                while (!answer.endsWith("ok")) {
                    answer += (char) tunnel.getInputStream().read();
                }
                tunnel.close();
                stopped.get(30, TimeUnit.SECONDS);
            }
            enough.set(true);
            CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
            assertThat(failures).isEmpty();
            assertThat(clients).allMatch(client -> client.edge == 1);
        } finally {
            enough.set(true);
            first.close();
            second.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
