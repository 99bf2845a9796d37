package io.fairlead.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;

/** An incompatible change of the contract is refused here, against the stored copies of what was released. */
class ReleasedSchemasTest {

    private static final List<String> HEADER_FIELDS =
            List.of("edgeId", "edgeEpochMs", "partition", "sequence", "observedAtMs");

    private final Map<String, Schema> current = Contract.records().stream()
            .map(Contract::schema)
            .collect(Collectors.toMap(Schema::getFullName, schema -> schema));

    @Test
    void everyRecordOfTheContractHasBeenReleased() {
        assertThat(ReleasedSchemas.load().stream()
                        .map(released -> released.schema().getFullName()))
                .as("released schemas; add a new record with: ./fairlead schemas release")
                .containsAll(current.keySet());
    }

    @Test
    void theContractIsWhatTheNewestReleaseSaysOrCompatibleWithIt() {
        List<String> breaks = new ArrayList<>();
        for (ReleasedSchemas.Released released : ReleasedSchemas.load()) {
            Schema now = current.get(released.schema().getFullName());
            if (now == null) {
                breaks.add(released.schema().getFullName() + " was released in " + released.release()
                        + " and is gone: old records would be unreadable");
                continue;
            }
            breaks.addAll(incompatibilities("this version can't read " + released.release(), now, released.schema()));
            breaks.addAll(incompatibilities(released.release() + " can't read this version", released.schema(), now));
        }
        assertThat(breaks).isEmpty();
    }

    @Test
    void aFieldWithoutDefaultOrARenamedOneWouldBeRefused() {
        Schema old = Contract.schema(io.fairlead.schemas.telemetry.EdgeTick.class);
        Schema.Field header = old.getField("header");
        Schema added = Schema.createRecord(
                old.getName(),
                null,
                old.getNamespace(),
                false,
                List.of(
                        new Schema.Field(header, header.schema()),
                        new Schema.Field("must", Schema.create(Schema.Type.LONG), null)));
        assertThat(incompatibilities("x", added, old)).isNotEmpty();
    }

    @Test
    void telemetryOpensWithItsHeaderInEveryRelease() {
        Stream.concat(current.values().stream(), ReleasedSchemas.load().stream().map(ReleasedSchemas.Released::schema))
                .filter(schema -> schema.getNamespace().endsWith(".telemetry"))
                .forEach(schema -> {
                    Schema.Field first = schema.getFields().get(0);
                    assertThat(first.name()).as(schema.getFullName()).isEqualTo("header");
                    assertThat(first.schema().getFields().stream().map(Schema.Field::name))
                            .as(schema.getFullName())
                            .startsWith(HEADER_FIELDS.toArray(String[]::new));
                });
    }

    @Test
    void everyMeasureSaysItsUnitOrIsDocumented() {
        List<String> bare = new ArrayList<>();
        current.values().forEach(schema -> schema.getFields().stream()
                .filter(field -> field.schema().getType() == Schema.Type.DOUBLE)
                .filter(field -> field.doc() == null && !field.name().matches(".*(Ms|Hours)$"))
                .forEach(field -> bare.add(schema.getName() + "." + field.name())));
        assertThat(bare).isEmpty();
    }

    private static List<String> incompatibilities(String what, Schema reader, Schema writer) {
        SchemaCompatibility.SchemaPairCompatibility pair =
                SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        return pair.getType() == SchemaCompatibilityType.COMPATIBLE
                ? List.of()
                : pair.getResult().getIncompatibilities().stream()
                        .map(i -> reader.getName() + ": " + what + ": " + i.getMessage() + " at " + i.getLocation())
                        .toList();
    }
}
