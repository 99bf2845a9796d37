package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("loop")
class KafkaProcessTest {
    private static final TopicPartition PARTITION = new TopicPartition("letters", 0);

    @Test
    void killedBrokerComesBackOnItsPortWithEveryAcknowledgedRecord(@TempDir Path data) throws Exception {
        List<String> notices = new CopyOnWriteArrayList<>();
        try (KafkaProcess kafka =
                KafkaProcess.start(data, KafkaProcess.Options.defaults().withNotices(notices::add))) {
            String bootstrap = kafka.bootstrap();
            createTopic(bootstrap);
            try (KafkaProducer<String, String> producer = producer(bootstrap, Map.of())) {
                for (int letter = 0; letter < 500; letter++) {
                    producer.send(new ProducerRecord<>("letters", "k" + letter, "v" + letter))
                            .get(10, TimeUnit.SECONDS);
                }
            }
            assertThat(kafka.rssBytes().orElseThrow()).isPositive();

            kafka.kill();
            assertThat(kafka.isAlive()).isFalse();
            Awaitility.await().untilAsserted(() -> assertThat(notices)
                    .anyMatch(said -> said.startsWith("Kafka died with exit code 137")));
            kafka.restart();

            assertThat(kafka.bootstrap()).isEqualTo(bootstrap);
            assertThat(read(bootstrap, "read_uncommitted", 500)).hasSize(500).contains("v0", "v499");
        }
    }

    @Test
    void readersOfCommittedRecordsNeverSeeAnAbortedTransaction(@TempDir Path data) throws Exception {
        try (KafkaProcess kafka = KafkaProcess.start(data, KafkaProcess.Options.defaults())) {
            createTopic(kafka.bootstrap());
            try (KafkaProducer<String, String> producer =
                    producer(kafka.bootstrap(), Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "writer"))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("letters", "a", "aborted")).get(10, TimeUnit.SECONDS);
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("letters", "a", "committed"));
                producer.commitTransaction();
            }

            assertThat(read(kafka.bootstrap(), "read_committed", 1)).containsExactly("committed");
        }
    }

    @Test
    void topicThatNobodyAppliedIsNotMadeByItsFirstWriter(@TempDir Path data) throws Exception {
        try (KafkaProcess kafka = KafkaProcess.start(data, KafkaProcess.Options.defaults());
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            assertThatThrownBy(() -> admin.describeTopics(List.of("typo"))
                            .allTopicNames()
                            .get(10, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(UnknownTopicOrPartitionException.class);
            assertThat(admin.listTopics().names().get(10, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void dataDirectoryInUseIsRefusedWithTheProcessThatHoldsIt(@TempDir Path data) throws Exception {
        try (KafkaProcess kafka = KafkaProcess.start(data, KafkaProcess.Options.defaults())) {
            assertThatThrownBy(() -> KafkaProcess.start(data, KafkaProcess.Options.defaults()))
                    .isInstanceOf(HostFailure.class)
                    .hasMessageContaining("Process " + kafka.pid() + " already runs on the data");
        }
    }

    private static void createTopic(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic("letters", 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private static KafkaProducer<String, String> producer(String bootstrap, Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static List<String> read(String bootstrap, String isolation, int atLeast) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap, ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= atLeast
                        && consumer.position(PARTITION)
                                >= consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            });
        }
        return values;
    }
}
