package io.fairlead.edge.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionTableTest {

    @TempDir
    Path directory;

    private final Records records = new Records();
    private final List<String> heard = new ArrayList<>();
    private final AtomicInteger damaged = new AtomicInteger();
    private final SchemaDirectory schemas = SchemaDirectory.builtIn();
    private DecisionTable<JobHeartbeat> table = table();

    @Test
    void anOlderVersionNeverOverwritesANewerOne() {
        take(records.heartbeat("quality", 5, 7, 1));
        take(records.heartbeat("quality", 5, 6, 1));
        take(records.heartbeat("quality", 4, 99, 1));
        assertThat(version("quality")).isEqualTo("5/7");
        assertThat(table.stale()).isEqualTo(2);
        take(records.heartbeat("quality", 5, 7, 1));
        assertThat(table.stale()).as("the same again is not stale").isEqualTo(2);
        take(records.heartbeat("quality", 6, 0, 1));
        assertThat(version("quality")).isEqualTo("6/0");
        assertThat(heard).containsExactly("put quality 5/7", "put quality 6/0");
    }

    @Test
    void aDeletionRemovesAndAFencedJobCannotBringItBack() {
        take(records.heartbeat("quality", 5, 7, 1));
        take(records.deleted("quality"));
        assertThat(table.get("quality")).isNull();
        take(records.heartbeat("quality", 4, 8, 1));
        assertThat(table.get("quality")).isNull();
        take(records.heartbeat("quality", 5, 8, 1));
        assertThat(version("quality")).isEqualTo("5/8");
        assertThat(heard).containsExactly("put quality 5/7", "removed quality", "put quality 5/8");
        take(records.deleted("never heard of"));
        assertThat(heard).hasSize(3);
    }

    @Test
    void rubbishLeavesWhatWasThere() {
        take(records.heartbeat("quality", 5, 7, 1));
        take(records.raw("quality", "rubbish".getBytes(StandardCharsets.UTF_8)));
        take(records.tenant("quality", true));
        assertThat(version("quality")).isEqualTo("5/7");
    }

    @Test
    void whatTheTopicNoLongerHoldsIsGoneAtTheEndOfARead() throws Exception {
        take(records.heartbeat("quality", 5, 7, 1));
        take(records.heartbeat("facts", 5, 7, 1));
        table.followed().caughtUp();
        save();

        table = table();
        heard.clear();
        restore();
        assertThat(table.ready()).isTrue();
        assertThat(table.size()).isEqualTo(2);
        table.followed().begin();
        take(records.heartbeat("quality", 5, 7, 1));
        assertThat(table.size()).as("until the read is over nothing is dropped").isEqualTo(2);
        table.followed().caughtUp();
        assertThat(table.get("facts")).isNull();
        assertThat(heard).containsExactlyInAnyOrder("put quality 5/7", "put facts 5/7", "removed facts");
    }

    @Test
    void aTableThatWasNeverReadIsNotReadyAndWritesNoSnapshot() throws Exception {
        table.followed().begin();
        take(records.heartbeat("quality", 5, 7, 1));
        assertThat(table.ready()).isFalse();
        save();
        assertThat(SnapshotFile.path(directory, Topics.DECISIONS_HEARTBEATS.name()))
                .doesNotExist();
        table.followed().caughtUp();
        assertThat(table.ready()).isTrue();
        save();
        assertThat(SnapshotFile.path(directory, Topics.DECISIONS_HEARTBEATS.name()))
                .exists();
    }

    @Test
    void aDamagedSnapshotIsAColdStart() throws Exception {
        take(records.heartbeat("quality", 5, 7, 1));
        table.followed().caughtUp();
        save();
        Path file = SnapshotFile.path(directory, Topics.DECISIONS_HEARTBEATS.name());
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);
            assertStartsCold();
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertStartsCold();
        }
        assertThat(damaged).hasValue(2 * whole.length);
    }

    private void assertStartsCold() {
        table = table();
        restore();
        assertThat(table.ready()).isFalse();
        assertThat(table.size()).isZero();
    }

    @Test
    void aRecordWhoseSchemaComesLaterIsTakenInThen() throws Exception {
        // As a newer job would write it: one field more.
        String newer =
                JobHeartbeat.getClassSchema().toString().replace("\"name\":\"keys\"", "\"name\":\"keys\",\"doc\":\"\"");
        Schema schema = new Schema.Parser().parse(newer);
        List<Schema.Field> fields = new ArrayList<>();
        schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("mood", SchemaBuilder.builder().stringType(), null, "calm"));
        Schema wider = Schema.createRecord(schema.getName(), null, schema.getNamespace(), false, fields);
        RawRecord raw = records.heartbeat("quality", 5, 7, 1);
        RawRecord unknown = records.raw("quality", widened(raw.value(), wider));

        take(unknown);
        assertThat(table.get("quality")).isNull();
        schemas.learn(wider.toString());
        table.followed().learned();
        assertThat(version("quality")).isEqualTo("5/7");
    }

    /** The same body, the fingerprint of the wider schema, and one string behind it. */
    private static byte[] widened(byte[] value, Schema wider) {
        byte[] longer = Arrays.copyOf(value, value.length + 1);
        long fingerprint = SchemaDirectory.fingerprint(wider);
        for (int i = 0; i < 8; i++) {
            longer[2 + i] = (byte) (fingerprint >>> (8 * i));
        }
        return longer;
    }

    @Test
    void aListenerThatThrowsEndsNothing() {
        table.listen(new TableListener<>() {
            @Override
            public void put(String key, Decision<JobHeartbeat> value) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void removed(String key) {
                throw new IllegalStateException("broken");
            }
        });
        take(records.heartbeat("quality", 5, 7, 1));
        take(records.deleted("quality"));
        assertThat(heard).hasSize(2);
    }

    @Test
    void theReportCountsWhatWasAppliedSinceTheLast() {
        take(records.heartbeat("quality", 5, 7, 1));
        take(records.heartbeat("facts", 3, 9, 1));
        AppliedDecisions first = table.appliedSince();
        assertThat(first.getTopic()).isEqualTo(Topics.DECISIONS_HEARTBEATS.name());
        assertThat(first.getApplied()).isEqualTo(2);
        assertThat(first.getEntries()).isEqualTo(2);
        assertThat(first.getJobEpoch()).isEqualTo(5);
        assertThat(first.getCounter()).isEqualTo(7);
        assertThat(table.appliedSince().getApplied()).isZero();
    }

    private DecisionTable<JobHeartbeat> table() {
        DecisionTable<JobHeartbeat> fresh = new DecisionTable<>(
                Topics.DECISIONS_HEARTBEATS,
                DecisionReader.jobHeartbeats(),
                TableStore.ofRecords(),
                schemas,
                new SimpleMeterRegistry(),
                () -> Instant.ofEpochMilli(1_000));
        fresh.listen(new TableListener<>() {
            @Override
            public void put(String key, Decision<JobHeartbeat> value) {
                heard.add("put " + key + " " + value.jobEpoch() + "/" + value.counter());
            }

            @Override
            public void removed(String key) {
                heard.add("removed " + key);
            }
        });
        return fresh;
    }

    private void take(RawRecord record) {
        table.followed().take(record);
    }

    private void save() throws Exception {
        table.followed().save(directory, 1_000_000);
    }

    private void restore() {
        table.followed().restore(directory, (file, why) -> damaged.incrementAndGet());
    }

    private String version(String job) {
        Decision<JobHeartbeat> held = table.get(job);
        return held.jobEpoch() + "/" + held.counter();
    }
}
