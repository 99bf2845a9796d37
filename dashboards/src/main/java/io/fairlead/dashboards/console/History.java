package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.DecisionHistory;
import io.fairlead.dashboards.query.ExitOutcomes;
import io.fairlead.dashboards.query.ExitTraffic;
import io.fairlead.dashboards.query.ExitTraffic.Load;
import io.fairlead.dashboards.query.FactsFreshness;
import io.fairlead.dashboards.query.MapHistory;
import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.dashboards.query.PolicyHistory;
import io.fairlead.dashboards.query.PoolHistory;
import io.fairlead.dashboards.query.TenantHistory;
import io.fairlead.dashboards.query.TrafficHistory;
import io.fairlead.dashboards.query.TrafficPoint;
import io.fairlead.dashboards.query.TroubleHistory;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ClickHouse says, and whether it answers. Keeps the newest load of the exits, so that a page still has it (with its
 * age) when ClickHouse is away. Thread-safe.
 */
final class History {

    /** Window of the traffic shares. */
    static final int WINDOW_SECONDS = 60;

    private static final Logger LOG = LoggerFactory.getLogger(History.class);
    private static final long LOOK_BACK_MS = 3_600_000;
    /** Facts come a few seconds late: the newest points are told again until they stand still. */
    private static final long TAIL_SECONDS = 20;

    private static final long LOADS_AGE_MS = 10_000;

    private final ClickHouseSource source;
    private final InstantSource clock;
    private final TrafficHistory traffic;
    private final ExitTraffic exits;
    private final DecisionHistory decisions;
    private final ExitOutcomes outcomes;
    private final PolicyHistory policies;
    private final FactsFreshness freshness;
    private final PoolHistory pools;
    private final MapHistory map;
    private final TroubleHistory trouble;
    private final TenantHistory tenants;
    private volatile @Nullable String problem = "ClickHouse has not answered yet.";
    private volatile long newestFactMs = -1;
    private volatile Loads loads = new Loads(0, Map.of());

    private record Loads(long atMs, Map<String, Load> byExit) {}

    /** One question, asked now. */
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws SQLException;
    }

    /** Several questions about pools, asked now. */
    @FunctionalInterface
    interface PoolQuestions<T> {
        T ask(PoolHistory pools) throws SQLException;
    }

    /** Several questions about the network map, asked now. */
    @FunctionalInterface
    interface MapQuestions<T> {
        T ask(MapHistory map) throws SQLException;
    }

    /** Several questions about what is wrong, asked now. */
    @FunctionalInterface
    interface TroubleQuestions<T> {
        T ask(TroubleHistory trouble) throws SQLException;
    }

    /** Several questions about tenants, asked now. */
    @FunctionalInterface
    interface TenantQuestions<T> {
        T ask(TenantHistory tenants) throws SQLException;
    }

    /** ClickHouse did not answer; the message is a sentence for the user. */
    static final class UnansweredException extends Exception {
        UnansweredException(String message, SQLException cause) {
            super(message, cause);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    History(ClickHouseSource source, InstantSource clock) {
        this.source = source;
        this.clock = clock;
        this.traffic = new TrafficHistory(source);
        this.exits = new ExitTraffic(source);
        this.decisions = new DecisionHistory(source);
        this.outcomes = new ExitOutcomes(source);
        this.policies = new PolicyHistory(source);
        this.freshness = new FactsFreshness(source);
        this.pools = new PoolHistory(source);
        this.map = new MapHistory(source);
        this.trouble = new TroubleHistory(source);
        this.tenants = new TenantHistory(source);
    }

    /** How ClickHouse is, with the age of its newest fact. */
    Status.Source source(long nowMs) {
        String wrong = problem;
        long newest = newestFactMs;
        return new Status.Source(wrong == null, newest < 0 ? null : Math.max(0, nowMs - newest), wrong);
    }

    List<TrafficPoint> traffic(long fromSeconds, long toSeconds) throws UnansweredException {
        return answered(() -> traffic.between(fromSeconds, toSeconds));
    }

    /** The newest points in buckets of that width, as they are known now. */
    List<TrafficPoint> tail(long nowSeconds, int stepSeconds) throws UnansweredException {
        long from = (nowSeconds - TAIL_SECONDS) / stepSeconds * stepSeconds;
        return answered(() -> traffic.between(from, nowSeconds + 1, stepSeconds));
    }

    List<DecisionHistory.Decision> decisions(String exitId, long fromMs) throws UnansweredException {
        return answered(() -> decisions.of(exitId, fromMs));
    }

    List<ExitOutcomes.Ended> outcomes(String exitId, long fromMs) throws UnansweredException {
        return answered(() -> outcomes.of(exitId, fromMs));
    }

    List<PolicyChange> policyChanges(long fromMs, long toMs) throws UnansweredException {
        return answered(() -> policies.between(fromMs, toMs));
    }

    <T> T ofPools(PoolQuestions<T> questions) throws UnansweredException {
        return answered(() -> questions.ask(pools));
    }

    <T> T ofMap(MapQuestions<T> questions) throws UnansweredException {
        return answered(() -> questions.ask(map));
    }

    <T> T ofTrouble(TroubleQuestions<T> questions) throws UnansweredException {
        return answered(() -> questions.ask(trouble));
    }

    <T> T ofTenants(TenantQuestions<T> questions) throws UnansweredException {
        return answered(() -> questions.ask(tenants));
    }

    /** What a policy has been, newest first. */
    List<PolicyHistory.Revision> policy(String key) throws UnansweredException {
        return answered(() -> policies.of(key));
    }

    /** Asks how fresh the facts are; a failure shows in {@link #source(long)}. */
    void lookAtFreshness() {
        try {
            OptionalLong newest = answered(() -> freshness.newestSince(clock.millis() - LOOK_BACK_MS));
            newest.ifPresent(atMs -> newestFactMs = atMs);
        } catch (UnansweredException said) {
            LOG.debug("{}", said.getMessage());
        }
    }

    /** Asks for the load of the exits; on a failure the last one stays. */
    void lookAtLoads() {
        long nowMs = clock.millis();
        try {
            loads = new Loads(nowMs, answered(() -> exits.since(nowMs - WINDOW_SECONDS * 1_000L)));
        } catch (UnansweredException said) {
            LOG.debug("{}", said.getMessage());
        }
    }

    /** Whether the load of the exits is young enough to be shown as of now. */
    boolean loadsKnown() {
        return clock.millis() - loads.atMs() < LOADS_AGE_MS;
    }

    /** Load of one exit in the window; null: not known now. */
    @Nullable
    Load load(String exitId) {
        return loadsKnown() ? loads.byExit().getOrDefault(exitId, Load.NONE) : null;
    }

    private <T> T answered(Question<T> question) throws UnansweredException {
        try {
            T answer = question.ask();
            if (problem != null) {
                LOG.info("ClickHouse at {} answers.", source.address());
            }
            problem = null;
            return answer;
        } catch (SQLException e) {
            String wrong = "ClickHouse at " + source.address() + " did not answer: " + firstLine(e)
                    + " Charts and shares wait for it.";
            if (problem == null) {
                LOG.warn("{}", wrong);
            }
            problem = wrong;
            throw new UnansweredException(wrong, e);
        }
    }

    /** Of what is at the bottom of it: the client's own message only counts its attempts. */
    private static String firstLine(SQLException e) {
        Throwable bottom = e;
        while (bottom.getCause() != null && bottom.getCause().getMessage() != null) {
            bottom = bottom.getCause();
        }
        String message = String.valueOf(bottom.getMessage()).lines().findFirst().orElse("no reason given");
        String sentence = message.length() > 200 ? message.substring(0, 200) + "…" : message;
        return sentence.endsWith(".") ? sentence : sentence + ".";
    }
}
