package io.fairlead.jobs.source;

import io.fairlead.schemas.topics.TopicSpec;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
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

    private static final class Writer implements KafkaRecordSerializationSchema<RawRecord> {
        private static final long serialVersionUID = 1L;

        @Override
        public ProducerRecord<byte[], byte[]> serialize(RawRecord record, KafkaSinkContext context, Long timestamp) {
            return new ProducerRecord<>(record.topic(), record.key(), record.value());
        }
    }
}
