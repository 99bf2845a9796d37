package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("loop")
class KafkaProcessTest {

    private static final List<String> NOTICES = new CopyOnWriteArrayList<>();

    @TempDir
    static Path data;

    static KafkaProcess kafka;

    @BeforeAll
    static void start() throws Exception {
        kafka = KafkaProcess.start(data, KafkaProcess.Options.defaults().withNotices(NOTICES::add));
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void killedBrokerComesBackOnItsPortWithEveryAcknowledgedRecord() throws Exception {
        String bootstrap = kafka.bootstrap();
        createTopic("letters");
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int letter = 0; letter < 500; letter++) {
                producer.send(new ProducerRecord<>("letters", "k" + letter, "v" + letter))
                        .get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(kafka.rssBytes().orElseThrow()).isPositive();

        kafka.kill();
        assertThat(kafka.isAlive()).isFalse();
        Awaitility.await().untilAsserted(() -> assertThat(NOTICES)
                .anyMatch(said -> said.startsWith("Kafka died with exit code 137")));
        kafka.restart();

        assertThat(kafka.bootstrap()).isEqualTo(bootstrap);
        assertThat(read("letters", "read_uncommitted", 500)).hasSize(500).contains("v0", "v499");
    }

    @Test
    void readersOfCommittedRecordsNeverSeeAnAbortedTransaction() throws Exception {
        createTopic("transactions");
        try (KafkaProducer<String, String> producer =
                producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "writer"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transactions", "a", "aborted")).get(10, TimeUnit.SECONDS);
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transactions", "a", "committed"));
            producer.commitTransaction();
        }

        assertThat(read("transactions", "read_committed", 1)).containsExactly("committed");
    }

    @Test
    void topicThatNobodyAppliedIsNotMadeByItsFirstWriter() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000));
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("typo", "k", "v"))
                            .get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("typo");
            assertThat(admin.listTopics().names().get(10, TimeUnit.SECONDS)).doesNotContain("typo");
        }
    }

    @Test
    void dataDirectoryInUseIsRefusedWithTheProcessThatHoldsIt() {
        assertThatThrownBy(() -> KafkaProcess.start(data, KafkaProcess.Options.defaults()))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("Process " + kafka.pid() + " already runs on the data");
    }

    private static void createTopic(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
        }
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrap());
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static List<String> read(String topic, String isolation, int atLeast) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.bootstrap(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation);
        TopicPartition partition = new TopicPartition(topic, 0);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= atLeast
                        && consumer.position(partition)
                                >= consumer.endOffsets(List.of(partition)).get(partition);
            });
        }
        return values;
    }
}
