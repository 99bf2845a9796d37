package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.decisions.DeadLetter;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PolicyGateTest {

    private static final Authorship ANN = new Authorship("ann", "a test", 1L, 1L);

    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());
    private OneInputStreamOperatorTestHarness<RawRecord, Ruling> gate;

    @BeforeEach
    void open() throws Exception {
        gate = new OneInputStreamOperatorTestHarness<>(
                new ProcessOperator<>(new PolicyGate("127.0.0.1:1", new Properties())));
        gate.setup(Ruling.TYPE.createSerializer(new SerializerConfigImpl()));
        gate.open();
    }

    @AfterEach
    void close() throws Exception {
        gate.close();
    }

    @Test
    void aValidPolicyGoesOnWithItsOffsetAsVersion() throws Exception {
        gate.processElement(raw("quality/default", 12, PolicyRecords.write(QualityPolicy.defaults(), ANN)), 1);
        assertThat(gate.extractOutputValues()).singleElement().isInstanceOfSatisfying(Ruling.PolicySet.class, set -> {
            assertThat(set.key()).isEqualTo("quality/default");
            assertThat(set.offset()).isEqualTo(12);
        });
    }

    @Test
    void anInvalidPolicyIsRefusedWithTheReasonTheAuthorAndWhatItSaid() throws Exception {
        SpecificRecord wrong = PolicyRecords.write(QualityPolicy.defaults(), ANN);
        wrong.put(wrong.getSchema().getField("gamma").pos(), 17.0);
        gate.processElement(raw("quality/default", 13, wrong), 1);
        assertThat(gate.extractOutputValues()).isEmpty();
        ConfigRejected told = (ConfigRejected) refused(Topics.CONFIG_REJECTED.name());
        assertThat(told.getOffset()).isEqualTo(13);
        assertThat(told.getAuthor()).isEqualTo("ann");
        assertThat(told.getViolations()).singleElement().asString().contains("gamma", "17");
    }

    @Test
    void aPolicyUnderTheKeyOfAnotherIsRefused() throws Exception {
        gate.processElement(raw("capacity/default", 14, PolicyRecords.write(QualityPolicy.defaults(), ANN)), 1);
        assertThat(gate.extractOutputValues()).isEmpty();
        assertThat(((ConfigRejected) refused(Topics.CONFIG_REJECTED.name())).getKey())
                .isEqualTo("capacity/default");
    }

    @Test
    void rubbishBecomesADeadLetter() throws Exception {
        gate.processElement(
                new RawRecord(
                        Topics.CONFIG_POLICIES.name(), 0, 15, 1, "x".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2
                        }),
                1);
        assertThat(gate.extractOutputValues()).isEmpty();
        assertThat(((DeadLetter) refused(Topics.DEADLETTERS.name())).getOffset())
                .isEqualTo(15);
    }

    @Test
    void aPolicyTakenBackGoesOnAsNone() throws Exception {
        gate.processElement(
                new RawRecord(
                        Topics.CONFIG_POLICIES.name(),
                        0,
                        16,
                        1,
                        "quality/default".getBytes(StandardCharsets.UTF_8),
                        null),
                1);
        assertThat(gate.extractOutputValues())
                .singleElement()
                .isInstanceOfSatisfying(
                        Ruling.PolicySet.class, set -> assertThat(set.value()).isNull());
    }

    private SpecificRecord refused(String topic) throws Exception {
        List<RawRecord> told = gate.getSideOutput(PolicyGate.REFUSED).stream()
                .map(each -> each.getValue())
                .toList();
        assertThat(told).hasSize(1);
        assertThat(told.get(0).topic()).isEqualTo(topic);
        return reader.read(told.get(0).value());
    }

    private static RawRecord raw(String key, long offset, SpecificRecord record) {
        return new RawRecord(
                Topics.CONFIG_POLICIES.name(),
                0,
                offset,
                1,
                key.getBytes(StandardCharsets.UTF_8),
                WireEncoder.encode(record));
    }
}
