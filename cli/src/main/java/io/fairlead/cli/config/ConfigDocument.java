package io.fairlead.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.cli.UserError;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.wire.RecordJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
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
            return new ConfigDocument(record.getSchema(), (ObjectNode) JSON.readTree(RecordJson.write(record)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Avro wrote JSON that is none", e);
        }
    }

    /**
     * Lays {@code name=value} over the fields; a value is JSON, or else text.
     *
     * @throws UserError naming a field that does not exist, or a value that is of another type
     */
    ConfigDocument with(List<String> assignments) {
        ObjectNode changed = fields.deepCopy();
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw new UserError("'" + assignment + "' is no FIELD=VALUE.");
            }
            String name = assignment.substring(0, equals);
            set(changed, name, value(assignment.substring(equals + 1)));
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
                set(changed, field.getKey(), field.getValue());
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
            whole.set(AUTHORSHIP, JSON.readTree(RecordJson.write(authorship)));
            return RecordJson.read(schema, whole.toString());
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
        List<String> lines = new ArrayList<>();
        changes("", of(before).fields, of(after).fields, lines);
        return lines;
    }

    private static void changes(String within, ObjectNode old, ObjectNode now, List<String> lines) {
        for (Map.Entry<String, JsonNode> field : now.properties()) {
            String name = field.getKey();
            JsonNode before = old.get(name);
            if (name.equals(AUTHORSHIP) || field.getValue().equals(before)) {
                continue;
            }
            if (before instanceof ObjectNode oldRecord && field.getValue() instanceof ObjectNode record) {
                changes(within + name + ".", unwrapped(oldRecord), unwrapped(record), lines);
            } else {
                lines.add(within + name + ": " + before + " → " + field.getValue());
            }
        }
    }

    /** Avro writes a record that may be missing as an object within one that has its full name. */
    private static ObjectNode unwrapped(ObjectNode value) {
        Map.Entry<String, JsonNode> only =
                value.size() == 1 ? value.properties().iterator().next() : null;
        return only != null && only.getKey().indexOf('.') > 0 && only.getValue() instanceof ObjectNode record
                ? record
                : value;
    }

    /** Fields that differ, as a JSON object of what they are after. */
    static String difference(SpecificRecord before, SpecificRecord after) {
        ObjectNode old = of(before).fields;
        ObjectNode changed = of(after).fields;
        changed.remove(AUTHORSHIP);
        changed.properties().removeIf(field -> field.getValue().equals(old.get(field.getKey())));
        return changed.toString();
    }

    private void set(ObjectNode changed, String name, JsonNode value) {
        Schema.Field field = schema.getField(name);
        if (field == null || name.equals(AUTHORSHIP)) {
            throw new UserError(
                    "A " + schema.getName() + " has no field '" + name + "'; its fields are " + describe() + ".");
        }
        String wanted = wanted(field.schema(), value);
        if (!wanted.isEmpty()) {
            throw new UserError(name + " is " + value + " but must be " + wanted + ".");
        }
        changed.set(name, value);
    }

    /** What a value of the type must be, in words; empty: this one is. What is nested is left to Avro. */
    private static String wanted(Schema type, JsonNode value) {
        return switch (type.getType()) {
            case DOUBLE, FLOAT -> value.isNumber() ? "" : "a number";
            case LONG, INT -> value.isIntegralNumber() ? "" : "a whole number";
            case STRING -> value.isTextual() ? "" : "a text";
            case BOOLEAN -> value.isBoolean() ? "" : "true or false";
            case ENUM ->
                value.isTextual() && type.hasEnumSymbol(value.textValue())
                        ? ""
                        : "one of " + String.join(", ", type.getEnumSymbols());
            case ARRAY -> value.isArray() ? "" : "a list, such as [\"a\", \"b\"]";
            case MAP, RECORD -> value.isObject() ? "" : "an object, such as {\"name\": …}";
            default -> "";
        };
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
