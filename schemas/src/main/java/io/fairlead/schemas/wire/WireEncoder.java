package io.fairlead.schemas.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** Writes records of the contract in single-object encoding. Thread-safe; each thread keeps one buffer. */
public final class WireEncoder {

    private static final SpecificData MODEL = Contract.model();
    private static final ClassValue<Format> FORMATS = new ClassValue<>() {
        @Override
        protected Format computeValue(Class<?> type) {
            return new Format(MODEL.getSchema(type));
        }
    };
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private WireEncoder() {}

    /**
     * Encodes one record.
     *
     * @throws IllegalArgumentException when a field without default is unset
     */
    public static byte[] encode(SpecificRecord record) {
        Format format = FORMATS.get(record.getClass());
        Scratch scratch = SCRATCH.get();
        scratch.bytes.reset();
        scratch.bytes.writeBytes(format.header);
        scratch.encoder = EncoderFactory.get().directBinaryEncoder(scratch.bytes, scratch.encoder);
        try {
            format.writer.write(record, scratch.encoder);
            scratch.encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NullPointerException | ClassCastException e) {
            throw new IllegalArgumentException(
                    "A " + format.name + " can't be encoded, a field is unset or of another type: " + e.getMessage(),
                    e);
        }
        return scratch.bytes.toByteArray();
    }

    private static final class Format {
        final String name;
        final byte[] header;
        final SpecificDatumWriter<SpecificRecord> writer;

        Format(Schema schema) {
            name = schema.getName();
            header = SingleObject.header(SchemaDirectory.fingerprint(schema));
            writer = new SpecificDatumWriter<>(schema, MODEL);
        }
    }

    private static final class Scratch {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    }
}
