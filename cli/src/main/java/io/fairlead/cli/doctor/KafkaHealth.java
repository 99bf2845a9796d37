package io.fairlead.cli.doctor;

import io.fairlead.cli.UserError;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.cli.topics.TopicApplier;
import io.fairlead.cli.topics.TopicPlan;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.Contract;
import io.fairlead.schemas.wire.SchemaDirectory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;

/** What Kafka says of a deployment. */
final class KafkaHealth {

    /** After this edges take a job for silent. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private static final Duration LATELY = Duration.ofHours(1);

    private final Map<String, Object> client;
    private final InstantSource clock;

    KafkaHealth(Map<String, Object> client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    String topics() {
        try (TopicApplier applier = new TopicApplier(client)) {
            List<String> differences = applier.plan().stream()
                    .map(TopicPlan::lines)
                    .flatMap(List::stream)
                    .toList();
            if (!differences.isEmpty()) {
                throw new UserError(
                        "they differ from the catalogue; `fairlead topics apply` mends what can be mended:\n         "
                                + String.join("\n         ", differences));
            }
            return Topics.all().size() + " agree with the catalogue";
        }
    }

    /** Whether every reader can resolve what this version writes. */
    String schemas() {
        Set<String> published = new ConfigStore(client).keys(Topics.SCHEMAS);
        List<String> missing = Contract.records().stream()
                .map(Contract::schema)
                .filter(schema -> !published.contains(SchemaDirectory.key(schema)))
                .map(Schema::getName)
                .toList();
        if (!missing.isEmpty()) {
            throw new UserError(
                    "this version's " + String.join(", ", missing)
                            + " were never published, so that older readers can't read them; `fairlead topics apply` publishes them");
        }
        return Contract.records().size() + " of this version are published, of " + published.size();
    }

    String heartbeats() {
        Map<String, Long> newest = new TreeMap<>();
        new ConfigStore(client).all(Topics.DECISIONS_HEARTBEATS).forEach(record -> {
            if (record instanceof JobHeartbeat heartbeat) {
                newest.merge(heartbeat.getJob(), heartbeat.getIssuedAtMs(), Math::max);
            }
        });
        if (newest.isEmpty()) {
            throw new UserError("no job was ever heard; edges score by themselves. Start them: fairlead jobs submit");
        }
        List<String> silent = new ArrayList<>();
        newest.forEach((job, atMs) -> {
            if (clock.millis() - atMs > SILENCE.toMillis()) {
                silent.add(job + " was last heard at " + Instant.ofEpochMilli(atMs));
            }
        });
        if (!silent.isEmpty()) {
            throw new UserError(
                    String.join("; ", silent)
                            + ". If it runs (fairlead jobs list), see its exceptions in Flink's pages; else submit it from its last checkpoint");
        }
        return String.join(", ", newest.keySet()) + " are heard";
    }

    String refused() {
        long fromMs = clock.millis() - LATELY.toMillis();
        List<ConfigRejected> lately = new ConfigStore(client)
                .all(Topics.CONFIG_REJECTED).stream()
                        .filter(ConfigRejected.class::isInstance)
                        .map(ConfigRejected.class::cast)
                        .filter(each -> each.getRejectedAtMs() >= fromMs)
                        .toList();
        if (!lately.isEmpty()) {
            ConfigRejected last = lately.get(lately.size() - 1);
            throw new UserError(
                    lately.size() + " in the last hour; the last: " + last.getKey() + " by '" + last.getAuthor()
                            + "', refused by " + last.getRejectedBy() + ": " + String.join("; ", last.getViolations())
                            + ". Say it again by its command, which says what is wrong");
        }
        return "none in the last hour";
    }
}
