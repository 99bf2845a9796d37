package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.RecordJson;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Config topics as a store with revisions. A write goes to its topic and to the history in one transaction; writers share one
 * transactional id, so that a second one fences the first and nobody writes over what he has not seen.
 */
public final class ConfigStore {

    private static final String TRANSACTIONAL_ID = "fairlead-config";
    private static final Duration POLL = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ATTEMPTS = 4;
    private static final long OTHERS_TURN_MS = 400;

    private final Map<String, Object> client;
    private final String address;

    /**
     * One accepted change of a record.
     *
     * @param before null: there was none
     * @param after null: it was deleted
     * @param offset the version that decisions will be stamped with
     */
    public record Change(
            @Nullable SpecificRecord before, @Nullable SpecificRecord after, long offset, long revision) {}

    /** @param client properties of a Kafka client */
    public ConfigStore(Map<String, Object> client) {
        this.client = client;
        this.address = String.valueOf(client.get("bootstrap.servers"));
    }

    /** What counts now, by key. */
    public Map<String, ConfigEntry> read(TopicSpec topic) {
        Map<String, ConfigEntry> entries = new TreeMap<>();
        consume(topic, (record, decoded) -> {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (record.value() == null) {
                entries.remove(key);
            } else {
                decoded.ifPresent(value -> entries.put(key, new ConfigEntry(key, record.offset(), value)));
            }
        });
        return entries;
    }

    /** Every key that a compacted topic holds a value of, whatever the values are. */
    public Set<String> keys(TopicSpec topic) {
        Set<String> keys = new TreeSet<>();
        consume(topic, (record, decoded) -> {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (record.value() == null) {
                keys.remove(key);
            } else {
                keys.add(key);
            }
        });
        return keys;
    }

    /** Every record that a topic still holds, in its order: of a compacted one the newest of each key, and what is not compacted yet. */
    public List<SpecificRecord> all(TopicSpec topic) {
        List<SpecificRecord> records = new ArrayList<>();
        consume(topic, (record, decoded) -> decoded.ifPresent(records::add));
        return records;
    }

    /** Changes of a key, the oldest first; of every key with an empty one. */
    public List<ConfigChanged> history(String key) {
        List<ConfigChanged> changes = new ArrayList<>();
        consume(Topics.CONFIG_HISTORY, (record, decoded) -> decoded.filter(
                        value -> value instanceof ConfigChanged change
                                && (key.isEmpty() || change.getKey().equals(key)))
                .ifPresent(value -> changes.add((ConfigChanged) value)));
        return changes;
    }

    /**
     * The record that a change left.
     *
     * @return null: it was deleted
     * @throws UserError if it can't be read
     */
    static @Nullable SpecificRecord asItStood(ConfigChanged change) {
        ByteBuffer value = change.getValue().duplicate();
        if (!value.hasRemaining()) {
            return null;
        }
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        try {
            return new WireReader(SchemaDirectory.builtIn()).read(bytes);
        } catch (UnreadableRecordException e) {
            throw new UserError(
                    "Revision " + change.getAuthorship().getRevision() + " of " + change.getKey()
                            + " was written by another version and can't be read: " + e.getMessage() + ".",
                    e);
        }
    }

    /**
     * Writes a record.
     *
     * @param by who says it, why, and what he believes to change
     * @param next makes the new record of the present one and the new authorship; null as a result deletes it
     * @throws UserError if another revision is there, or another writer was faster; nothing is written then
     */
    public Change write(TopicSpec topic, String key, Attribution by, Function<Next, @Nullable SpecificRecord> next) {
        return writeAll(topic, List.of(key), by, (id, present) -> next.apply(present))
                .get(0);
    }

    /**
     * Deletes a record.
     *
     * @param noun what it is called
     * @param by as {@link #write}
     * @throws UserError as {@link #write}, and if there is none
     */
    public Change remove(TopicSpec topic, String noun, String key, Attribution by) {
        return write(topic, key, by, next -> {
            if (next.present() == null) {
                throw new UserError("There is no " + noun + " '" + key + "'.");
            }
            return null;
        });
    }

    /**
     * Writes records of several keys, all or none.
     *
     * <p>A second writer takes over from one that has not committed yet. If that one has changed none of these keys, it is all tried
     * again; else its change stands, and it is said.
     *
     * @param by as {@link #write}, of each
     * @param next makes the new record of a key
     * @return the changes, in the order of the keys
     * @throws UserError as {@link #write}
     */
    public List<Change> writeAll(
            TopicSpec topic,
            List<String> keys,
            Attribution by,
            BiFunction<String, Next, @Nullable SpecificRecord> next) {
        Map<String, Long> seen = new HashMap<>();
        for (int attempt = 1; ; attempt++) {
            List<Written> written = new ArrayList<>();
            try {
                return attempt(topic, keys, by, next, written);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (!fenced(cause)) {
                    throw unreachable(cause);
                }
            } catch (KafkaException e) {
                if (!fenced(e)) {
                    throw unreachable(e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UserError("Interrupted; nothing was written.", e);
            }
            written.forEach(one -> seen.putIfAbsent(one.key, one.authorship.getRevision() - 1));
            awaitTheOther(attempt);
            Overtaken.refuse(keys, seen, read(topic), history(""), topic, attempt == ATTEMPTS);
        }
    }

    /** Gives who has taken over the time to commit; both at the same pace would go on taking over from each other. */
    private static void awaitTheOther(int attempt) {
        try {
            TimeUnit.MILLISECONDS.sleep(
                    ThreadLocalRandom.current().nextLong(OTHERS_TURN_MS, OTHERS_TURN_MS * (1 + attempt)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("Interrupted; nothing was written.", e);
        }
    }

    private static boolean fenced(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }

    private List<Change> attempt(
            TopicSpec topic,
            List<String> keys,
            Attribution by,
            BiFunction<String, Next, @Nullable SpecificRecord> next,
            List<Written> written)
            throws ExecutionException, InterruptedException {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put("transactional.id", TRANSACTIONAL_ID);
        properties.put("max.block.ms", PATIENCE.toMillis());
        properties.put("delivery.timeout.ms", (int) PATIENCE.toMillis());
        properties.put("request.timeout.ms", (int) PATIENCE.toMillis() / 2);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions(); // from here on nobody else can commit without being seen below
            Map<String, ConfigEntry> present = read(topic);
            Map<String, Long> revisions = revisions(topic, keys, present);
            for (String key : keys) {
                written.add(written(key, present.get(key), revisions.getOrDefault(key, 0L), by, next));
            }
            producer.beginTransaction();
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (Written one : written) {
                sent.add(producer.send(new ProducerRecord<>(topic.name(), bytes(one.key), one.value())));
            }
            List<Change> changes = new ArrayList<>();
            for (int i = 0; i < written.size(); i++) {
                Written one = written.get(i);
                long offset = sent.get(i).get().offset();
                producer.send(new ProducerRecord<>(
                        Topics.CONFIG_HISTORY.name(), bytes(one.key), WireEncoder.encode(one.change(topic, offset))));
                changes.add(new Change(
                        one.before == null ? null : one.before.value(),
                        one.record,
                        offset,
                        one.authorship.getRevision()));
            }
            producer.commitTransaction();
            return changes;
        }
    }

    private static Written written(
            String key,
            @Nullable ConfigEntry before,
            long revision,
            Attribution by,
            BiFunction<String, Next, @Nullable SpecificRecord> next) {
        Long expected = by.expectedRevision();
        if (expected != null && expected != revision) {
            throw new UserError("Revision " + revision + " of " + key + " is there, not " + expected
                    + ": somebody changed it meanwhile. Look at it, and try again.");
        }
        Authorship authorship = new Authorship(by.author(), by.reason(), System.currentTimeMillis(), revision + 1);
        return new Written(key, before, authorship, next.apply(key, new Next(before, authorship)));
    }

    /** A record on its way. */
    private record Written(
            String key,
            @Nullable ConfigEntry before,
            Authorship authorship,
            @Nullable SpecificRecord record) {

        byte @Nullable [] value() {
            return record == null ? null : WireEncoder.encode(record);
        }

        ConfigChanged change(TopicSpec topic, long offset) {
            byte[] value = value();
            return ConfigChanged.newBuilder()
                    .setTopic(topic.name())
                    .setKey(key)
                    .setAuthorship(authorship)
                    .setOffset(offset)
                    .setValue(ByteBuffer.wrap(value == null ? new byte[0] : value))
                    .setJson(record == null ? "" : RecordJson.write(record))
                    .build();
        }
    }

    /**
     * What a new record is made of.
     *
     * @param present null: there is none
     */
    public record Next(@Nullable ConfigEntry present, Authorship authorship) {}

    /** The last revision of each key. A record that was deleted goes on counting where it was. */
    private Map<String, Long> revisions(TopicSpec topic, List<String> keys, Map<String, ConfigEntry> present) {
        Map<String, Long> revisions = new HashMap<>();
        if (!present.keySet().containsAll(keys)) {
            history("").stream()
                    .filter(change -> change.getTopic().equals(topic.name()))
                    .forEach(change -> revisions.merge(
                            change.getKey(), change.getAuthorship().getRevision(), Math::max));
        }
        present.forEach((key, entry) -> revisions.put(key, entry.authorship().getRevision()));
        return revisions;
    }

    /** @param each told of each record, and of what it says; empty: it is deleted, or can't be read */
    private void consume(TopicSpec topic, BiConsumer<ConsumerRecord<byte[], byte[]>, Optional<SpecificRecord>> each) {
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        Map<String, Object> properties = new HashMap<>(client);
        properties.put("isolation.level", "read_committed");
        properties.put("default.api.timeout.ms", (int) PATIENCE.toMillis());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                    .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                if (System.nanoTime() - deadlineNanos > 0) {
                    throw new UserError(topic.name() + " could not be read to its end within " + PATIENCE.toSeconds()
                            + " s; is a transaction open on it?");
                }
                consumer.poll(POLL).forEach(record -> each.accept(record, decode(record, reader)));
            }
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    private static Optional<SpecificRecord> decode(ConsumerRecord<byte[], byte[]> record, WireReader reader) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.read(record.value()));
        } catch (UnreadableRecordException e) {
            return Optional.empty(); // jobs and edges tell of it; it counts for nobody
        }
    }

    private UserError unreachable(Throwable e) {
        String hint = e instanceof TimeoutException
                ? " Is that its address (--bootstrap-servers), and are its topics there (fairlead topics apply)?"
                : "";
        return new UserError("Kafka at " + address + " refused: " + e.getMessage() + "." + hint, e);
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
