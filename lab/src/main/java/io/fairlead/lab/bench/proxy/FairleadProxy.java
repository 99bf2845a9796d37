package io.fairlead.lab.bench.proxy;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.lab.bench.BenchTopics;
import io.fairlead.lab.bench.Processor;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ProjectHome;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.config.UpstreamKind;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Our proxy edge as an operator would run it: {@code fairlead proxy} with its telemetry to a real broker, a tenant with a secret, and
 * upstream exits, all of which are the site.
 */
final class FairleadProxy implements AutoCloseable {

    static final String CREDENTIALS = "bench:bench";

    private static final String POOL = "bench";
    private static final int EXITS = 4;
    private static final int CAPACITY_REQUESTS = 10_000;
    private static final int HEAP_MIB = 512;
    private static final Duration CERTIFICATES_VALID = Duration.ofDays(1);
    private static final int READY_LIMIT_S = 60;
    private static final int LOOK_AGAIN_MS = 100;

    private final KafkaProcess kafka;
    private final PinnedProcess process;
    private final Contender contender;
    private final InetSocketAddress linkAddress;
    private final LinkAuthority authority;

    private FairleadProxy(
            KafkaProcess kafka,
            PinnedProcess process,
            Contender contender,
            InetSocketAddress linkAddress,
            LinkAuthority authority) {
        this.kafka = kafka;
        this.process = process;
        this.contender = contender;
        this.linkAddress = linkAddress;
        this.authority = authority;
    }

    /**
     * Starts it, and waits until its exits are online.
     *
     * @param options of its virtual machine, beside the usual ones
     */
    static FairleadProxy start(Path directory, InetSocketAddress site, List<String> options) throws Exception {
        Files.createDirectories(directory);
        LinkAuthority authority = LinkAuthority.openOrCreate(directory.resolve("ca"), InstantSource.system());
        authority.issueEdge("edge-1", CERTIFICATES_VALID).save(directory.resolve("ca"), "edge-1");
        KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
        try {
            Processor.pinProcess(kafka.process().pid(), PinnedProcess.OF_LOAD);
            new BenchTopics(kafka.bootstrap()).create();
            configure(new ConfigStore(Map.of("bootstrap.servers", kafka.bootstrap())), site);
            InetSocketAddress users = Peers.freeAddress();
            InetSocketAddress links = Peers.freeAddress();
            InetSocketAddress admin = Peers.freeAddress();
            PinnedProcess process = PinnedProcess.start(
                    "fairlead", command(directory, options, kafka.bootstrap(), users, links, admin), directory, users);
            awaitReady(admin);
            return new FairleadProxy(
                    kafka,
                    process,
                    new Contender(
                            "Fairlead",
                            process,
                            users,
                            Way.FORWARD,
                            CREDENTIALS,
                            site.getAddress().getHostAddress() + ":" + site.getPort()),
                    links,
                    authority);
        } catch (Exception e) {
            kafka.close();
            throw e;
        }
    }

    private static void configure(ConfigStore store, InetSocketAddress site) {
        String reason = "bench proxy";
        store.write(Topics.CONFIG_TENANTS, "bench", Attribution.of(reason, reason), next -> Tenant.newBuilder()
                .setTenantId("bench")
                .setAuthorship(next.authorship())
                .setSecretHashes(List.of(SecretHashes.hash("bench")))
                .setPools(List.of(POOL))
                .setMaxInFlightRequests(CAPACITY_REQUESTS)
                .build());
        for (int exit = 1; exit <= EXITS; exit++) {
            String id = "upstream-" + exit;
            store.write(Topics.CONFIG_EXITS, id, Attribution.of(reason, reason), next -> ExitOverride.newBuilder()
                    .setExitId(id)
                    .setAuthorship(next.authorship())
                    .setPools(List.of(POOL))
                    .setCapacityRequests(CAPACITY_REQUESTS)
                    .setUpstream(Upstream.newBuilder()
                            .setKind(UpstreamKind.HTTP)
                            .setHost(site.getAddress().getHostAddress())
                            .setPort(site.getPort())
                            .setPoolType("datacenter")
                            .setCapacityRequests(CAPACITY_REQUESTS)
                            .build())
                    .build());
        }
    }

    private static List<String> command(
            Path directory,
            List<String> options,
            String bootstrap,
            InetSocketAddress users,
            InetSocketAddress links,
            InetSocketAddress admin)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(Peers.java("java")));
        command.addAll(options);
        command.addAll(List.of(
                "-Xmx" + HEAP_MIB + "m",
                "-XX:+UseSerialGC",
                "-Dio.netty.allocator.type=pooled",
                "-Dio.netty.leakDetection.samplingInterval=2048",
                "-Dlog4j2.configurationFile=classpath:fairlead-log4j2.xml",
                "-Dfairlead.home=" + ProjectHome.find().directory(),
                "-cp",
                System.getProperty("java.class.path"),
                Fairlead.class.getName(),
                "proxy",
                "--edge-id=edge-1",
                "--user-address=127.0.0.1:" + users.getPort(),
                "--link-address=127.0.0.1:" + links.getPort(),
                "--admin-address=127.0.0.1:" + admin.getPort(),
                "--bootstrap-servers=" + bootstrap,
                "--certificate=" + directory.resolve("ca/edge-1.crt"),
                "--key=" + directory.resolve("ca/edge-1.key"),
                "--authority=" + directory.resolve("ca/ca.crt"),
                "--allow-destination=127.0.0.0/8",
                "--drain-ms=1000",
                "--data=" + directory.resolve("edge")));
        return command;
    }

    private static void awaitReady(InetSocketAddress admin) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.getPort() + "/ready"))
                .build();
        String said = "";
        for (int waited = 0; waited < READY_LIMIT_S * 1_000; waited += LOOK_AGAIN_MS) {
            try {
                HttpResponse<String> answer = client.send(ready, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    return;
                }
                said = answer.body();
            } catch (IOException notYet) {
                said = String.valueOf(notYet.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        }
        throw new IOException("the proxy was not ready after " + READY_LIMIT_S + " s: " + said);
    }

    Contender contender() {
        return contender;
    }

    /** Where agents find it. */
    InetSocketAddress linkAddress() {
        return linkAddress;
    }

    /** Whose certificates it takes. */
    LinkAuthority authority() {
        return authority;
    }

    @Override
    public void close() {
        process.close();
        kafka.close();
    }
}
