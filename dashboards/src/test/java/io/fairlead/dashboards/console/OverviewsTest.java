package io.fairlead.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.Topics;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The overview where history does not answer; with one that does see ConsolePagesTest. */
class OverviewsTest {

    private static final long NOW_MS = 1_800_000_000_000L;

    private long nowMs = NOW_MS;
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs);
    private final ClickHouseSource nobody =
            new ClickHouseSource("http://127.0.0.1:1", "reader", "", 1, Duration.ofSeconds(1));
    private final FleetState fleet = new FleetState(10);
    private final History history = new History(nobody, clock);
    private final Overviews overviews = new Overviews(
            fleet,
            new Pools(new PoolsState(10), fleet, history, clock),
            new NetworkMap(new MapBook(10), history, clock),
            new RoomsBook(),
            history,
            this::status,
            clock);

    @AfterEach
    void close() throws SQLException {
        nobody.close();
    }

    @Test
    void whatWasNeverHeardIsNotKnownRatherThanWell() {
        Overview overview = overviews.overview();
        assertThat(overview.areas())
                .filteredOn(area -> !area.id().equals("sources"))
                .extracting(Overview.Area::state)
                .containsOnly(Overview.State.UNKNOWN);
        assertThat(overview.findings()).singleElement().satisfies(finding -> assertThat(finding.what())
                .isEqualTo("ClickHouse does not answer"));
        assertThat(overview.historyProblem()).contains("did not answer");
    }

    @Test
    void aSilentJobIsWrongSinceItsLastHeartbeat() {
        fleet.apply(new JobHeartbeat("quality", 1L, 1L, NOW_MS - 90_000, NOW_MS, 7L, 1L, 1L));
        fleet.apply(new JobHeartbeat("pools", 1L, 1L, NOW_MS - 10_000, NOW_MS, 7L, 1L, 1L));
        fleet.apply(new JobHeartbeat("map", 1L, 1L, NOW_MS - 100, NOW_MS, 7L, 1L, 1L));
        assertThat(findings("jobs"))
                .satisfiesExactly(
                        quality -> {
                            assertThat(quality.state()).isEqualTo(Overview.State.BAD);
                            assertThat(quality.sinceMs()).isEqualTo(NOW_MS - 90_000);
                            assertThat(quality.policyVersion()).isEqualTo(7);
                        },
                        pools -> assertThat(pools.state()).isEqualTo(Overview.State.WATCH));
    }

    @Test
    void theLoopIsToldByTopicAtItsSlowestEdge() {
        fleet.apply(report("edge-1", 30, 200));
        fleet.apply(report("edge-2", 40, 9_000));
        Overview.Area loop = overviews.overview().areas().stream()
                .filter(area -> area.id().equals("loop"))
                .findFirst()
                .orElseThrow();
        assertThat(loop.figures())
                .extracting(Overview.Figure::label, Overview.Figure::value, Overview.Figure::bad)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("map p50", 40.0, false),
                        org.assertj.core.groups.Tuple.tuple("map p99", 9_000.0, true));
        assertThat(findings("loop")).singleElement().satisfies(finding -> assertThat(finding.what())
                .contains("map", "9000 ms"));
    }

    @Test
    void whatHistoryDoesNotKnowIsDatedByWhenItWasFirstSeen() {
        fleet.apply(new JobHeartbeat("map", 1L, 1L, NOW_MS, NOW_MS, 7L, 1L, 1L));
        fleet.apply(report("edge-1", 30, 9_000));
        assertThat(findings("loop")).singleElement().satisfies(finding -> {
            assertThat(finding.sinceMs()).isEqualTo(NOW_MS);
            assertThat(finding.sinceAtLeast()).isTrue();
            assertThat(finding.policyVersion())
                    .as("that the map's job decides by")
                    .isEqualTo(7);
        });
        nowMs = NOW_MS + 20_000;
        fleet.apply(report("edge-1", 30, 9_500));
        assertThat(findings("loop")).singleElement().satisfies(finding -> {
            assertThat(finding.what()).contains("9500 ms");
            assertThat(finding.sinceMs()).as("the same, with another figure").isEqualTo(NOW_MS);
        });
        nowMs = NOW_MS + 21_000 + Sightings.GONE_MS;
        fleet.apply(report("edge-1", 30, 200));
        assertThat(findings("loop")).as("gone").isEmpty();
        nowMs += 2_000;
        fleet.apply(report("edge-1", 30, 9_000));
        assertThat(findings("loop"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.sinceMs()).as("anew").isEqualTo(nowMs));
    }

    private List<Overview.Finding> findings(String area) {
        return overviews.overview().findings().stream()
                .filter(finding -> finding.area().equals(area))
                .toList();
    }

    private Status status() {
        LiveTopics unheard = new LiveTopics(
                "127.0.0.1:1", fleet, new PoolsState(10), new MapBook(10), new RoomsBook(), change -> {}, clock);
        Status told = Statuses.of(nowMs, unheard, history, fleet, 0, Objectives.defaults());
        return new Status(
                told.atMs(),
                new Status.Source(true, 0L, null),
                told.clickHouse(),
                told.jobs(),
                told.edges(),
                told.exits(),
                told.exitsNotShown(),
                told.liveClients(),
                told.windowSeconds(),
                told.objectives(),
                told.problems());
    }

    private EdgeReport report(String edge, long p50Ms, long p99Ms) {
        return EdgeReport.newBuilder()
                .setHeader(new TelemetryHeader(edge, 1L, 0, 1L, nowMs))
                .setKind("nameserver")
                .setVersion("0.1.0")
                .setUptimeMs(1)
                .setOpenConnections(0)
                .setInFlightRequests(0)
                .setExitLinks(0)
                .setExitsOnline(0)
                .setRequests(0)
                .setFailures(0)
                .setLocalScoring(false)
                .setDraining(false)
                .setJobSilenceMs(Map.of())
                .setApplied(List.of(
                        new AppliedDecisions(Topics.DECISIONS_MAP.name(), 1L, 1L, nowMs, 1, 4L, p50Ms, p99Ms, p99Ms)))
                .setPublished(List.of())
                .setHeapUsedBytes(1)
                .setDirectMemoryBytes(1)
                .setProcessCpuLoad(0)
                .build();
    }
}
