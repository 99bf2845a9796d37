package io.fairlead.edge.publish;

import io.fairlead.schemas.wire.TelemetryPeek;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Clients of a Kafka that is not there, one after the other as they are opened; Kafka's own stand-in for tests. */
final class Producers implements ProducerFactory {

    private final List<MockProducer<byte[], byte[]>> opened = new CopyOnWriteArrayList<>();
    private volatile boolean answering = true;
    private volatile boolean refusing;

    /** Whether the next clients acknowledge by themselves. */
    void answering(boolean yes) {
        answering = yes;
    }

    /** Whether no client can be opened. */
    void refusing(boolean yes) {
        refusing = yes;
    }

    @Override
    public Producer<byte[], byte[]> open() {
        if (refusing) {
            throw new KafkaException("no resolvable address");
        }
        MockProducer<byte[], byte[]> producer =
                new MockProducer<>(answering, null, new ByteArraySerializer(), new ByteArraySerializer());
        opened.add(producer);
        return producer;
    }

    List<MockProducer<byte[], byte[]>> opened() {
        return opened;
    }

    /** Records on a topic, of all clients in the order of sending. */
    List<ProducerRecord<byte[], byte[]>> sent(String topic) {
        List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
        opened.forEach(producer -> producer.history().stream()
                .filter(record -> record.topic().equals(topic))
                .forEach(sent::add));
        return sent;
    }

    static TelemetryPeek peek(ProducerRecord<byte[], byte[]> record) {
        try {
            return TelemetryPeek.peek(record.value());
        } catch (UnreadableRecordException e) {
            throw new AssertionError(e);
        }
    }
}
