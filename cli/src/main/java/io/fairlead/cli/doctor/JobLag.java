package io.fairlead.cli.doctor;

import io.fairlead.cli.UserError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** How far jobs are behind what was written: by the age of the oldest record that none of their checkpoints holds. */
final class JobLag {

    private static final String PREFIX = "fairlead-";
    private static final Duration BEHIND_MAX = Duration.ofMinutes(2);
    private static final long ANSWER_SECONDS_MAX = 20;
    private static final Duration READ_MAX = Duration.ofSeconds(5);

    private final Map<String, Object> client;
    private final InstantSource clock;

    /** The partition that a group is furthest behind on. */
    private record Furthest(TopicPartition partition, long offset, long records) {}

    JobLag(Map<String, Object> client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    String check() throws InterruptedException {
        Map<String, Furthest> byGroup = new TreeMap<>();
        try (Admin admin = Admin.create(client);
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (GroupListing group : answer(
                    admin.listGroups(ListGroupsOptions.forConsumerGroups()).all(), "list its consumer groups")) {
                if (group.groupId().startsWith(PREFIX)) {
                    Map<TopicPartition, OffsetAndMetadata> committed = answer(
                            admin.listConsumerGroupOffsets(group.groupId()).partitionsToOffsetAndMetadata(),
                            "tell how far the group " + group.groupId() + " has read");
                    furthest(consumer, committed).ifPresent(each -> byGroup.put(group.groupId(), each));
                }
            }
            if (byGroup.isEmpty()) {
                return "no job has written down yet how far it has read";
            }
            List<String> behind = new ArrayList<>();
            long greatest = 0;
            for (Map.Entry<String, Furthest> each : byGroup.entrySet()) {
                Furthest furthest = each.getValue();
                greatest = Math.max(greatest, furthest.records());
                long ageMs = furthest.records() == 0 ? 0 : clock.millis() - writtenAtMs(consumer, furthest);
                if (ageMs > BEHIND_MAX.toMillis()) {
                    behind.add("the group " + each.getKey() + " has not read what was written to "
                            + furthest.partition() + " " + ageMs / 1_000 + " s ago (" + furthest.records()
                            + " records)");
                }
            }
            if (!behind.isEmpty()) {
                throw new UserError(
                        String.join("; ", behind)
                                + ". Does its job run, and complete checkpoints? If it is busy: fairlead jobs upgrade --parallelism. A group of no job any more is deleted with kafka-consumer-groups --delete");
            }
            return byGroup.size() + " groups are at most " + greatest
                    + " records of a partition behind, none older than " + BEHIND_MAX.toSeconds() + " s";
        }
    }

    private static <T> T answer(Future<T> asked, String what) throws InterruptedException {
        try {
            return asked.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new UserError("Kafka did not " + what + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new UserError("Kafka did not " + what + " within " + ANSWER_SECONDS_MAX + " s", e);
        }
    }

    private static Optional<Furthest> furthest(
            KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, OffsetAndMetadata> committed) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(committed.keySet());
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(committed.keySet());
        return committed.entrySet().stream()
                .map(each -> {
                    long offset = Math.max(each.getValue().offset(), begins.getOrDefault(each.getKey(), 0L));
                    return new Furthest(
                            each.getKey(), offset, Math.max(0, ends.getOrDefault(each.getKey(), offset) - offset));
                })
                .max(java.util.Comparator.comparingLong(Furthest::records));
    }

    /** Of the first record that was not read; now, if there is none: ends of transactions take offsets, too. */
    private long writtenAtMs(KafkaConsumer<byte[], byte[]> consumer, Furthest of) {
        consumer.assign(List.of(of.partition()));
        consumer.seek(of.partition(), of.offset());
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(READ_MAX)) {
            return record.timestamp();
        }
        return clock.millis();
    }
}
