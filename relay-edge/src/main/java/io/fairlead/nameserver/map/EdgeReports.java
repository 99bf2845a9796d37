package io.fairlead.nameserver.map;

import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
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
 * Follows the reports of all edges from their newest on, on a thread of its own. What was said while nobody listened is not read: only how an
 * edge is now counts. When Kafka is away it is tried again every second.
 */
public final class EdgeReports implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeReports.class);
    private static final String TOPIC = Topics.TELEMETRY_EDGES.name();
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final long CHECK_MS = 5_000;
    private static final long PAUSE_MS = 1_000;
    private static final long JOIN_MS = 5_000;

    private final Map<String, Object> properties;
    private final Consumer<EdgeReport> onReport;
    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());
    private final LongAdder unreadable = new LongAdder();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private volatile @Nullable String problem = "the reports of edges have not been reached yet";

    private EdgeReports(String edgeId, Map<String, String> client, Consumer<EdgeReport> onReport) {
        this.properties = new HashMap<>(client);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "fairlead-reports-" + edgeId);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "5000");
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000");
        properties.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000");
        this.onReport = onReport;
        this.thread = new Thread(this::run, "edge-reports");
        thread.setDaemon(true);
    }

    /**
     * Starts one.
     *
     * @param client properties of every Kafka client of this process
     * @param onReport told of each report, on its thread
     */
    public static EdgeReports start(String edgeId, Map<String, String> client, Consumer<EdgeReport> onReport) {
        EdgeReports reports = new EdgeReports(edgeId, client, onReport);
        reports.thread.start();
        return reports;
    }

    private void run() {
        while (closed.getCount() > 0) {
            try (KafkaConsumer<byte[], byte[]> opened =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer = opened;
                follow(opened);
            } catch (WakeupException | InterruptException ended) {
                return;
            } catch (KafkaException away) {
                say("the reports of edges are not read: " + away.getMessage());
            } catch (RuntimeException fault) {
                LOG.error("The thread of edges' reports has met a fault and goes on.", fault);
            } finally {
                consumer = null;
            }
            pause();
        }
    }

    private void follow(KafkaConsumer<byte[], byte[]> opened) {
        List<TopicPartition> partitions = partitions(opened);
        opened.assign(partitions);
        opened.seekToEnd(partitions);
        say(partitions.isEmpty() ? "Kafka has no topic " + TOPIC + "; run `fairlead topics apply`" : null);
        long checked = System.nanoTime();
        while (closed.getCount() > 0) {
            if (partitions.isEmpty()) {
                return;
            }
            for (ConsumerRecord<byte[], byte[]> told : opened.poll(POLL)) {
                take(told.value());
            }
            if (System.nanoTime() - checked > TimeUnit.MILLISECONDS.toNanos(CHECK_MS)) {
                checked = System.nanoTime();
                if (partitions(opened).size() != partitions.size()) {
                    return;
                }
                say(null);
            }
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> opened) {
        List<PartitionInfo> known = opened.partitionsFor(TOPIC, ANSWER);
        return known == null
                ? List.of()
                : known.stream()
                        .map(each -> new TopicPartition(TOPIC, each.partition()))
                        .toList();
    }

    private void take(byte @Nullable [] value) {
        if (value == null) {
            return;
        }
        try {
            if (reader.read(value) instanceof EdgeReport report) {
                onReport.accept(report);
            }
        } catch (UnreadableRecordException e) {
            unreadable.increment(); // FactsJob sends it to the dead letters
        }
    }

    private void say(@Nullable String wrong) {
        String before = problem;
        problem = wrong;
        if (wrong != null && !wrong.equals(before)) {
            LOG.warn("{}. Groups stay as they are, but for what probes say.", wrong);
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

    /** Why reports are not seen, in a sentence; null: they are. */
    public @Nullable String problem() {
        return problem;
    }

    /** Reports that could not be read. */
    public long unreadable() {
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
            thread.join(JOIN_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
