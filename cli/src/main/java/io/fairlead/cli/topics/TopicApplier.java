package io.fairlead.cli.topics;

import io.fairlead.cli.UserError;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.Contract;
import io.fairlead.schemas.wire.SchemaDirectory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes a cluster agree with the catalogue, and publishes this version's schemas. Repeating it changes nothing. */
public final class TopicApplier implements AutoCloseable {

    private static final long ANSWER_SECONDS_MAX = 30;

    private final Map<String, Object> client;
    private final Admin admin;

    /** @param client properties of a Kafka client */
    public TopicApplier(Map<String, Object> client) {
        this.client = client;
        Map<String, Object> properties = new HashMap<>(client);
        properties.put("default.api.timeout.ms", "20000");
        properties.put("request.timeout.ms", "10000");
        this.admin = Admin.create(properties);
    }

    /** What would have to change, topic by topic. */
    public List<TopicPlan> plan() {
        Set<String> names = answer(admin.listTopics().names(), "list its topics");
        List<TopicSpec> present = Topics.all().stream()
                .filter(topic -> names.contains(topic.name()))
                .toList();
        Map<String, TopicDescription> descriptions = answer(
                admin.describeTopics(present.stream().map(TopicSpec::name).toList())
                        .allTopicNames(),
                "describe its topics");
        Map<String, Map<String, String>> settings = new HashMap<>();
        answer(
                        admin.describeConfigs(present.stream()
                                        .map(TopicApplier::resource)
                                        .toList())
                                .all(),
                        "tell topic settings")
                .forEach((resource, config) -> settings.put(
                        resource.name(),
                        config.entries().stream()
                                .filter(entry -> entry.value() != null)
                                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value))));
        return Topics.all().stream()
                .map(topic -> TopicPlan.of(
                        topic,
                        Optional.ofNullable(descriptions.get(topic.name()))
                                .map(description -> new TopicPlan.Present(
                                        description.partitions().size(), settings.getOrDefault(topic.name(), Map.of())))
                                .orElse(null)))
                .toList();
    }

    /**
     * Carries a plan out.
     *
     * @param replication replicas of a new topic; -1: the cluster's default
     */
    public void apply(List<TopicPlan> plans, short replication) {
        List<NewTopic> missing = plans.stream()
                .filter(TopicPlan::create)
                .map(plan -> new NewTopic(
                                plan.topic().name(),
                                Optional.of(plan.topic().partitions()),
                                replication < 1 ? Optional.empty() : Optional.of(replication))
                        .configs(plan.settings()))
                .toList();
        admin.createTopics(missing).values().forEach((name, created) -> {
            try {
                answer(created, "create " + name);
            } catch (UserError e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        });
        Map<String, NewPartitions> wider = new HashMap<>();
        Map<ConfigResource, java.util.Collection<AlterConfigOp>> changed = new HashMap<>();
        for (TopicPlan plan : plans) {
            if (plan.addPartitionsTo() > 0) {
                wider.put(plan.topic().name(), NewPartitions.increaseTo(plan.addPartitionsTo()));
            }
            if (!plan.create() && !plan.settings().isEmpty()) {
                List<AlterConfigOp> operations = new ArrayList<>();
                plan.settings()
                        .forEach((name, value) -> operations.add(
                                new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
                changed.put(resource(plan.topic()), operations);
            }
        }
        if (!wider.isEmpty()) {
            answer(admin.createPartitions(wider).all(), "add partitions");
        }
        if (!changed.isEmpty()) {
            answer(admin.incrementalAlterConfigs(changed).all(), "change topic settings");
        }
        publishSchemas();
    }

    /**
     * Without idempotence, which the keys give already: a broker that has just made the topic can take a producer's second batch
     * before its first, and then refuses the first until the producer gives up after two minutes.
     */
    private void publishSchemas() {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put("enable.idempotence", "false");
        properties.put("acks", "all");
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = Contract.records().stream()
                    .map(Contract::schema)
                    .map(schema -> producer.send(new ProducerRecord<>(
                            Topics.SCHEMAS.name(),
                            SchemaDirectory.key(schema).getBytes(StandardCharsets.UTF_8),
                            schema.toString().getBytes(StandardCharsets.UTF_8))))
                    .toList();
            sent.forEach(each -> answer(each, "take the schemas"));
        }
    }

    @Override
    public void close() {
        admin.close();
    }

    private static ConfigResource resource(TopicSpec topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    }

    private <T> T answer(Future<T> future, String what) {
        try {
            return future.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new UserError(
                    "Kafka at " + client.get("bootstrap.servers") + " did not " + what + ": " + cause.getMessage(),
                    cause);
        } catch (TimeoutException e) {
            throw new UserError(
                    "Kafka at " + client.get("bootstrap.servers") + " did not " + what + " within " + ANSWER_SECONDS_MAX
                            + " s; is that its address (--bootstrap-servers)?",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("Interrupted while waiting for Kafka to " + what + ".", e);
        }
    }
}
