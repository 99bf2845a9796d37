package io.fairlead.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.cli.UserError;
import io.fairlead.schemas.config.Authorship;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** A config record as JSON that people read and change. */
final class ConfigDocument {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AUTHORSHIP = "authorship";

    private final Schema schema;
    private final ObjectNode fields;

    private ConfigDocument(Schema schema, ObjectNode fields) {
        this.schema = schema;
        this.fields = fields;
    }

    static ConfigDocument of(SpecificRecord record) {
        try {
            return new ConfigDocument(record.getSchema(), (ObjectNode) JSON.readTree(json(record)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Avro wrote JSON that is none", e);
        }
    }

    /** A record as one line of JSON. */
    static String json(SpecificRecord record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Encoder encoder = EncoderFactory.get().jsonEncoder(record.getSchema(), bytes);
            new SpecificDatumWriter<SpecificRecord>(record.getSchema(), SpecificData.get()).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException("a record can't be written to memory", e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /**
     * Lays {@code name=value} over the fields; a value is JSON, or else text.
     *
     * @throws UserError naming a field that does not exist
     */
    ConfigDocument with(List<String> assignments) {
        ObjectNode changed = fields.deepCopy();
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw new UserError("'" + assignment + "' is no FIELD=VALUE.");
            }
            String name = assignment.substring(0, equals);
            changed.set(known(name), value(assignment.substring(equals + 1)));
        }
        return new ConfigDocument(schema, changed);
    }

    /** Lays the fields of a JSON object over these. */
    ConfigDocument withJson(String text, String where) {
        ObjectNode changed = fields.deepCopy();
        try {
            JsonNode told = JSON.readTree(text);
            if (!(told instanceof ObjectNode object)) {
                throw new UserError(where + " holds no JSON object.");
            }
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                changed.set(known(field.getKey()), field.getValue());
            }
        } catch (JsonProcessingException e) {
            throw new UserError(where + " is no JSON: " + e.getOriginalMessage(), e);
        }
        return new ConfigDocument(schema, changed);
    }

    /**
     * The record with this authorship.
     *
     * @throws UserError naming what does not fit
     */
    SpecificRecord record(Authorship authorship) {
        ObjectNode whole = fields.deepCopy();
        try {
            whole.set(AUTHORSHIP, JSON.readTree(json(authorship)));
            return new SpecificDatumReader<SpecificRecord>(schema, schema, SpecificData.get())
                    .read(null, DecoderFactory.get().jsonDecoder(schema, whole.toString()));
        } catch (IOException | AvroRuntimeException e) {
            throw new UserError(
                    "That is no " + schema.getName() + ": " + e.getMessage() + ". Its fields are " + describe() + ".",
                    e);
        }
    }

    /** For people: a line a field, authorship last. */
    String pretty() {
        ObjectNode shown = fields.deepCopy();
        JsonNode authorship = shown.remove(AUTHORSHIP);
        if (authorship != null) {
            shown.set(AUTHORSHIP, authorship);
        }
        return shown.toPrettyString();
    }

    /** Fields that differ, as {@code name: before → after}, without authorship. */
    static List<String> changes(SpecificRecord before, SpecificRecord after) {
        ObjectNode old = of(before).fields;
        ObjectNode now = of(after).fields;
        List<String> lines = new ArrayList<>();
        now.fieldNames().forEachRemaining(name -> {
            if (!name.equals(AUTHORSHIP) && !now.get(name).equals(old.get(name))) {
                lines.add(name + ": " + old.get(name) + " → " + now.get(name));
            }
        });
        return lines;
    }

    private String known(String name) {
        if (schema.getField(name) == null || name.equals(AUTHORSHIP)) {
            throw new UserError(
                    "A " + schema.getName() + " has no field '" + name + "'; its fields are " + describe() + ".");
        }
        return name;
    }

    private String describe() {
        return String.join(
                ", ",
                schema.getFields().stream()
                        .map(Schema.Field::name)
                        .filter(name -> !name.equals(AUTHORSHIP))
                        .toList());
    }

    private static JsonNode value(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.getNodeFactory().textNode(text); // what is no JSON is meant as text
        }
    }
}
