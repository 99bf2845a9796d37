package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.PoolHistory;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ForecastAhead;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.PoolMembership;
import io.fairlead.schemas.decisions.StayChance;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers what is asked of pools, from the live topics and from history. Thread-safe. */
final class Pools {

    /** Exits that the map of exclusivity names; those that a pool has for itself come first. */
    static final int MAPPED_MAX = 2_000;

    /** What a forecast tells of, and a page may ask for. */
    static final List<String> MEASURES = List.of("HEALTH", "SUCCESS", "EXITS_ONLINE", "CAPACITY", "DEMAND");

    private static final long NEWEST_SECONDS = 120;

    private final PoolsState state;
    private final FleetState fleet;
    private final History history;
    private final InstantSource clock;

    /** All pools, and which exit is whose. */
    record Answer(long atMs, List<PoolRow> pools, List<Mapped> exits, int exitsMapped) {}

    /**
     * The pools of one exit.
     *
     * @param owner pool that alone may use it; empty: none
     * @param domains that it is kept for
     * @param changingHands it has an owner, as a whole or for some domains, but edges have still to let go of it
     */
    record Mapped(
            String id,
            String owner,
            long ownerUntilMs,
            List<Kept> domains,
            List<String> pools,
            boolean changingHands) {}

    /**
     * A domain that an exit is kept for.
     *
     * @param pool that alone may use it for that
     * @param untilMs ms since the Unix epoch; 0: with the pool's definition
     */
    record Kept(String domain, String pool, long untilMs, boolean granted) {}

    /** What became of an exit in pools. */
    record Story(String exitId, List<PoolHistory.Change> changes, List<Mapped> now) {}

    Pools(PoolsState state, FleetState fleet, History history, InstantSource clock) {
        this.state = state;
        this.fleet = fleet;
        this.history = history;
        this.clock = clock;
    }

    Answer all() {
        List<PoolRow> rows = state.definitions().stream()
                .map(pool -> PoolRow.of(pool, state.forecast(pool.getPoolId()).orElse(null)))
                .toList();
        List<Mapped> mapped = new ArrayList<>();
        for (PoolAssignment each : state.assignments()) {
            Mapped one = mapped(each);
            if (!one.owner().isEmpty()
                    || !one.pools().isEmpty()
                    || !one.domains().isEmpty()) {
                mapped.add(one);
            }
        }
        mapped.sort(Comparator.comparing((Mapped one) -> one.owner().isEmpty())
                .thenComparing(one -> one.domains().isEmpty())
                .thenComparing(Mapped::id));
        return new Answer(clock.millis(), rows, mapped.subList(0, Math.min(MAPPED_MAX, mapped.size())), mapped.size());
    }

    private static Mapped mapped(PoolAssignment told) {
        List<String> pools =
                told.getMemberships().stream().map(PoolMembership::getPoolId).toList();
        List<Kept> domains = told.getExclusiveDomains().stream()
                .map(each -> new Kept(each.getDomain(), each.getPoolId(), each.getUntilMs(), each.getGranted()))
                .toList();
        return new Mapped(
                told.getExitId(),
                told.getOwnerPool(),
                told.getOwnerUntilMs(),
                domains,
                pools,
                (!told.getOwnerPool().isEmpty() && pools.isEmpty())
                        || domains.stream().anyMatch(each -> !each.granted()));
    }

    /**
     * One pool.
     *
     * @param hours of history
     * @param measure of {@link #MEASURES}
     * @return empty: there is none of that id
     */
    Optional<PoolDetails> one(String poolId, long hours, String measure) {
        return state.definition(poolId).map(pool -> details(pool, hours, measure));
    }

    private PoolDetails details(PoolDefinition pool, long hours, String measure) {
        PoolForecast forecast = state.forecast(pool.getPoolId()).orElse(null);
        PoolDetails now = new PoolDetails(
                PoolRow.of(pool, forecast),
                asks(pool),
                forecast == null
                        ? List.of()
                        : forecast.getAhead().stream().map(Pools::ahead).toList(),
                forecast == null || forecast.getColdStart(),
                forecast == null ? "" : forecast.getBasis(),
                members(pool),
                measure,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        try {
            return withHistory(now, pool.getPoolId(), hours, measure);
        } catch (History.UnansweredException said) {
            return with(now, null, null, null, null, null, null, null, null, said.getMessage());
        }
    }

    private PoolDetails withHistory(PoolDetails now, String poolId, long hours, String measure)
            throws History.UnansweredException {
        long nowMs = clock.millis();
        long fromMs = nowMs - hours * 3_600_000;
        int step = hours <= 1 ? 5 : hours <= 24 ? 60 : 600;
        return history.ofPools(pools -> with(
                now,
                pools.standings(poolId, fromMs, step),
                pools.bands(poolId, fromMs, measure),
                pools.came(poolId, fromMs, measure),
                pools.changes(poolId, fromMs),
                pools.skill(poolId, fromMs, (int) Math.max(60, hours * 120)),
                pools.foreseen(poolId, fromMs),
                pools.ended(poolId, fromMs / 1_000, hours <= 1 ? 15 : Math.max(60, step)),
                pools.ended(poolId, nowMs / 1_000 - NEWEST_SECONDS, 1),
                null));
    }

    private static PoolDetails with(
            PoolDetails now,
            @Nullable List<PoolHistory.Standing> standings,
            @Nullable List<PoolHistory.Band> bands,
            @Nullable List<PoolHistory.Point> came,
            @Nullable List<PoolHistory.Change> changes,
            @Nullable List<PoolHistory.Skill> skill,
            @Nullable List<PoolHistory.Foreseen> foreseen,
            @Nullable List<PoolHistory.Ended> success,
            @Nullable List<PoolHistory.Ended> traffic,
            @Nullable String problem) {
        return new PoolDetails(
                now.pool(),
                now.asks(),
                now.ahead(),
                now.coldStart(),
                now.basis(),
                now.members(),
                now.measure(),
                standings,
                bands,
                came,
                changes,
                skill,
                foreseen,
                success,
                traffic,
                problem);
    }

    /** What became of an exit in pools within that time, newest first. */
    Story story(String exitId, long hours) throws History.UnansweredException {
        long fromMs = clock.millis() - hours * 3_600_000;
        List<Mapped> now = state.assignments().stream()
                .filter(each -> each.getExitId().equals(exitId))
                .map(Pools::mapped)
                .toList();
        return history.ofPools(pools -> new Story(exitId, pools.changesOf(exitId, fromMs), now));
    }

    private static PoolDetails.Ahead ahead(ForecastAhead told) {
        return new PoolDetails.Ahead(
                told.getMinutes(),
                told.getQuantiles().stream()
                        .map(each -> new PoolDetails.Quantiles(
                                each.getMeasure(),
                                ExitRow.rounded(each.getLow()),
                                ExitRow.rounded(each.getMedian()),
                                ExitRow.rounded(each.getHigh())))
                        .toList(),
                ExitRow.rounded(told.getUnhealthyProbability()),
                ExitRow.rounded(told.getShortageProbability()));
    }

    private List<PoolDetails.Member> members(PoolDefinition pool) {
        List<PoolDetails.Member> members = new ArrayList<>();
        for (PoolAssignment told : state.assignments()) {
            for (PoolMembership each : told.getMemberships()) {
                if (each.getPoolId().equals(pool.getPoolId())) {
                    members.add(member(told.getExitId(), each, pool.getHorizonMs()));
                }
            }
        }
        members.sort(
                Comparator.comparingDouble(PoolDetails.Member::rank).reversed().thenComparing(PoolDetails.Member::id));
        return members;
    }

    private PoolDetails.Member member(String exitId, PoolMembership told, long horizonMs) {
        ExitScore score = fleet.score(exitId).orElse(null);
        StayChance nearest = score == null
                ? null
                : score.getStays().stream()
                        .min(Comparator.comparingLong(stay -> Math.abs(stay.getHorizonMs() - horizonMs)))
                        .orElse(null);
        return new PoolDetails.Member(
                exitId,
                ExitRow.rounded(told.getRank()),
                told.getSinceMs(),
                told.getReason(),
                score == null ? null : ExitRow.of(score, history.load(exitId)),
                nearest == null ? -1 : ExitRow.rounded(nearest.getChance().getMean()),
                nearest == null ? 0 : nearest.getHorizonMs());
    }

    private static List<String> asks(PoolDefinition pool) {
        List<String> asks = new ArrayList<>();
        ask(asks, "of type ", pool.getTypes());
        ask(asks, "in ", pool.getCountries());
        ask(asks, "region ", pool.getRegions());
        ask(asks, "city ", pool.getCities());
        ask(asks, "of AS", pool.getAsns());
        if (pool.getMinQuality() > 0) {
            asks.add(String.format(Locale.ROOT, "quality ≥ %.0f", pool.getMinQuality()));
        }
        ask(asks, "for ", pool.getTargetClasses());
        if (pool.getNodeFloor() > 0) {
            asks.add(String.format(Locale.ROOT, "replaced under %.0f", pool.getNodeFloor()));
        }
        return asks;
    }

    private static void ask(List<String> asks, String what, List<?> values) {
        if (!values.isEmpty()) {
            asks.add(what
                    + String.join(" or ", values.stream().map(String::valueOf).toList()));
        }
    }
}
