package io.fairlead.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.wire.UnreadableRecordException.Reason;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireReaderTest {

    private final SchemaDirectory directory = SchemaDirectory.builtIn();
    private final WireReader reader = new WireReader(directory);

    static List<Class<? extends SpecificRecord>> records() {
        return Contract.records();
    }

    @ParameterizedTest
    @MethodSource("records")
    void whatIsWrittenIsRead(Class<? extends SpecificRecord> type) throws Exception {
        for (int seed = 0; seed < 50; seed++) {
            SpecificRecord record = new Samples(seed).of(type);
            assertThat(reader.read(WireEncoder.encode(record))).isEqualTo(record);
        }
    }

    @ParameterizedTest
    @MethodSource("records")
    void anyBrokenByteIsARecordOrAClearError(Class<? extends SpecificRecord> type) {
        Random random = new Random(42);
        byte[] good = WireEncoder.encode(new Samples(1).of(type));
        for (int i = 0; i < 300; i++) {
            byte[] broken = random.nextBoolean() ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            if (broken.length > 0) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(reader.read(broken)).isNotNull();
            } catch (UnreadableRecordException e) {
                assertThat(e).hasMessageMatching("(?s).{20,}");
            }
        }
    }

    @Test
    void aFutureWriterIsUnderstoodOnceItHasPublishedItsSchema() throws Exception {
        List<Schema.Field> fields = new ArrayList<>();
        Contract.schema(JobHeartbeat.class).getFields().forEach(f -> fields.add(new Schema.Field(f, f.schema())));
        fields.add(new Schema.Field("mood", Schema.create(Schema.Type.STRING), null, "calm"));
        Schema future = Schema.createRecord("JobHeartbeat", null, "io.fairlead.schemas.decisions", false, fields);
        GenericRecord heartbeat = new GenericData.Record(future);
        JobHeartbeat sample = (JobHeartbeat) new Samples(7).of(JobHeartbeat.class);
        sample.getSchema().getFields().forEach(f -> heartbeat.put(f.name(), sample.get(f.pos())));
        heartbeat.put("mood", "merry");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), future).encode(heartbeat, bytes);

        assertThatThrownBy(() -> reader.read(bytes.toByteArray()))
                .isInstanceOfSatisfying(UnreadableRecordException.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.UNKNOWN_SCHEMA))
                .hasMessageContaining(SchemaDirectory.key(future));
        directory.learn(future.toString());
        assertThat(reader.read(bytes.toByteArray())).isEqualTo(sample);
    }

    @Test
    void aRecordOfSomebodyElseIsNamed() throws Exception {
        Schema alien =
                new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"Alien\",\"namespace\":\"x\",\"fields\":[]}");
        directory.learn(alien.toString());
        byte[] value = SingleObject.header(SchemaDirectory.fingerprint(alien));
        assertThatThrownBy(() -> reader.read(value)).hasMessageContaining("x.Alien");
    }

    @Test
    void textIsNoRecord() {
        assertThatThrownBy(() -> reader.read("hello, world".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .hasMessageContaining("68 65")
                .hasMessageContaining("C3 01");
        assertThatThrownBy(() -> reader.read(new byte[0])).hasMessageContaining("0 bytes");
    }

    @Test
    void bytesLeftOverAreRefused() {
        byte[] good = WireEncoder.encode(new Samples(1).of(ProxiedAttempt.class));
        assertThatThrownBy(() -> reader.read(Arrays.copyOf(good, good.length + 1)))
                .hasMessageContaining("left over");
    }

    @Test
    void anUnsetFieldIsNamedWhenWriting() {
        assertThatThrownBy(() -> WireEncoder.encode(new EdgeTick()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("EdgeTick");
    }

    @Test
    void theHeaderIsPeekedWithoutTheRest() throws Exception {
        TelemetryHeader header = new TelemetryHeader("edge-ä", 1_700_000_000_000L, 3, Long.MAX_VALUE, -5L);
        ProxiedAttempt attempt = (ProxiedAttempt) new Samples(3).of(ProxiedAttempt.class);
        attempt.setHeader(header);
        byte[] value = WireEncoder.encode(attempt);
        assertThat(TelemetryPeek.peek(value))
                .isEqualTo(new TelemetryPeek(
                        SchemaDirectory.fingerprint(attempt.getSchema()),
                        "edge-ä",
                        1_700_000_000_000L,
                        3,
                        Long.MAX_VALUE,
                        -5L));
        assertThat(TelemetryPeek.observedAtMs(value)).isEqualTo(-5L);
        assertThatThrownBy(() -> TelemetryPeek.peek(Arrays.copyOf(value, 14))).hasMessageContaining("header");
    }
}
