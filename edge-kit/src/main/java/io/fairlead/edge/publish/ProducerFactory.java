package io.fairlead.edge.publish;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Opens producers; a new one after each that has failed. */
@FunctionalInterface
interface ProducerFactory {

    /** Each batch and each request costs as much as many records do, and what is decided by telemetry is decided in tenths of a second. */
    String LINGER_MS = "20";

    /** @throws org.apache.kafka.common.KafkaException when none can be opened now */
    Producer<byte[], byte[]> open();

    /** @param client properties that every Kafka client of this process has: addresses, security */
    static ProducerFactory kafka(String edgeId, Map<String, String> client, PublisherSettings settings) {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "fairlead-telemetry-" + edgeId);
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MS);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, "65536");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, settings.compression());
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Integer.toString(settings.maxBlockMs()));
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.toString(settings.deliveryTimeoutMs()));
        properties.put(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Integer.toString(Math.min(10_000, settings.deliveryTimeoutMs() / 2)));
        properties.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000");
        // What is in flight must fit, with room for the client's own framing, or a send would wait for memory.
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(4 * settings.inFlightBytesMax() + 4_194_304));
        return () -> new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
