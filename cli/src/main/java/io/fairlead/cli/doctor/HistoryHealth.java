package io.fairlead.cli.doctor;

import io.fairlead.cli.UserError;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.FactsFreshness;
import io.fairlead.dashboards.query.TelemetryAccount;
import io.fairlead.dashboards.query.TelemetryAccounts;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.dashboards.schema.MigrationException;
import io.fairlead.dashboards.schema.MigrationPlan;
import io.fairlead.dashboards.schema.MigrationPlan.State;
import io.fairlead.dashboards.schema.Retention;
import io.fairlead.dashboards.schema.Retention.Kept;
import io.fairlead.schemas.topics.Topics;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What ClickHouse says of a deployment. */
final class HistoryHealth {

    private static final Duration LATE = Duration.ofMinutes(2);
    private static final Duration LATELY = Duration.ofHours(1);
    private static final long KAFKA_KEEPS_DAYS =
            Topics.TELEMETRY_ATTEMPTS.retention().toDays();
    private static final Duration QUERY_LIMIT = Duration.ofSeconds(20);

    private final String url;
    private final String user;
    private final String password;
    private final InstantSource clock;

    HistoryHealth(String url, String user, String password, InstantSource clock) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.clock = clock;
    }

    String tables() throws MigrationException {
        MigrationPlan plan = ClickHouseMigrations.plan(url, user, password);
        int pending = plan.in(State.PENDING).size();
        if (pending > 0) {
            throw new UserError(pending + " migrations are to be carried out: fairlead clickhouse migrate");
        }
        if (!plan.in(State.ALTERED).isEmpty()) {
            throw new UserError(
                    "migration " + plan.in(State.ALTERED).get(0).title()
                            + " was applied with another text than this version has; take the command of the version that is deployed");
        }
        int newer = plan.in(State.NEWER).size();
        return plan.server() + " is up to date"
                + (newer == 0 ? "" : ", and " + newer + " migrations newer than this command");
    }

    /** Kept for less than Kafka keeps it, rows would be stored again by a job that starts from an old checkpoint. */
    String retention() throws MigrationException {
        List<Kept> kept = Retention.plan(url, user, password, Map.of());
        List<String> brief = kept.stream()
                .filter(each -> each.table().startsWith("raw_") && each.days() < KAFKA_KEEPS_DAYS)
                .map(each -> each.table() + " keeps " + each.days() + " d")
                .toList();
        if (!brief.isEmpty()) {
            throw new UserError(
                    String.join(", ", brief) + ", Kafka " + KAFKA_KEEPS_DAYS
                            + ": set it to as many at least with fairlead clickhouse retention TABLE=DAYS, or a restart may store rows again");
        }
        return kept.size() + " tables keep rows for "
                + kept.stream().mapToInt(Kept::days).min().orElse(0) + " to "
                + kept.stream().mapToInt(Kept::days).max().orElse(0) + " d";
    }

    String fresh() throws SQLException {
        try (ClickHouseSource source = source()) {
            long nowMs = clock.millis();
            OptionalLong newest = new FactsFreshness(source).newestSince(nowMs - LATELY.toMillis());
            if (newest.isEmpty() || nowMs - newest.getAsLong() > LATE.toMillis()) {
                throw new UserError((newest.isEmpty()
                                ? "no edge's report of the last hour is stored"
                                : "the newest report of an edge that is stored is of "
                                        + Instant.ofEpochMilli(newest.getAsLong()))
                        + ". Does an edge run, and does FactsJob (fairlead jobs list)?");
            }
            return "stored up to " + Instant.ofEpochMilli(newest.getAsLong());
        }
    }

    String accounts() throws SQLException {
        try (ClickHouseSource source = source()) {
            List<TelemetryAccount> lately = new TelemetryAccounts(source).since(clock.millis() - LATELY.toMillis());
            long duplicates =
                    lately.stream().mapToLong(TelemetryAccount::duplicates).sum();
            long missing = lately.stream().mapToLong(TelemetryAccount::missing).sum();
            long numbered =
                    lately.stream().mapToLong(TelemetryAccount::numbered).sum();
            String all = "of " + numbered + " records of the edges that told something in the last hour " + missing
                    + " are lost or on their way, " + duplicates + " stored twice";
            if (duplicates > 0) {
                throw new UserError(
                        all
                                + ": FactsJob was started from something older than its newest checkpoint; sums of that time are too high");
            }
            return all;
        }
    }

    private ClickHouseSource source() {
        return new ClickHouseSource(url, user, password, 1, QUERY_LIMIT);
    }
}
