package io.fairlead.edge.table;

import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Learns the writers' schemas, and keeps them, so that a snapshot of decisions can be read without Kafka. */
final class SchemaTable implements FollowedTopic {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaTable.class);

    private final SchemaDirectory directory;
    private final Runnable onLearned;
    private final ConcurrentHashMap<String, RawRecord> schemas = new ConcurrentHashMap<>();
    private volatile boolean changed;
    private volatile boolean ready;

    SchemaTable(SchemaDirectory directory, Runnable onLearned) {
        this.directory = directory;
        this.onLearned = onLearned;
    }

    @Override
    public TopicSpec topic() {
        return Topics.SCHEMAS;
    }

    @Override
    public void begin() {
        // Schemas are never unlearned.
    }

    @Override
    public void take(RawRecord record) {
        byte[] value = record.value();
        if (value == null) {
            return;
        }
        int before = directory.size();
        try {
            directory.learn(new String(value, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            LOG.warn("Record {} of {}: {}", record.offset(), topic().name(), e.getMessage());
            return;
        }
        schemas.put(record.key(), record);
        if (directory.size() > before) {
            changed = true;
            onLearned.run();
        }
    }

    @Override
    public void caughtUp() {
        ready = true;
    }

    @Override
    public void learned() {
        // It is the one who learns.
    }

    @Override
    public void restore(Path snapshots, SnapshotFile.Damaged onDamage) {
        boolean whole = SnapshotFile.read(snapshots, topic().name(), 0, onDamage, new SnapshotFile.Taking() {
            @Override
            public void record(RawRecord record) {
                take(record);
            }

            @Override
            public void row(ByteBuffer row) throws IOException {
                throw new IOException("it has rows, but schemas have none");
            }
        });
        if (whole) {
            changed = false;
            ready = true;
        }
    }

    @Override
    public void save(Path snapshots, long nowMs) throws IOException {
        if (ready && changed) {
            changed = false;
            SnapshotFile.write(snapshots, topic().name(), nowMs, 0, out -> {
                for (RawRecord record : schemas.values()) {
                    out.record(record);
                }
            });
        }
    }

    @Override
    public boolean ready() {
        return ready;
    }
}
