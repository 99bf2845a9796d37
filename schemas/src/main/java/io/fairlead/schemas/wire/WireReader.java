package io.fairlead.schemas.wire;

import io.fairlead.schemas.wire.UnreadableRecordException.Reason;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of the contract, whichever version wrote them: the writer's schema is found by its fingerprint and
 * resolved to this version's. Not thread-safe: one a thread.
 */
public final class WireReader {

    private static final Map<String, Schema> READER_SCHEMAS = readerSchemas();

    private final SchemaDirectory directory;
    private final SpecificData model = Contract.model();
    private final Map<Long, SpecificDatumReader<SpecificRecord>> readers = new HashMap<>();
    private long lastFingerprint;
    private @Nullable SpecificDatumReader<SpecificRecord> lastReader;
    private @Nullable BinaryDecoder decoder;

    /** @param directory where writer schemas are looked up; may learn while this reader is in use */
    public WireReader(SchemaDirectory directory) {
        this.directory = directory;
    }

    /**
     * Reads one value.
     *
     * @return a record of one of the classes of {@link Contract#records()}
     * @throws UnreadableRecordException saying what is wrong with the value
     */
    public SpecificRecord read(byte[] value) throws UnreadableRecordException {
        long fingerprint = SingleObject.fingerprint(value);
        SpecificDatumReader<SpecificRecord> reader = reader(fingerprint);
        BinaryDecoder body = DecoderFactory.get()
                .binaryDecoder(value, SingleObject.HEADER_BYTES, value.length - SingleObject.HEADER_BYTES, decoder);
        decoder = body;
        try {
            SpecificRecord record = reader.read(null, body);
            if (!body.isEnd()) {
                throw new UnreadableRecordException(
                        Reason.CORRUPT_BODY,
                        "Bytes are left over behind the " + record.getSchema().getName() + ".");
            }
            return record;
        } catch (IOException | RuntimeException e) {
            throw new UnreadableRecordException(
                    Reason.CORRUPT_BODY,
                    "The body is no " + reader.getExpected().getName() + ": "
                            + e.getClass().getSimpleName() + ": " + e.getMessage(),
                    e);
        }
    }

    private SpecificDatumReader<SpecificRecord> reader(long fingerprint) throws UnreadableRecordException {
        SpecificDatumReader<SpecificRecord> last = lastReader;
        if (last != null && fingerprint == lastFingerprint) {
            return last;
        }
        SpecificDatumReader<SpecificRecord> reader = readers.get(fingerprint);
        if (reader == null) {
            reader = newReader(fingerprint);
            readers.put(fingerprint, reader);
        }
        lastFingerprint = fingerprint;
        lastReader = reader;
        return reader;
    }

    private SpecificDatumReader<SpecificRecord> newReader(long fingerprint) throws UnreadableRecordException {
        Schema written = directory
                .find(fingerprint)
                .orElseThrow(() -> new UnreadableRecordException(
                        Reason.UNKNOWN_SCHEMA,
                        String.format(
                                "No schema with fingerprint %016x is known; its writer must publish it on the schema topic.",
                                fingerprint)));
        Schema expected = READER_SCHEMAS.get(written.getFullName());
        if (expected == null) {
            throw new UnreadableRecordException(
                    Reason.UNKNOWN_RECORD, "This version knows no record named " + written.getFullName() + ".");
        }
        try {
            SchemaCompatibility.SchemaPairCompatibility pair =
                    SchemaCompatibility.checkReaderWriterCompatibility(expected, written);
            if (pair.getType() != SchemaCompatibilityType.COMPATIBLE) {
                throw new UnreadableRecordException(
                        Reason.INCOMPATIBLE_SCHEMA,
                        String.format(
                                "The %s with fingerprint %016x can't be read by this version: %s",
                                written.getName(), fingerprint, pair.getResult().getIncompatibilities()));
            }
        } catch (AvroRuntimeException e) {
            throw new UnreadableRecordException(Reason.INCOMPATIBLE_SCHEMA, String.valueOf(e.getMessage()), e);
        }
        return new SpecificDatumReader<>(written, expected, model);
    }

    private static Map<String, Schema> readerSchemas() {
        Map<String, Schema> byName = new HashMap<>();
        Contract.records().forEach(record -> {
            Schema schema = Contract.schema(record);
            byName.put(schema.getFullName(), schema);
        });
        return Map.copyOf(byName);
    }
}
