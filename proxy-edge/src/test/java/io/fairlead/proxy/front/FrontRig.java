package io.fairlead.proxy.front;

import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.attempt.Attempts;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.attempt.TargetClasses;
import io.fairlead.proxy.link.LinkRig;
import io.fairlead.proxy.pick.ExitTable;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.proxy.tenant.TenantDirectory;
import io.fairlead.proxy.tenant.TenantGate;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * The user side with real exits: links, agents and sockets, all on loopback. Tenant {@code acme}, secret {@code s3cret}, pool
 * {@code res1}. When it closes, it checks that every slot has been given back.
 */
final class FrontRig implements AutoCloseable, RequestTelemetry {

    static final String POOL = "res1";
    static final String USER = "acme:s3cret";
    private static final String HASH = SecretHashes.hash("s3cret");
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    static {
        ByteBufUtil.setLeakListener((resource, records) -> LEAKS.add(resource + "\n" + records));
    }

    final LinkRig links = new LinkRig();
    final CountedExits exits = new CountedExits();
    final List<ProxiedAttempt> attempts = new CopyOnWriteArrayList<>();
    final List<ProxiedRequest> requests = new CopyOnWriteArrayList<>();
    final List<TargetOutcome> outcomes = new CopyOnWriteArrayList<>();
    final TenantDirectory tenants;
    final TargetClasses classes = new TargetClasses();
    final TenantGate gate;
    final Attempts lives;
    final FrontListener front;
    private final List<ExitAgent> agents = new ArrayList<>();

    FrontRig() throws IOException {
        this(FrontSettings.DEFAULTS, AttemptSettings.DEFAULTS);
    }

    FrontRig(FrontSettings settings, AttemptSettings attemptSettings) throws IOException {
        this(settings, attemptSettings, List.of("127.0.0.0/8", "localhost"));
    }

    /** @param allowed to all tenants, beside the public addresses */
    FrontRig(FrontSettings settings, AttemptSettings attemptSettings, List<String> allowed) throws IOException {
        this(settings, attemptSettings, allowed, null);
    }

    /** One whose exits are chosen as in the product. */
    static FrontRig choosingBy(ExitTable table) throws IOException {
        return new FrontRig(
                FrontSettings.DEFAULTS, AttemptSettings.DEFAULTS, List.of("127.0.0.0/8", "localhost"), table);
    }

    private FrontRig(
            FrontSettings settings, AttemptSettings attemptSettings, List<String> allowed, @Nullable ExitTable table)
            throws IOException {
        tenants = new TenantDirectory(1000, allowed, Set.of());
        gate = new TenantGate(tenants, 1, 64, new SecureRandom(), System::nanoTime);
        links.registry.listen(exits);
        if (table != null) {
            links.registry.listen(table);
        }
        tenants.put(tenant("acme", HASH, POOL));
        lives = new Attempts(
                attemptSettings,
                table == null ? exits : table,
                links.registry,
                this,
                classes,
                new byte[32],
                System::nanoTime,
                new Random());
        front = FrontListener.start(
                "edge-1",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                links.edgeLoops(),
                settings,
                gate,
                lives);
    }

    /** One that speaks TLS as well, by the certificate in {@code directory}. */
    static FrontRig secured(Path directory) throws IOException {
        UserCertificateFiles files = UserKeys.write(directory, UserKeys.make());
        return new FrontRig(FrontSettings.DEFAULTS.withCertificate(files), AttemptSettings.DEFAULTS);
    }

    static Tenant tenant(String id, String hash, String... pools) {
        return Tenant.newBuilder()
                .setTenantId(id)
                .setAuthorship(new Authorship("test", "test", 0L, 1L))
                .setSecretHashes(List.of(hash))
                .setPools(List.of(pools))
                .build();
    }

    ExitAgent exit(String exitId) throws IOException {
        return exit(exitId, UnaryOperator.identity());
    }

    ExitAgent exit(String exitId, UnaryOperator<AgentSettings> change) throws IOException {
        ExitAgent agent = links.start(change.apply(links.settings(exitId).withPools(List.of(POOL))));
        agents.add(agent);
        await().until(() -> exits.online().contains(exitId));
        return agent;
    }

    String address() {
        return "127.0.0.1:" + front.address().getPort();
    }

    @Override
    public void attempt(ProxiedAttempt attempt) {
        attempts.add(attempt);
    }

    @Override
    public void outcome(TargetOutcome outcome) {
        outcomes.add(outcome);
    }

    @Override
    public void request(ProxiedRequest request) {
        requests.add(request);
    }

    /** The only request so far, once it is over. */
    ProxiedRequest onlyRequest() {
        await().until(() -> !requests.isEmpty());
        Assertions.assertThat(requests).hasSize(1);
        return requests.get(0);
    }

    List<ProxiedAttempt> completed() {
        return attempts.stream()
                .filter(attempt -> attempt.getPhase() == AttemptPhase.COMPLETED)
                .toList();
    }

    /** Runs curl through the proxy as tenant acme. */
    Curl.Result curl(String... arguments) throws Exception {
        return curlAs(USER, arguments);
    }

    Curl.Result curlAs(String user, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-x", "http://" + address(), "-U", user));
        all.addAll(List.of(arguments));
        return Curl.run(all);
    }

    @Override
    public void close() {
        front.close();
        try {
            await("requests over")
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> lives.counters().inFlightRequests() == 0);
            await("slots given back")
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> exits.running() == 0 && exits.releases.get() == exits.picks.get());
            await("tunnels closed").atMost(60, TimeUnit.SECONDS).until(() -> links.registry.online().stream()
                    .allMatch(exit -> links.registry.tunnels(exit) == 0));
            await("connections counted off").until(() -> front.counters().openConnections() == 0);
            await("tenant left").until(() -> tenants.find("acme").inFlightRequests() == 0);
        } finally {
            gate.close();
            links.close();
        }
        System.gc();
        Assertions.assertThat(LEAKS).isEmpty();
    }
}
