package io.fairlead.schemas.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** Records of the contract in Avro's JSON encoding, for people to read and to write. */
public final class RecordJson {

    private static final SpecificData MODEL = Contract.model();

    private RecordJson() {}

    /** A record as one line of JSON. */
    public static String write(SpecificRecord record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Encoder encoder = EncoderFactory.get().jsonEncoder(record.getSchema(), bytes);
            new SpecificDatumWriter<SpecificRecord>(record.getSchema(), MODEL).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a record can't be written to memory", e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /**
     * Reads a record.
     *
     * @param schema of a record of the contract
     * @throws IOException if the text is no JSON
     * @throws org.apache.avro.AvroRuntimeException if it does not fit the schema: every field must be there
     */
    public static SpecificRecord read(Schema schema, String json) throws IOException {
        return new SpecificDatumReader<SpecificRecord>(schema, schema, MODEL)
                .read(null, DecoderFactory.get().jsonDecoder(schema, json));
    }
}
