package io.fairlead.nameserver.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.wire.Contract;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MapRecordReaderTest {

    private final DecisionReader<MapRecord> reader = MapRecord.reader();

    /** When this fails the schema of entries has changed: {@link MapRecordReader} is to read its fields, or all are read by Avro. */
    @Test
    void entriesOfThisVersionAreThoseThatAreReadQuickly() {
        assertThat(SchemaDirectory.fingerprint(Contract.schema(MapEntry.class))).isEqualTo(MapRecordReader.FINGERPRINT);
    }

    @Test
    void anEntryReadFromItsBytesIsWhatAvroReads() {
        MapEntries entries = new MapEntries(1, 300);
        for (int i = 0; i < 5_000; i++) {
            MapEntry entry = entries.entry(entries.prefix(), i * 1_000_000_007L, i);
            Decision<MapRecord> quick = reader.readQuickly(entry.getPrefix(), WireEncoder.encode(entry));
            Decision<MapRecord> slow = MapEntries.decision(entry);
            assertThat(MapEntries.text(Objects.requireNonNull(quick))).isEqualTo(MapEntries.text(slow));
            assertThat(quick.issuedAtMs()).isEqualTo(slow.issuedAtMs());
            assertThat(quick.observedAtMs()).isZero();
        }
    }

    @Test
    void whatIsDamagedOrUnderAnotherKeyIsLeftToAvro() {
        MapEntries entries = new MapEntries(2, 20);
        MapEntry entry = entries.entry(entries.prefix(), 1, 1);
        byte[] whole = WireEncoder.encode(entry);
        for (int length = 0; length < whole.length; length++) {
            assertThat(reader.readQuickly(entry.getPrefix(), Arrays.copyOf(whole, length)))
                    .as("%d bytes of it", length)
                    .isNull();
        }
        assertThat(reader.readQuickly(entry.getPrefix(), Arrays.copyOf(whole, whole.length + 1)))
                .as("a byte too many")
                .isNull();
        for (int at = 0; at < 10; at++) {
            byte[] other = whole.clone();
            other[at] ^= 1;
            assertThat(reader.readQuickly(entry.getPrefix(), other))
                    .as("of another schema")
                    .isNull();
        }
        assertThat(reader.readQuickly("192.0.2.0/25", whole)).isNull();
        assertThat(reader.readQuickly("group-1", whole)).isNull();
        for (int at = 10; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x40;
            reader.readQuickly(entry.getPrefix(), flipped); // something or nothing, but no exception
        }
        assertThat(reader.readQuickly(entry.getPrefix(), whole))
                .as("what was wrong before leaves no trace")
                .isNotNull()
                .satisfies(quick ->
                        assertThat(MapEntries.text(quick)).isEqualTo(MapEntries.text(MapEntries.decision(entry))));
    }
}
