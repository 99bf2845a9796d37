package io.fairlead.proxy.upstream;

import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.front.Curl;
import io.fairlead.proxy.link.LinkAdmission;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.proxy.pick.ExitTable;
import io.fairlead.proxy.pick.PickSettings;
import io.fairlead.proxy.pick.Standing;
import io.fairlead.proxy.supernode.Supernode;
import io.fairlead.proxy.supernode.SupernodePorts;
import io.fairlead.proxy.supernode.SupernodeSettings;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.config.UpstreamKind;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecordBase;
import org.assertj.core.api.Assertions;

/**
 * A supernode without brokers, whose exits are upstreams. Tenant {@code acme}, secret {@code s3cret}, pool {@code res1}. When it closes, it
 * checks that every slot and every tunnel has been given back.
 */
final class UpstreamRig implements AutoCloseable, RequestTelemetry {

    static final String USER = "acme:s3cret";
    private static final String HASH = SecretHashes.hash("s3cret");
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    static {
        ByteBufUtil.setLeakListener((resource, records) -> LEAKS.add(resource + "\n" + records));
        org.awaitility.Awaitility.setDefaultTimeout(
                60, TimeUnit.SECONDS); // for machines that are busy with something else
    }

    final ExitTable exits =
            new ExitTable(PickSettings.DEFAULTS, InstantSource.system(), System::nanoTime, new Random());
    final List<ProxiedAttempt> attempts = new CopyOnWriteArrayList<>();
    final List<ProxiedRequest> requests = new CopyOnWriteArrayList<>();
    final List<SpecificRecordBase> told = new CopyOnWriteArrayList<>();
    final Supernode supernode;
    private final List<String> exitIds = new ArrayList<>();
    private long revision;

    UpstreamRig() throws IOException {
        this(UnaryOperator.identity());
    }

    UpstreamRig(UnaryOperator<SupernodeSettings> change) throws IOException {
        this(change, ObservedLocations.NONE);
    }

    UpstreamRig(UnaryOperator<SupernodeSettings> change, ObservedLocations locations) throws IOException {
        LinkAuthority authority = LinkAuthority.create(InstantSource.system());
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        supernode = Supernode.start(
                change.apply(SupernodeSettings.of("edge-1", anyPort, anyPort)
                        .withEventLoops(2)
                        .withDrainMs(100)
                        .withAllowedDestinations(List.of("127.0.0.0/8", "localhost"))
                        .withTenants(List.of(tenant()), false)
                        .withUpstreams(UpstreamSettings.DEFAULTS.withChecks(200, 2_000, 50, 200))),
                new SupernodePorts(
                        exits,
                        List.of(exits),
                        exits.learningFrom(this),
                        (exitId, record) -> told.add(record),
                        LinkAdmission.EVERYBODY,
                        locations,
                        LinkTls.forEdge(authority.issueEdge("edge-1", Duration.ofHours(1)), authority.certificate()),
                        SslContextBuilder.forClient().build(),
                        System::nanoTime,
                        new Random()));
    }

    private static Tenant tenant() {
        return Tenant.newBuilder()
                .setTenantId("acme")
                .setAuthorship(new Authorship("test", "test", 0L, 1L))
                .setSecretHashes(List.of(HASH))
                .setPools(List.of("res1"))
                .build();
    }

    static UnaryOperator<SupernodeSettings> withSecrets(Path directory) {
        return settings -> settings.withUpstreams(settings.upstreams().withSecretsDirectory(directory));
    }

    static Upstream.Builder upstream(UpstreamKind kind, int port) {
        return Upstream.newBuilder().setKind(kind).setHost("127.0.0.1").setPort(port);
    }

    /** Says this of an exit, as a record on config.exits would. */
    void say(String exitId, Upstream upstream, UnaryOperator<ExitOverride.Builder> more) {
        ExitOverride override = more.apply(ExitOverride.newBuilder()
                        .setExitId(exitId)
                        .setAuthorship(new Authorship("test", "test", ++revision, revision))
                        .setPools(List.of("res1"))
                        .setUpstream(upstream))
                .build();
        exitIds.add(exitId);
        exits.overridden(override);
        supernode.exitOverride(override);
    }

    /** Names an upstream and waits until it is online. */
    void online(String exitId, Upstream upstream) {
        say(exitId, upstream, UnaryOperator.identity());
        awaitOnline(exitId, true);
    }

    void awaitOnline(String exitId, boolean online) {
        await(exitId + (online ? " online" : " offline")).until(() -> isOnline(exitId) == online);
    }

    boolean isOnline(String exitId) {
        Standing standing = exits.standing(exitId);
        return standing != null && standing.online();
    }

    String address() {
        return "127.0.0.1:" + supernode.userAddress().getPort();
    }

    Curl.Result curl(String... arguments) throws Exception {
        return curlBy("http", arguments);
    }

    /** @param scheme http or socks5h */
    Curl.Result curlBy(String scheme, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-x", scheme + "://" + address(), "-U", USER));
        all.addAll(List.of(arguments));
        return Curl.run(all);
    }

    @Override
    public void attempt(ProxiedAttempt attempt) {
        attempts.add(attempt);
    }

    @Override
    public void request(ProxiedRequest request) {
        requests.add(request);
    }

    List<ProxiedAttempt> completed() {
        return attempts.stream()
                .filter(attempt -> attempt.getPhase() == AttemptPhase.COMPLETED)
                .toList();
    }

    /** The last request, once this many are over. */
    ProxiedRequest request(int count) {
        await(count + " requests over").until(() -> requests.size() >= count);
        Assertions.assertThat(requests).hasSize(count);
        return requests.get(count - 1);
    }

    <T> List<T> told(Class<T> type) {
        return told.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public void close() {
        supernode.close();
        Assertions.assertThat(supernode.requestCounters().inFlightRequests()).isZero();
        for (String exitId : exitIds) {
            Standing standing = exits.standing(exitId);
            Assertions.assertThat(standing == null ? 0 : standing.runningRequests())
                    .as(exitId)
                    .isZero();
        }
        System.gc();
        Assertions.assertThat(LEAKS).isEmpty();
    }
}
