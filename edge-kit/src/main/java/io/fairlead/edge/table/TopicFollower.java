package io.fairlead.edge.table;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows compacted topics on one thread with one consumer: all partitions from the first record to the end, then what comes.
 * When Kafka is away it tries again every second, from where it was; when what it wants is not there any more, from the first
 * record. A topic that does not exist yet is looked for every {@value #CHECK_MS} ms and does not hold up the others.
 */
final class TopicFollower implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final long CHECK_MS = 2_000;
    private static final long PAUSE_MS = 1_000;
    private static final long JOIN_MS = 5_000;

    /** How far the topics went at some time. */
    private record Asked(long atMs, Map<TopicPartition, Long> ends) {}

    private final Map<String, Object> properties;
    private final Map<String, FollowedTopic> topics = new HashMap<>();
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Map<TopicPartition, Long> toReach = new HashMap<>();
    private final Set<FollowedTopic> beingRead = new HashSet<>();
    private final LongAdder faults = new LongAdder();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private volatile @Nullable String problem = "Kafka has not answered yet";
    private volatile long freshAtMs = -1;

    /** What is being read up to; null: all that was asked for is held. Of the thread. */
    private @Nullable Asked asked;

    TopicFollower(
            String edgeId,
            Map<String, String> client,
            List<FollowedTopic> followed,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.properties = properties(edgeId, client);
        followed.forEach(each -> topics.put(each.topic().name(), each));
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.thread = new Thread(this, "tables");
        thread.setDaemon(true);
    }

    private static Map<String, Object> properties(String edgeId, Map<String, String> client) {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "fairlead-tables-" + edgeId);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "2000");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "5000");
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000");
        properties.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000");
        properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, "30000");
        return properties;
    }

    void start() {
        thread.start();
    }

    void close() {
        closed.countDown();
        KafkaConsumer<byte[], byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why what comes is not seen, in a sentence; null: it is. */
    @Nullable
    String problem() {
        return problem;
    }

    /** Of when what is held is: all that Kafka had then was taken, ms since the Unix epoch; -1: it never was. */
    long freshAtMs() {
        return freshAtMs;
    }

    /** Records and turns that failed for a reason nobody had thought of. */
    long faults() {
        return faults.sum();
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public void run() {
        while (closed.getCount() > 0) {
            try (KafkaConsumer<byte[], byte[]> opened =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer = opened;
                follow(opened);
            } catch (InvalidOffsetException gone) {
                LOG.warn("What was to be read next is gone ({}): everything is read anew.", gone.getMessage());
                positions.clear();
                toReach.clear();
            } catch (WakeupException | InterruptException ended) {
                if (closed.getCount() > 0) {
                    LOG.warn("The thread of the tables was interrupted and ends.");
                }
                return;
            } catch (KafkaException failure) {
                say("Kafka does not answer: " + failure.getMessage());
            } catch (RuntimeException fault) {
                faults.increment();
                LOG.error("The thread of the tables has met a fault and goes on.", fault);
            } finally {
                consumer = null;
            }
            pause();
        }
    }

    private void follow(KafkaConsumer<byte[], byte[]> opened) {
        if (closed.getCount() == 0) {
            return; // it was closed before there was a consumer to wake
        }
        assign(opened);
        long checkedNanos = nanoClock.getAsLong();
        while (closed.getCount() > 0) {
            for (ConsumerRecord<byte[], byte[]> told : opened.poll(POLL)) {
                take(told);
            }
            reached(opened);
            renewed(opened);
            if (nanoClock.getAsLong() - checkedNanos >= TimeUnit.MILLISECONDS.toNanos(CHECK_MS)) {
                check(opened);
                checkedNanos = nanoClock.getAsLong();
            }
        }
    }

    // ---- where to read

    private void assign(KafkaConsumer<byte[], byte[]> opened) {
        List<TopicPartition> present = partitions(opened);
        List<TopicPartition> fresh =
                present.stream().filter(each -> !positions.containsKey(each)).toList();
        Map<TopicPartition, Long> first = opened.beginningOffsets(fresh, ANSWER);
        long atMs = clock.millis();
        Map<TopicPartition, Long> ends = opened.endOffsets(present, ANSWER);
        opened.assign(present);
        positions.keySet().retainAll(present);
        toReach.keySet().retainAll(present);
        topics.values().stream()
                .filter(topic -> present.stream().noneMatch(each -> isOf(topic, each) && positions.containsKey(each)))
                .filter(topic -> present.stream().anyMatch(each -> isOf(topic, each)))
                .forEach(topic -> {
                    topic.begin();
                    beingRead.add(topic);
                });
        for (TopicPartition each : present) {
            Long from = positions.get(each);
            if (from == null) {
                from = first.getOrDefault(each, 0L);
                positions.put(each, from);
                toReach.put(each, ends.getOrDefault(each, 0L));
            }
            opened.seek(each, from);
        }
        asked = null;
        answered(present, new Asked(atMs, ends));
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> opened) {
        List<TopicPartition> present = new ArrayList<>();
        for (String topic : topics.keySet()) {
            List<PartitionInfo> partitions = opened.partitionsFor(topic, ANSWER);
            if (partitions != null) {
                partitions.forEach(each -> present.add(new TopicPartition(topic, each.partition())));
            }
        }
        return present;
    }

    private static boolean isOf(FollowedTopic topic, TopicPartition partition) {
        return partition.topic().equals(topic.topic().name());
    }

    /** A poll says nothing of a broker that is away; a question that needs an answer does. */
    private void check(KafkaConsumer<byte[], byte[]> opened) {
        List<TopicPartition> present = partitions(opened);
        if (present.size() != opened.assignment().size()) {
            assign(opened);
        }
        long atMs = clock.millis();
        answered(present, new Asked(atMs, opened.endOffsets(present, ANSWER)));
    }

    private void answered(List<TopicPartition> present, Asked newest) {
        if (asked == null) { // else what was asked first is reached first
            asked = newest;
        }
        TreeSet<String> missing = new TreeSet<>(topics.keySet());
        present.forEach(each -> missing.remove(each.topic()));
        say(
                missing.isEmpty()
                        ? null
                        : "Kafka has no topic " + String.join(", ", missing) + "; run `fairlead topics apply`");
    }

    // ---- what comes

    private void take(ConsumerRecord<byte[], byte[]> told) {
        positions.put(new TopicPartition(told.topic(), told.partition()), told.offset() + 1);
        FollowedTopic topic = topics.get(told.topic());
        if (topic == null || told.key() == null) {
            return; // a compacted topic has no records without a key
        }
        RawRecord raw = new RawRecord(
                new String(told.key(), StandardCharsets.UTF_8),
                told.value(),
                told.partition(),
                told.offset(),
                told.timestamp());
        try {
            topic.take(raw);
        } catch (RuntimeException fault) {
            faults.increment();
            LOG.error("Record {} of {}-{} is left out.", told.offset(), told.topic(), told.partition(), fault);
        }
    }

    private void reached(KafkaConsumer<byte[], byte[]> opened) {
        if (toReach.isEmpty() && beingRead.isEmpty()) {
            return;
        }
        toReach.entrySet().removeIf(each -> opened.position(each.getKey()) >= each.getValue());
        for (FollowedTopic topic : List.copyOf(beingRead)) {
            if (toReach.keySet().stream().noneMatch(each -> isOf(topic, each))) {
                beingRead.remove(topic);
                topic.caughtUp();
            }
        }
    }

    /** All that there was when it was last asked is taken: what is held is as of then. */
    private void renewed(KafkaConsumer<byte[], byte[]> opened) {
        Asked last = asked;
        if (last != null
                && last.ends.entrySet().stream()
                        .allMatch(each -> !opened.assignment().contains(each.getKey())
                                || opened.position(each.getKey()) >= each.getValue())) {
            freshAtMs = last.atMs;
            asked = null;
        }
    }

    private void say(@Nullable String wrong) {
        String before = problem;
        problem = wrong;
        if (wrong != null && !wrong.equals(before)) {
            LOG.warn("{}. The tables stay as they are.", wrong);
        } else if (wrong == null && before != null) {
            LOG.info("Following {} topics.", topics.size());
        }
    }

    private void pause() {
        try {
            if (closed.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException interrupted) {
            closed.countDown();
            Thread.currentThread().interrupt();
        }
    }
}
