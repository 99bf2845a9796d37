package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.BenchmarkPolicy;
import io.fairlead.schemas.config.CapacityPolicy;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.config.ForecastPolicy;
import io.fairlead.schemas.config.MapPolicy;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.config.PoolPolicy;
import io.fairlead.schemas.config.QualityPolicy;
import io.fairlead.schemas.config.RelayPolicy;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.ViewerReport;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
 * Follows the decision, policy and edge topics on a thread of its own and keeps what pages show ({@link FleetState}, {@link PoolsState}, {@link MapBook}, {@link RoomsBook}) up to date. Compacted
 * topics are read from their beginning, reports from the end. When Kafka is away the state stays, with its age; the
 * reader tries again every second.
 */
final class LiveTopics implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveTopics.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final long CHECK_MS = 2_000;
    private static final long PAUSE_MS = 1_000;

    private static final List<TopicSpec> FOLLOWED = List.of(
            Topics.SCHEMAS,
            Topics.CONFIG_POLICIES,
            Topics.DECISIONS_EXITS,
            Topics.DECISIONS_CANARIES,
            Topics.DECISIONS_HEARTBEATS,
            Topics.CONFIG_POOLS,
            Topics.DECISIONS_POOLS,
            Topics.DECISIONS_FORECASTS,
            Topics.CONFIG_GROUPS,
            Topics.DECISIONS_POPULARITY,
            Topics.DECISIONS_MAP,
            Topics.DECISIONS_RELAYS,
            Topics.TELEMETRY_RELAY,
            Topics.TELEMETRY_EDGES);

    private final String bootstrap;
    private final FleetState fleet;
    private final PoolsState pools;
    private final MapBook map;
    private final RoomsBook rooms;
    private final Consumer<PolicyChange> onPolicyChange;
    private final InstantSource clock;
    private final SchemaDirectory schemas = SchemaDirectory.builtIn();
    private final WireReader reader = new WireReader(schemas);
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private volatile @Nullable String problem = "Kafka has not answered yet.";
    private volatile long newestRecordMs = -1;
    private final LongAdder unreadable = new LongAdder();

    LiveTopics(
            String bootstrap,
            FleetState fleet,
            PoolsState pools,
            MapBook map,
            RoomsBook rooms,
            Consumer<PolicyChange> onPolicyChange,
            InstantSource clock) {
        this.bootstrap = bootstrap;
        this.fleet = fleet;
        this.pools = pools;
        this.map = map;
        this.rooms = rooms;
        this.onPolicyChange = onPolicyChange;
        this.clock = clock;
        this.thread = new Thread(this::follow, "console-topics");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** How Kafka is, with the age of its newest record. */
    Status.Source source(long nowMs) {
        String wrong = problem;
        long newest = newestRecordMs;
        return new Status.Source(wrong == null, newest < 0 ? null : Math.max(0, nowMs - newest), wrong);
    }

    /** Records that could not be read since the start; each is left out. */
    long unreadable() {
        return unreadable.sum();
    }

    @Override
    public void close() {
        closed.countDown();
        KafkaConsumer<byte[], byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        try {
            thread.join(5_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        while (closed.getCount() > 0) {
            try (KafkaConsumer<byte[], byte[]> opened = open()) {
                consumer = opened;
                follow(opened);
            } catch (WakeupException | InterruptException ended) {
                return;
            } catch (KafkaException failure) {
                say("Kafka at " + bootstrap + " does not answer: " + failure.getMessage());
            } catch (MissingTopicException missing) {
                say(missing.getMessage());
            } finally {
                consumer = null;
            }
            pause();
        }
    }

    private void follow(KafkaConsumer<byte[], byte[]> opened) throws MissingTopicException {
        List<TopicPartition> all = new ArrayList<>();
        List<TopicPartition> fromStart = new ArrayList<>();
        List<TopicPartition> fromEnd = new ArrayList<>();
        for (TopicSpec topic : FOLLOWED) {
            List<PartitionInfo> partitions = opened.partitionsFor(topic.name(), ANSWER);
            if (partitions == null || partitions.isEmpty()) {
                throw new MissingTopicException(
                        "Kafka at " + bootstrap + " has no topic " + topic.name() + ". Run `fairlead topics apply`.");
            }
            for (PartitionInfo partition : partitions) {
                TopicPartition one = new TopicPartition(topic.name(), partition.partition());
                all.add(one);
                (topic.compacted() ? fromStart : fromEnd).add(one);
            }
        }
        opened.assign(all);
        opened.seekToBeginning(fromStart);
        opened.seekToEnd(fromEnd);
        long checkAtMs = 0;
        while (closed.getCount() > 0) {
            if (clock.millis() >= checkAtMs) {
                // poll() is silent about a broker that is away; a question that needs an answer is not.
                opened.endOffsets(all, ANSWER);
                say(null);
                checkAtMs = clock.millis() + CHECK_MS;
            }
            for (ConsumerRecord<byte[], byte[]> told : opened.poll(POLL)) {
                newestRecordMs = Math.max(newestRecordMs, told.timestamp());
                take(told);
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> told) {
        byte[] value = told.value();
        String key = told.key() == null ? "" : new String(told.key(), StandardCharsets.UTF_8);
        try {
            if (value == null) {
                forget(told.topic(), key);
            } else if (told.topic().equals(Topics.SCHEMAS.name())) {
                schemas.learn(new String(value, StandardCharsets.UTF_8));
            } else {
                take(key, told.offset(), reader.read(value));
            }
        } catch (UnreadableRecordException | IllegalArgumentException e) {
            unreadable.increment();
            LOG.warn(
                    "Record {} of {}-{} can't be shown: {}",
                    told.offset(),
                    told.topic(),
                    told.partition(),
                    e.getMessage());
        }
    }

    private void forget(String topic, String key) {
        if (topic.equals(Topics.DECISIONS_EXITS.name())) {
            fleet.forget(key);
        } else if (topic.equals(Topics.CONFIG_POOLS.name())) {
            pools.forgetDefinition(key);
        } else if (topic.equals(Topics.DECISIONS_FORECASTS.name())) {
            pools.forgetForecast(key);
        } else if (topic.equals(Topics.DECISIONS_POOLS.name())) {
            pools.forgetAssignment(key);
        } else if (topic.equals(Topics.CONFIG_GROUPS.name())) {
            map.forgetGroup(key);
        } else if (topic.equals(Topics.DECISIONS_POPULARITY.name())) {
            map.forgetPopularity(key);
        } else if (topic.equals(Topics.DECISIONS_MAP.name())) {
            map.forgetMap(key);
        } else if (topic.equals(Topics.DECISIONS_RELAYS.name())) {
            rooms.forgetPlan(key);
        }
    }

    private void take(String key, long offset, SpecificRecord record) {
        if (record instanceof ExitScore score) {
            fleet.apply(score);
        } else if (record instanceof PoolAssignment assignment) {
            pools.apply(assignment);
        } else if (record instanceof PoolForecast forecast) {
            pools.apply(forecast);
        } else if (record instanceof PoolDefinition definition) {
            pools.apply(definition);
        } else if (record instanceof MapEntry entry) {
            map.apply(entry);
        } else if (record instanceof ResolverPopularity popularity) {
            map.apply(popularity);
        } else if (record instanceof GroupPrice price) {
            map.apply(price);
        } else if (record instanceof MapState state) {
            map.apply(state);
        } else if (record instanceof DeliveryGroup group) {
            map.apply(group);
        } else if (record instanceof LegReport report) {
            rooms.apply(report, clock.millis());
        } else if (record instanceof ViewerReport report) {
            rooms.apply(report, clock.millis());
        } else if (record instanceof RelayPlan plan) {
            rooms.apply(plan);
        } else if (record instanceof JobHeartbeat heartbeat) {
            fleet.apply(heartbeat);
        } else if (record instanceof CanaryVerdict verdict) {
            fleet.apply(verdict).ifPresent(onPolicyChange);
        } else if (record instanceof EdgeReport report) {
            fleet.apply(report);
            rooms.apply(report, clock.millis());
        } else if (record instanceof QualityPolicy policy) {
            changed(key, offset, policy.getAuthorship());
        } else if (record instanceof CapacityPolicy policy) {
            changed(key, offset, policy.getAuthorship());
        } else if (record instanceof BenchmarkPolicy policy) {
            changed(key, offset, policy.getAuthorship());
        } else if (record instanceof PoolPolicy policy) {
            changed(key, offset, policy.getAuthorship());
        } else if (record instanceof ForecastPolicy policy) {
            changed(key, offset, policy.getAuthorship());
        } else if (record instanceof MapPolicy policy) {
            changed(key, offset, policy.getAuthorship());
        } else if (record instanceof PolicyCanary canary) {
            changed(key, offset, canary.getAuthorship());
        } else if (record instanceof RelayPolicy policy) {
            changed(key, offset, policy.getAuthorship());
        }
    }

    private void changed(String key, long offset, Authorship authorship) {
        onPolicyChange.accept(fleet.apply(key, authorship, offset));
    }

    private void say(@Nullable String wrong) {
        String before = problem;
        problem = wrong;
        if (wrong != null && !wrong.equals(before)) {
            LOG.warn("{} The page goes on with what it has.", wrong);
        } else if (wrong == null && before != null) {
            LOG.info("Following the topics of Kafka at {}.", bootstrap);
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

    private KafkaConsumer<byte[], byte[]> open() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                        ConsumerConfig.CLIENT_ID_CONFIG, "fairlead-console",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false",
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "5000",
                        ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static final class MissingTopicException extends Exception {
        MissingTopicException(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
