package io.fairlead.schemas.wire;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParseException;
import org.apache.avro.specific.SpecificRecord;

/**
 * Writer schemas by fingerprint: those of this version, those of every released version (resources of this module), and
 * those learned from the schema topic. Thread-safe. Bounded to {@value #SCHEMAS_MAX} entries.
 */
public final class SchemaDirectory {

    static final int SCHEMAS_MAX = 10_000;

    private final Map<Long, Schema> byFingerprint = new ConcurrentHashMap<>();

    private SchemaDirectory() {}

    /** A directory of this version's and all released schemas. */
    public static SchemaDirectory builtIn() {
        SchemaDirectory directory = new SchemaDirectory();
        for (Class<? extends SpecificRecord> record : Contract.records()) {
            directory.add(Contract.schema(record));
        }
        ReleasedSchemas.load().forEach(released -> directory.add(released.schema()));
        return directory;
    }

    /** CRC-64-AVRO over the parsing canonical form, as single-object encoding carries it. */
    public static long fingerprint(Schema schema) {
        return SchemaNormalization.parsingFingerprint64(schema);
    }

    /** Key of a schema on the schema topic: its fingerprint as 16 lower-case hexadecimal digits. */
    public static String key(Schema schema) {
        return String.format("%016x", fingerprint(schema));
    }

    /** The schema that was written with this fingerprint, if it is known. */
    public Optional<Schema> find(long fingerprint) {
        return Optional.ofNullable(byFingerprint.get(fingerprint));
    }

    /**
     * Takes in a schema that a writer published.
     *
     * @param json the schema as JSON
     * @throws IllegalArgumentException when the text is no schema, or the directory is full
     */
    public void learn(String json) {
        Schema schema;
        try {
            schema = new Schema.Parser().parse(json);
        } catch (SchemaParseException e) {
            throw new IllegalArgumentException("Not an Avro schema: " + e.getMessage(), e);
        }
        if (byFingerprint.size() >= SCHEMAS_MAX) {
            throw new IllegalArgumentException(
                    "More than " + SCHEMAS_MAX
                            + " schemas on the schema topic; the new one is not taken in. Remove those that nobody writes any more.");
        }
        add(schema);
    }

    /** How many schemas are known. */
    public int size() {
        return byFingerprint.size();
    }

    private void add(Schema schema) {
        byFingerprint.putIfAbsent(fingerprint(schema), schema);
    }
}
