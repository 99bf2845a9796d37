package io.fairlead.lab.replay;

import io.fairlead.cli.UserError;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.RecordedTelemetry;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.Recording;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** Telemetry in the tables of facts, which reach further back than topics do. */
final class ClickHouseStore implements Store {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);
    private static final long CHUNK_MS = 60_000;

    private final ClickHouseSource source;
    private final RecordedTelemetry telemetry;

    ClickHouseStore(String url, String user, String password) {
        source = new ClickHouseSource(url, user, password, 1, TIME_LIMIT);
        telemetry = new RecordedTelemetry(source);
    }

    @Override
    public String name() {
        return "ClickHouse at " + source.address();
    }

    @Override
    public void copy(long fromMs, long toMs, long recordsMax, Recording.Writer to) throws IOException {
        for (long chunkMs = fromMs; chunkMs < toMs; chunkMs += CHUNK_MS) {
            List<RecordedTelemetry.Recorded> chunk;
            try {
                chunk = telemetry.between(chunkMs, Math.min(toMs, chunkMs + CHUNK_MS));
            } catch (SQLException e) {
                throw unreachable(e);
            }
            for (RecordedTelemetry.Recorded each : chunk) {
                if (to.records() >= recordsMax) {
                    throw KafkaStore.tooMany(recordsMax);
                }
                to.write(new RawRecord(
                        each.topic().name(),
                        0,
                        to.records(),
                        each.arrivedMs(),
                        null,
                        WireEncoder.encode(each.record())));
            }
        }
    }

    @Override
    public List<RawRecord> policies(long atMs) {
        try {
            return telemetry.policies(atMs).stream()
                    .filter(policy -> policy.value().length > 0)
                    .map(policy -> new RawRecord(
                            Topics.CONFIG_POLICIES.name(),
                            0,
                            policy.offset(),
                            atMs,
                            policy.key().getBytes(StandardCharsets.UTF_8),
                            policy.value()))
                    .toList();
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    @Override
    public String oldest() {
        return "";
    }

    private UserError unreachable(SQLException e) {
        return new UserError(
                name() + " can't be read: " + e.getMessage()
                        + ". Is that its address (--clickhouse), may --clickhouse-user read there, and are its tables there (fairlead clickhouse migrate)?",
                e);
    }

    @Override
    public void close() throws IOException {
        try {
            source.close();
        } catch (SQLException e) {
            throw new IOException(name() + " could not be left: " + e.getMessage(), e);
        }
    }
}
