package io.fairlead.proxy.supernode;

import io.fairlead.edge.EdgeKit;
import io.fairlead.edge.publish.TelemetryPublisher;
import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.edge.table.ConfigTable;
import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.edge.table.InvalidConfigException;
import io.fairlead.edge.table.TableListener;
import io.fairlead.model.policy.CapacityPolicy;
import io.fairlead.model.policy.PolitenessPolicy;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.proxy.accesslog.AccessLog;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.pick.ExitTable;
import io.fairlead.proxy.tenant.DayBook;
import io.fairlead.proxy.tenant.TenantDirectory;
import io.fairlead.proxy.upstream.UpstreamTerms;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.BenchmarkPolicy;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.pools.PoolRecords;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A supernode in its deployment: what it sees goes to Kafka, decisions and config come from there, and it picks exits by them, or by
 * what it has seen itself while the job is silent. A Kafka that is away keeps it from nothing: it starts from its snapshots.
 */
public final class ProxyEdge implements AutoCloseable {

    /** The job whose scores picks stand on. */
    static final String SCORING_JOB = "quality";

    private static final Logger LOG = LoggerFactory.getLogger(ProxyEdge.class);
    private static final long TICK_MS = 1_000;
    private static final String DAYS = "tenant-bytes";
    private static final String QUALITY = "quality/default";
    private static final String CAPACITY = "capacity/default";
    private static final String POLITENESS = "politeness/";
    private static final String BENCHMARK = "benchmark/default";

    private final EdgeKit kit;
    private final Supernode supernode;
    private final ExitTable exits;
    private final DayBook days;
    private final @Nullable AccessLog accessLog;
    private final ScheduledExecutorService clock;

    private ProxyEdge(
            EdgeKit kit,
            Supernode supernode,
            ExitTable exits,
            DayBook days,
            @Nullable AccessLog accessLog,
            ScheduledExecutorService clock) {
        this.days = days;
        this.accessLog = accessLog;
        this.kit = kit;
        this.supernode = supernode;
        this.exits = exits;
        this.clock = clock;
    }

    /**
     * Starts one.
     *
     * @param linkTls as {@link io.fairlead.proxy.link.LinkTls#forEdge}
     * @throws IOException if an address can't be bound, or the data directory can't be used; nothing is left behind
     */
    public static ProxyEdge start(ProxyEdgeSettings settings, SslContext linkTls) throws IOException {
        return start(settings, linkTls, ObservedLocations.NONE);
    }

    /**
     * Starts one that knows where addresses are.
     *
     * @param locations count more than what exits declare
     * @throws IOException as {@link #start(ProxyEdgeSettings, SslContext)}
     */
    public static ProxyEdge start(ProxyEdgeSettings settings, SslContext linkTls, ObservedLocations locations)
            throws IOException {
        EdgeKit kit = EdgeKit.open(
                settings.kit(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                InstantSource.system(),
                System::nanoTime);
        RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        ExitTable exits = new ExitTable(settings.picks(), InstantSource.system(), System::nanoTime, random);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "pick-clock");
            thread.setDaemon(true);
            return thread;
        });
        Supernode half = null;
        AccessLog log = null;
        try {
            ConfigTable<ExitOverride> overrides = kit.config(Topics.CONFIG_EXITS, ProxyEdge::override);
            TelemetryPublisher publisher = kit.publisher();
            Supernode supernode = Supernode.start(
                    settings.supernode(),
                    new SupernodePorts(
                            exits,
                            List.of(exits),
                            exits.learningFrom(new Told(publisher)),
                            (exitId, record) ->
                                    publisher.offer(Topics.TELEMETRY_EXITS, exitId, explained(exitId, record, exits)),
                            (exitId, issuedAt) -> refusal(overrides.get(exitId), issuedAt),
                            locations,
                            linkTls,
                            SslContextBuilder.forClient().build(),
                            System::nanoTime,
                            random));
            half = supernode;
            DayBook days = new DayBook(settings.kit().dataDir().resolve(DAYS), supernode.tenants());
            days.load();
            if (settings.accessLog() != null) {
                log = AccessLog.open(settings.accessLog());
                supernode.logTo(log);
                log.bindTo(kit.metrics());
            }
            PolicyCalendar policies = follow(
                    kit, exits, supernode, overrides, settings.supernode().allowedDestinations());
            kit.health().readiness("supernode", supernode::unreadiness);
            kit.health().note("supernode", supernode::notes);
            supernode.bindTo(kit.metrics());
            exits.bindTo(kit.metrics());
            kit.start(() -> load(supernode, exits));
            clock.scheduleAtFixedRate(() -> tick(kit, exits, policies, days), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
            return new ProxyEdge(kit, supernode, exits, days, log, clock);
        } catch (IOException | RuntimeException e) {
            clock.shutdownNow();
            if (half != null) {
                half.close();
            }
            if (log != null) {
                log.close();
            }
            kit.close();
            throw e;
        }
    }

    /** @return policies that begin with time */
    private static PolicyCalendar follow(
            EdgeKit kit,
            ExitTable exits,
            Supernode supernode,
            ConfigTable<ExitOverride> overrides,
            List<String> allowedDestinations) {
        kit.decisions(Topics.DECISIONS_EXITS, DecisionReader.exitScores()).listen(new TableListener<>() {
            @Override
            public void put(String exitId, Decision<ExitScore> decision) {
                exits.decided(decision.value());
            }

            @Override
            public void removed(String exitId) {
                exits.withdrawn(exitId);
            }
        });
        followPools(kit, exits);
        overrides.listen(new TableListener<>() {
            @Override
            public void put(String exitId, ExitOverride override) {
                exits.overridden(override);
                supernode.exitOverride(override);
            }

            @Override
            public void removed(String exitId) {
                exits.overrideRemoved(exitId);
                supernode.exitOverrideRemoved(exitId);
            }
        });
        TenantDirectory trial = new TenantDirectory(1, allowedDestinations, Set.of());
        kit.config(Topics.CONFIG_TENANTS, (key, record) -> tenant(key, record, trial))
                .listen(new TableListener<>() {
                    @Override
                    public void put(String tenantId, Tenant tenant) {
                        supernode.tenant(tenant);
                    }

                    @Override
                    public void removed(String tenantId) {
                        supernode.removeTenant(tenantId);
                    }
                });
        PolicyCalendar policies =
                new PolicyCalendar(InstantSource.system(), (key, record) -> obey(key, record, kit, exits, supernode));
        kit.config(Topics.CONFIG_POLICIES, ProxyEdge::policy).listen(new TableListener<>() {
            @Override
            public void put(String key, SpecificRecord record) {
                if (!CanaryRecords.isKey(key)) { // those are the job's
                    policies.put(key, record);
                }
            }

            @Override
            public void removed(String key) {
                if (!CanaryRecords.isKey(key)) {
                    policies.remove(key, () -> disobey(key, kit, exits, supernode));
                }
            }
        });
        return policies;
    }

    private static void followPools(EdgeKit kit, ExitTable exits) {
        kit.config(Topics.CONFIG_POOLS, ProxyEdge::pool).listen(new TableListener<>() {
            @Override
            public void put(String poolId, PoolDefinition definition) {
                exits.defined(definition);
            }

            @Override
            public void removed(String poolId) {
                exits.undefined(poolId);
            }
        });
        kit.decisions(Topics.DECISIONS_POOLS, DecisionReader.poolAssignments()).listen(new TableListener<>() {
            @Override
            public void put(String exitId, Decision<PoolAssignment> decision) {
                exits.assigned(decision.value());
            }

            @Override
            public void removed(String exitId) {
                exits.unassigned(exitId);
            }
        });
        kit.decisions(Topics.DECISIONS_FORECASTS, DecisionReader.poolForecasts())
                .listen(new TableListener<>() {
                    @Override
                    public void put(String poolId, Decision<PoolForecast> decision) {
                        exits.foreseen(decision.value());
                    }

                    @Override
                    public void removed(String poolId) {
                        exits.unforeseen(poolId);
                    }
                });
    }

    private static PoolDefinition pool(String key, SpecificRecord record) throws InvalidConfigException {
        if (!(record instanceof PoolDefinition definition)) {
            throw new InvalidConfigException(
                    List.of("a " + record.getSchema().getName() + " defines no pool; write a PoolDefinition"));
        }
        List<String> violations = PoolRecords.violations(key, definition);
        if (!violations.isEmpty()) {
            throw new InvalidConfigException(violations);
        }
        return definition;
    }

    private static void disobey(String key, EdgeKit kit, ExitTable exits, Supernode supernode) {
        int slash = key.indexOf('/');
        Scope scope = Scope.parse(key.substring(slash + 1));
        if (key.startsWith(POLITENESS)) {
            exits.politenessRemoved(scope);
            return;
        }
        SpecificRecord defaults = PolicyRecords.write(
                PolicyRecords.defaults(key.substring(0, slash), scope), new Authorship("", "default", 0L, 0L));
        obey(key, defaults, kit, exits, supernode);
    }

    /** Politeness is the edge's in all scopes. Narrower ones of the others are the job's: what an edge does by itself follows the widest. */
    private static void obey(String key, SpecificRecord record, EdgeKit kit, ExitTable exits, Supernode supernode) {
        if (key.startsWith(POLITENESS)) {
            exits.policy((PolitenessPolicy) PolicyRecords.read(record));
            return;
        }
        switch (key) {
            case QUALITY -> {
                QualityPolicy quality = (QualityPolicy) PolicyRecords.read(record);
                exits.policy(quality);
                kit.jobs().limitMs(quality.jobSilenceMs());
            }
            case CAPACITY -> exits.policy((CapacityPolicy) PolicyRecords.read(record));
            case BENCHMARK -> supernode.benchmarkPolicy((BenchmarkPolicy) record);
            default -> LOG.debug("policy {} is none that an edge follows", key);
        }
    }

    private static ExitOverride override(String key, SpecificRecord record) throws InvalidConfigException {
        if (!(record instanceof ExitOverride override)) {
            throw new InvalidConfigException(
                    List.of("a " + record.getSchema().getName() + " says nothing of an exit; write an ExitOverride"));
        }
        if (!override.getExitId().equals(key) || override.getCapacityRequests() < 0) {
            throw new InvalidConfigException(List.of("the key is '" + key + "', the record names exit '"
                    + override.getExitId() + "' with a capacity of " + override.getCapacityRequests()
                    + "; key and name must be the same, and the capacity not negative"));
        }
        List<String> violations = new ArrayList<>(OperatorTerms.violations(override));
        if (override.getUpstream() != null) {
            violations.addAll(UpstreamTerms.violations(override.getUpstream()));
        }
        if (!violations.isEmpty()) {
            throw new InvalidConfigException(violations);
        }
        return override;
    }

    /** Says in a heartbeat what holds the exit back where the exit itself doesn't: upstreams, and agents of before. */
    private static SpecificRecordBase explained(String exitId, SpecificRecordBase record, ExitTable exits) {
        if (record instanceof ExitHeartbeat heartbeat
                && heartbeat.getObjection().isEmpty()) {
            heartbeat.setObjection(exits.objection(exitId));
        }
        return record;
    }

    private static Tenant tenant(String key, SpecificRecord record, TenantDirectory trial)
            throws InvalidConfigException {
        if (!(record instanceof Tenant tenant)) {
            throw new InvalidConfigException(
                    List.of("a " + record.getSchema().getName() + " is no tenant; write a Tenant"));
        }
        if (!tenant.getTenantId().equals(key)) {
            throw new InvalidConfigException(List.of("the key is '" + key + "' but the record names tenant '"
                    + tenant.getTenantId() + "'; they must be the same"));
        }
        trial.put(tenant);
        trial.remove(key);
        return tenant;
    }

    private static SpecificRecord policy(String key, SpecificRecord record) throws InvalidConfigException {
        List<String> violations = PolicyRecords.violations(key, record);
        if (!violations.isEmpty()) {
            throw new InvalidConfigException(violations);
        }
        return record;
    }

    private static String refusal(@Nullable ExitOverride override, Instant issuedAt) {
        if (override == null) {
            return "";
        }
        if (override.getKilled()) {
            return "an operator has taken this exit out";
        }
        if (override.getUpstream() != null) {
            return "this id is that of an upstream; give the agent another, or take the upstream's record away";
        }
        return issuedAt.toEpochMilli() < override.getNotBeforeMs()
                ? "certificates issued before " + Instant.ofEpochMilli(override.getNotBeforeMs())
                        + " are revoked; get a new one"
                : "";
    }

    private static EdgeLoad load(Supernode supernode, ExitTable exits) {
        return new EdgeLoad(
                supernode.userCounters().openConnections(),
                supernode.requestCounters().inFlightRequests(),
                supernode.exits().linkCount(),
                supernode.onlineExits(),
                supernode.requestCounters().endedRequests(),
                supernode.requestCounters().failures(),
                exits.localShare() > 0,
                supernode.draining());
    }

    private static void tick(EdgeKit kit, ExitTable exits, PolicyCalendar policies, DayBook days) {
        try {
            policies.tick();
            exits.jobSilent(kit.jobs().isSilent(SCORING_JOB));
            long ageMs = kit.tables().ageMs();
            exits.unheard(ageMs < 0 ? Long.MAX_VALUE : ageMs);
            exits.tick();
        } catch (RuntimeException e) {
            LOG.error("The table of exits did not follow the time this second.", e);
        }
        days.save();
    }

    /** Where users connect. */
    public InetSocketAddress userAddress() {
        return supernode.userAddress();
    }

    /** Where exit agents dial in. */
    public InetSocketAddress linkAddress() {
        return supernode.linkAddress();
    }

    /** Where health and metrics are. */
    public InetSocketAddress adminAddress() {
        return kit.adminAddress();
    }

    public ExitTable exits() {
        return exits;
    }

    /** Stops in order: users, exits, then what they have told. */
    @Override
    public void close() throws IOException {
        kit.drain();
        supernode.close();
        clock.shutdownNow();
        endOfClock();
        days.save();
        if (accessLog != null) {
            accessLog.close();
        }
        kit.close();
    }

    /** So that nobody else writes the days while they are written for the last time. */
    private void endOfClock() {
        try {
            if (!clock.awaitTermination(TICK_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("The clock of picks has not ended after {} ms.", TICK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Told(TelemetryPublisher publisher) implements RequestTelemetry {

        @Override
        public void attempt(ProxiedAttempt attempt) {
            publisher.offer(Topics.TELEMETRY_ATTEMPTS, attempt.getExitId(), attempt);
        }

        @Override
        public void outcome(TargetOutcome outcome) {
            publisher.offer(Topics.TELEMETRY_OUTCOMES, outcome.getExitId(), outcome);
        }

        @Override
        public void request(ProxiedRequest request) {
            publisher.offer(Topics.TELEMETRY_REQUESTS, request.getTenant(), request);
        }
    }
}
