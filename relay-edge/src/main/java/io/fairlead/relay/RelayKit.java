package io.fairlead.relay;

import io.fairlead.edge.EdgeKit;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.admin.AdminServer;
import io.fairlead.edge.admin.Health;
import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.edge.table.ConfigCheck;
import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.edge.table.TableListener;
import io.fairlead.relay.server.Reports;
import io.fairlead.relay.server.RoomPolicies;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What both relay edges stand on: the edge kit; or, where there is no Kafka, health and metrics alone. Used as the kit is: {@link #open}, let
 * listeners in, {@link #start}, serve, {@link #close}.
 */
final class RelayKit implements AutoCloseable {

    private final @Nullable EdgeKit kit;
    private final PrometheusMeterRegistry metrics;
    private final Health health;
    private final InetSocketAddress address;
    private @Nullable AdminServer admin;
    private volatile boolean draining;

    private RelayKit(@Nullable EdgeKit kit, PrometheusMeterRegistry metrics, Health health, InetSocketAddress address) {
        this.kit = kit;
        this.metrics = metrics;
        this.health = health;
        this.address = address;
    }

    /**
     * Opens one.
     *
     * @param settings null: there is no Kafka, so no telemetry and no config but the edge's own
     * @param adminAddress of health and metrics, where there is no Kafka
     * @throws IOException if the data directory can't be used, or another process has it
     */
    static RelayKit open(@Nullable EdgeKitSettings settings, InetSocketAddress adminAddress) throws IOException {
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        if (settings == null) {
            return new RelayKit(null, metrics, new Health(), adminAddress);
        }
        EdgeKit kit = EdgeKit.open(settings, metrics, InstantSource.system(), System::nanoTime);
        return new RelayKit(kit, metrics, kit.health(), settings.adminAddress());
    }

    /** Lets somebody hear of a config topic; where there is no Kafka nothing is ever heard. */
    <T> void config(TopicSpec topic, ConfigCheck<T> check, TableListener<T> listener) {
        EdgeKit present = kit;
        if (present != null) {
            present.config(topic, check).listen(listener);
        }
    }

    /** What operators say of rooms, as it comes. */
    RoomPolicies roomPolicies() {
        RoomPolicies policies = new RoomPolicies(InstantSource.system());
        config(Topics.CONFIG_POLICIES, RoomPolicies::check, policies);
        Gauge.builder("fairlead.relay.policies", policies, RoomPolicies::size)
                .description("Scopes of which a policy of rooms is known")
                .register(metrics);
        return policies;
    }

    /** Lets somebody hear of decisions; where there is no Kafka none is ever heard. */
    <T> void decisions(TopicSpec topic, DecisionReader<T> reader, TableListener<Decision<T>> listener) {
        EdgeKit present = kit;
        if (present != null) {
            present.decisions(topic, reader).listen(listener);
        }
    }

    /** Whether what that job decided must not be relied on; so it is where there is no Kafka. */
    boolean silent(String job) {
        EdgeKit present = kit;
        return present == null || present.jobs().isSilent(job);
    }

    /** @throws IOException if the admin's address can't be bound */
    void start(Supplier<EdgeLoad> load) throws IOException {
        EdgeKit present = kit;
        if (present != null) {
            present.start(load);
            return;
        }
        health.readiness("edge", () -> draining ? List.of("the edge is being stopped") : List.of());
        new JvmMemoryMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        new UptimeMetrics().bindTo(metrics);
        admin = AdminServer.start(address, health, metrics);
    }

    /** How viewers and legs are told of; where there is no Kafka nobody is. */
    Reports reports() {
        EdgeKit present = kit;
        return present == null ? Reports.NONE : Reports.of(present.publisher()::offer, present.edgeId());
    }

    PrometheusMeterRegistry metrics() {
        return metrics;
    }

    Health health() {
        return health;
    }

    boolean draining() {
        return draining;
    }

    InetSocketAddress adminAddress() {
        EdgeKit present = kit;
        if (present != null) {
            return present.adminAddress();
        }
        AdminServer listening = admin;
        if (listening == null) {
            throw new IllegalStateException("the relay kit has not started");
        }
        return listening.address();
    }

    /** The edge is going: {@code /ready} says so from now on. Serving may go on. */
    void drain() {
        draining = true;
        EdgeKit present = kit;
        if (present != null) {
            present.drain();
        }
    }

    /** Shows how a certificate is. */
    void watch(String name, RelayCertificate certificate) {
        health().note(name, () -> certificate.complaints(InstantSource.system()));
        certificate.bindTo(metrics(), InstantSource.system());
    }

    @Override
    public void close() throws IOException {
        EdgeKit present = kit;
        if (present != null) {
            present.close();
        }
        AdminServer listening = admin;
        if (listening != null) {
            listening.close();
        }
    }

    /** An address as others would dial it, HOST:PORT; empty: it is every address of this machine, which says nothing to others. */
    static String dialable(InetSocketAddress listening) {
        if (listening.getAddress().isAnyLocalAddress()) {
            return "";
        }
        String host = listening.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + listening.getPort();
    }

    /** After a start that has failed. */
    void close(Exception because) {
        try {
            close();
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }
}
