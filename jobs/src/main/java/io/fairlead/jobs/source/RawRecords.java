package io.fairlead.jobs.source;

import io.fairlead.schemas.topics.TopicSpec;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Kafka sources and sinks of {@link RawRecord}s. */
public final class RawRecords {

    /** What Flink is told of the type: its own serializer, never a generic one. */
    public static final TypeInformation<RawRecord> TYPE =
            new LeanTypeInformation<>(RawRecord.class, RawRecordSerializer.INSTANCE);

    /** Within what brokers allow as they come (15 min); a job that is down for longer after a checkpoint loses what waited. */
    private static final long TRANSACTION_TIMEOUT_MS = 600_000;

    private RawRecords() {}

    /**
     * A source of committed records. Without a checkpoint it begins where the consumer group was last, or at the oldest
     * record.
     *
     * @param bootstrapServers of the Kafka cluster
     * @param group consumer group that offsets are written to with every checkpoint
     * @param topics of the catalogue
     * @param clientProperties laid over the consumer's own
     */
    @SuppressWarnings("deprecation") // the connector knows no other way to say "else the oldest"
    public static KafkaSource<RawRecord> source(
            String bootstrapServers, String group, List<TopicSpec> topics, Properties clientProperties) {
        return source(
                bootstrapServers,
                group,
                topics,
                clientProperties,
                OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST));
    }

    /** As {@link #source(String, String, List, Properties)}, beginning elsewhere when there is no checkpoint. */
    public static KafkaSource<RawRecord> source(
            String bootstrapServers,
            String group,
            List<TopicSpec> topics,
            Properties clientProperties,
            OffsetsInitializer start) {
        return KafkaSource.<RawRecord>builder()
                .setBootstrapServers(bootstrapServers)
                .setGroupId(group)
                .setClientIdPrefix(group)
                .setTopics(topics.stream().map(TopicSpec::name).toList())
                .setStartingOffsets(start)
                .setDeserializer(new Reader())
                .setProperties(clientProperties)
                .setProperty("isolation.level", "read_committed")
                .setProperty("partition.discovery.interval.ms", "60000")
                .build();
    }

    /** A sink that writes each record to the topic it names, at least once; partition, offset and time are the broker's. */
    public static KafkaSink<RawRecord> sink(String bootstrapServers, Properties clientProperties) {
        return KafkaSink.<RawRecord>builder()
                .setBootstrapServers(bootstrapServers)
                .setKafkaProducerConfig(clientProperties)
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(new Writer())
                .build();
    }

    /**
     * A sink that writes each record to one topic, and exactly once: what it wrote is seen by those who read committed records when the checkpoint
     * stands, and is gone if it never does.
     *
     * @param transactionPrefix unique to the sink, the same at every start
     */
    public static KafkaSink<RawRecord> exactlyOnce(
            String bootstrapServers, Properties clientProperties, TopicSpec topic, String transactionPrefix) {
        Properties producer = new Properties();
        producer.put("transaction.timeout.ms", Long.toString(TRANSACTION_TIMEOUT_MS));
        producer.putAll(clientProperties);
        return KafkaSink.<RawRecord>builder()
                .setBootstrapServers(bootstrapServers)
                .setKafkaProducerConfig(producer)
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(transactionPrefix)
                .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                .setRecordSerializer(KafkaRecordSerializationSchema.<RawRecord>builder()
                        .setTopic(topic.name())
                        .setKeySerializationSchema(new KeyOf())
                        .setValueSerializationSchema(new ValueOf())
                        .build())
                .build();
    }

    private static final class Reader implements KafkaRecordDeserializationSchema<RawRecord> {
        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRecord> out) {
            out.collect(new RawRecord(
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    record.timestamp(),
                    record.key(),
                    record.value()));
        }

        @Override
        public TypeInformation<RawRecord> getProducedType() {
            return TYPE;
        }
    }

    /** Flink asks such a class for its type, which a lambda does not know. */
    private static final class KeyOf implements SerializationSchema<RawRecord> {
        private static final long serialVersionUID = 1L;

        @Override
        @SuppressWarnings("NullAway") // Kafka takes a record without a key
        public byte[] serialize(RawRecord record) {
            return record.key();
        }
    }

    private static final class ValueOf implements SerializationSchema<RawRecord> {
        private static final long serialVersionUID = 1L;

        @Override
        @SuppressWarnings("NullAway") // a tombstone has no value
        public byte[] serialize(RawRecord record) {
            return record.value();
        }
    }

    private static final class Writer implements KafkaRecordSerializationSchema<RawRecord> {
        private static final long serialVersionUID = 1L;

        @Override
        public ProducerRecord<byte[], byte[]> serialize(RawRecord record, KafkaSinkContext context, Long timestamp) {
            return new ProducerRecord<>(record.topic(), record.key(), record.value());
        }
    }
}
