package io.fairlead.edge.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table whose owner keeps its decisions in rows of its own, and writes those. */
class TableOfRowsTest {

    private static final String NAME = Topics.DECISIONS_HEARTBEATS.name();

    @TempDir
    Path directory;

    private final Records records = new Records();
    private final List<String> damaged = new ArrayList<>();
    private final SchemaDirectory schemas = SchemaDirectory.builtIn();
    private Rows rows = new Rows(1);
    private DecisionTable<JobHeartbeat> table = table(rows);

    /** Of a heartbeat the job and the numbers alone. */
    private static final class Rows implements TableStore<Decision<JobHeartbeat>> {

        private record Row(long epoch, long counter, int generation) {}

        private final Map<String, Row> held = new HashMap<>();
        private final int form;

        Rows(int form) {
            this.form = form;
        }

        @Override
        public int size() {
            return held.size();
        }

        @Override
        public @Nullable Decision<JobHeartbeat> get(String key) {
            Row row = held.get(key);
            return row == null ? null : new Decision<>(new JobHeartbeat(), row.epoch(), row.counter(), 0, 0);
        }

        @Override
        public void forEach(BiConsumer<String, Decision<JobHeartbeat>> each) {
            held.keySet().forEach(key -> each.accept(key, get(key)));
        }

        @Override
        public void put(RawRecord raw, Decision<JobHeartbeat> value, int generation) {
            held.put(raw.key(), new Row(value.jobEpoch(), value.counter(), generation));
        }

        @Override
        public void keep(String key, int generation) {
            held.computeIfPresent(key, (same, row) -> new Row(row.epoch(), row.counter(), generation));
        }

        @Override
        public boolean remove(String key) {
            return held.remove(key) != null;
        }

        @Override
        public List<String> unmet(int generation) {
            return held.keySet().stream()
                    .filter(key -> held.get(key).generation() != generation)
                    .toList();
        }

        @Override
        public int rowForm() {
            return form;
        }

        @Override
        public void save(Snapshot out) throws IOException {
            for (Map.Entry<String, Row> each : held.entrySet()) {
                byte[] key = each.getKey().getBytes(StandardCharsets.UTF_8);
                out.row(ByteBuffer.allocate(16 + key.length)
                        .putLong(each.getValue().epoch())
                        .putLong(each.getValue().counter())
                        .put(key)
                        .flip());
            }
        }

        @Override
        public void restore(ByteBuffer row) {
            held.put(
                    StandardCharsets.UTF_8
                            .decode(row.slice(16, row.limit() - 16))
                            .toString(),
                    new Row(row.getLong(0), row.getLong(8), 0));
        }
    }

    private DecisionTable<JobHeartbeat> table(Rows store) {
        return new DecisionTable<>(
                Topics.DECISIONS_HEARTBEATS,
                DecisionReader.jobHeartbeats(),
                store,
                schemas,
                new SimpleMeterRegistry(),
                () -> Instant.ofEpochMilli(1_000));
    }

    private void take(RawRecord record) {
        table.followed().take(record);
    }

    private void save() throws IOException {
        table.followed().caughtUp();
        table.followed().save(directory, 1_000_000);
    }

    private void startAnew(int form) {
        rows = new Rows(form);
        table = table(rows);
        table.followed().restore(directory, (file, why) -> damaged.add(why));
    }

    private String version(String job) {
        Decision<JobHeartbeat> held = table.get(job);
        return held == null ? "none" : held.jobEpoch() + "/" + held.counter();
    }

    @Test
    void aStartWithoutKafkaGoesOnWithTheRowsOfTheSnapshot() throws Exception {
        take(records.heartbeat("quality", 5, 7, 1));
        take(records.heartbeat("facts", 5, 9, 1));
        take(records.heartbeat("gone", 5, 9, 1));
        take(records.deleted("gone"));
        save();

        startAnew(1);
        assertThat(damaged).isEmpty();
        assertThat(table.ready()).isTrue();
        assertThat(version("quality")).isEqualTo("5/7");
        assertThat(version("facts")).isEqualTo("5/9");
        assertThat(table.size()).isEqualTo(2);
        take(records.heartbeat("quality", 5, 6, 1));
        assertThat(version("quality")).as("an older one").isEqualTo("5/7");
    }

    /** What was deleted while it was down is not there any more, and what has stayed is. */
    @Test
    void whatTheTopicNoLongerHoldsGoesWhenItHasBeenRead() throws Exception {
        RawRecord stays = records.heartbeat("quality", 5, 7, 1);
        take(stays);
        take(records.heartbeat("facts", 5, 9, 1));
        save();

        startAnew(1);
        table.followed().begin();
        take(stays);
        take(records.heartbeat("pools", 1, 1, 1));
        assertThat(table.size()).isEqualTo(3);
        table.followed().caughtUp();
        assertThat(version("quality")).isEqualTo("5/7");
        assertThat(version("pools")).isEqualTo("1/1");
        assertThat(version("facts")).isEqualTo("none");
    }

    @Test
    void nothingOfADamagedSnapshotIsTakenInAndItIsSaid() throws Exception {
        for (int i = 0; i < 20; i++) {
            take(records.heartbeat("job-" + i, 5, i, 1));
        }
        save();
        Path file = SnapshotFile.path(directory, NAME);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x04;
            Files.write(file, flipped);
            startAnew(1);
            assertThat(table.size()).isZero();
            assertThat(table.ready()).isFalse();
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            startAnew(1);
            assertThat(table.size()).isZero();
        }
        assertThat(damaged).hasSize(2 * whole.length);
        table.followed().begin();
        take(records.heartbeat("quality", 5, 7, 1));
        save();
        startAnew(1);
        assertThat(version("quality"))
                .as("the topic was read, and a good one written")
                .isEqualTo("5/7");
    }

    @Test
    void rowsOfAnotherFormAreNotTaken() throws Exception {
        take(records.heartbeat("quality", 5, 7, 1));
        save();
        startAnew(2);
        assertThat(damaged).singleElement().asString().contains("form 1", "form 2");
        assertThat(table.ready()).isFalse();
    }

    /** As the version before wrote it. */
    @Test
    void aSnapshotOfRecordsIsTakenAsWell() throws Exception {
        DecisionTable<JobHeartbeat> former = new DecisionTable<>(
                Topics.DECISIONS_HEARTBEATS,
                DecisionReader.jobHeartbeats(),
                TableStore.ofRecords(),
                schemas,
                new SimpleMeterRegistry(),
                () -> Instant.ofEpochMilli(1_000));
        former.followed().take(records.heartbeat("quality", 5, 7, 1));
        former.followed().caughtUp();
        former.followed().save(directory, 1_000);
        startAnew(1);
        assertThat(version("quality")).isEqualTo("5/7");
    }
}
