package io.fairlead.jobs.facts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.decisions.DeadLetter;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FactReaderTest {

    private static final String TOPIC = Topics.TELEMETRY_ATTEMPTS.name();

    private KeyedOneInputStreamOperatorTestHarness<String, RawRecord, FactRow> reader;

    @BeforeEach
    void open() throws Exception {
        reader = harness();
        reader.open();
    }

    @AfterEach
    void close() throws Exception {
        reader.close();
    }

    @Test
    void whatAnEdgeSendsTwiceIsOneRow() throws Exception {
        for (long sequence : new long[] {0, 1, 1, 0, 2, 2}) {
            send(tick("edge-1", 5, 0, sequence));
        }
        assertThat(rows()).hasSize(3);
    }

    @Test
    void edgesEpochsAndPartitionsAreCountedApart() throws Exception {
        send(tick("edge-1", 5, 0, 0));
        send(tick("edge-2", 5, 0, 0));
        send(tick("edge-1", 6, 0, 0));
        send(tick("edge-1", 5, 1, 0));
        assertThat(rows()).hasSize(4);
    }

    @Test
    void aDuplicateBehindARestartIsStillOne() throws Exception {
        send(tick("edge-1", 5, 0, 0));
        OperatorSubtaskState state = reader.snapshot(1, 1);
        reader.close();
        reader = harness();
        reader.initializeState(state);
        reader.open();
        send(tick("edge-1", 5, 0, 0));
        send(tick("edge-1", 5, 0, 1));
        assertThat(rows()).hasSize(1);
    }

    @Test
    void aSilentLaneIsForgotten() throws Exception {
        reader.setStateTtlProcessingTime(0);
        send(tick("edge-1", 5, 0, 0));
        assertThat(reader.numKeyedStateEntries()).isOne();
        reader.setStateTtlProcessingTime(Duration.ofHours(2).toMillis());
        send(tick("edge-1", 5, 0, 0));
        assertThat(rows()).hasSize(2);
    }

    @Test
    void rubbishBecomesDeadLettersAndTheJobGoesOn() throws Exception {
        send(new byte[] {1, 2, 3});
        send((byte[]) null);
        send(tick("edge-1", 5, 0, -7));
        send(WireEncoder.encode(deadLetter()));
        byte[] cut = tick("edge-1", 5, 0, 0);
        send(Arrays.copyOf(cut, cut.length - 1));
        byte[] unknown = cut.clone();
        unknown[3] ^= 0x55;
        send(unknown);
        send(tick("edge-1", 5, 0, 9));

        assertThat(rows()).hasSize(1);
        assertThat(letters().stream().map(DeadLetter::getReason))
                .hasSize(6)
                .anyMatch(reason -> reason.contains("C3 01"))
                .anyMatch(reason -> reason.contains("no value"))
                .anyMatch(reason -> reason.contains("-7"))
                .anyMatch(reason -> reason.contains("DeadLetter does not belong"))
                .anyMatch(reason -> reason.contains("end after"))
                .anyMatch(reason -> reason.contains("No schema with fingerprint"));
        assertThat(letters())
                .allMatch(letter ->
                        letter.getReadBy().equals("facts") && letter.getTopic().equals(TOPIC));
    }

    @Test
    void aHugeRecordIsKeptInPart() throws Exception {
        send(new byte[200_000]);
        assertThat(letters().get(0).getValueBytes()).isEqualTo(200_000);
        assertThat(letters().get(0).getValue().remaining()).isEqualTo(DeadLetters.VALUE_BYTES_MAX);
    }

    @Test
    void anEdgeWithAWrongClockCanNotChooseItsDay() {
        long arrived = 1_800_000_000_000L;
        assertThat(FactTable.boundedTimeMs(arrived - 5, arrived)).isEqualTo(arrived - 5);
        assertThat(FactTable.boundedTimeMs(Long.MAX_VALUE, arrived)).isEqualTo(arrived + FactTable.EARLY_MAX_MS);
        assertThat(FactTable.boundedTimeMs(Long.MIN_VALUE, arrived)).isEqualTo(arrived - FactTable.LATE_MAX_MS);
    }

    private void send(byte[] value) throws Exception {
        reader.processElement(new RawRecord(TOPIC, 0, 1, 1_800_000_000_000L, null, value), 0);
    }

    private List<FactRow> rows() {
        return reader.extractOutputValues();
    }

    private List<DeadLetter> letters() throws Exception {
        WireReader wire = new WireReader(SchemaDirectory.builtIn());
        List<DeadLetter> letters = new ArrayList<>();
        for (var output : reader.getSideOutput(FactReader.DEAD)) {
            letters.add((DeadLetter) wire.read(output.getValue().value()));
        }
        return letters;
    }

    private static byte[] tick(String edge, long epochMs, int partition, long sequence) {
        EdgeTick tick = new EdgeTick();
        tick.setHeader(new TelemetryHeader(edge, epochMs, partition, sequence, 1_800_000_000_000L));
        return WireEncoder.encode(tick);
    }

    private static DeadLetter deadLetter() throws Exception {
        RawRecord letter = DeadLetters.of(new RawRecord(TOPIC, 0, 0, 0, null, null), "", "", 0);
        return (DeadLetter) new WireReader(SchemaDirectory.builtIn()).read(letter.value());
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, RawRecord, FactRow> harness() throws Exception {
        Properties nobody = new Properties();
        nobody.put("default.api.timeout.ms", "100");
        return new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new FactReader(Duration.ofHours(1), "127.0.0.1:1", nobody)),
                new Lane(),
                Types.STRING);
    }
}
