package io.fairlead.edge.publish;

import io.fairlead.schemas.wire.Contract;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** About how many bytes a record holds in memory: enough to bound a queue by, without encoding anything. */
final class RecordWeight {

    private static final int OBJECT_BYTES = 64;
    private static final int FIELD_BYTES = 8;

    private RecordWeight() {}

    /** Fields whose values are not all of one size: the others need no look, which for a number would be an object each. */
    private static final ClassValue<int[]> OF_MANY_SIZES = new ClassValue<>() {
        @Override
        protected int[] computeValue(Class<?> type) {
            return Contract.schema(type.asSubclass(SpecificRecord.class)).getFields().stream()
                    .filter(field -> !isOfOneSize(field.schema()))
                    .mapToInt(Schema.Field::pos)
                    .toArray();
        }
    };

    private static boolean isOfOneSize(Schema schema) {
        return switch (schema.getType()) {
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, ENUM, NULL -> true;
            case UNION -> schema.getTypes().stream().allMatch(RecordWeight::isOfOneSize);
            default -> false;
        };
    }

    static int of(SpecificRecord record) {
        int bytes = OBJECT_BYTES + FIELD_BYTES * record.getSchema().getFields().size();
        for (int field : OF_MANY_SIZES.get(record.getClass())) {
            bytes += ofValue(record.get(field));
        }
        return bytes;
    }

    private static int ofValue(@Nullable Object value) {
        if (value instanceof CharSequence text) {
            return OBJECT_BYTES + text.length();
        }
        if (value instanceof SpecificRecord nested) {
            return of(nested);
        }
        if (value instanceof ByteBuffer bytes) {
            return OBJECT_BYTES + bytes.remaining();
        }
        if (value instanceof Collection<?> values) {
            int bytes = OBJECT_BYTES;
            for (Object each : values) {
                bytes += FIELD_BYTES + ofValue(each);
            }
            return bytes;
        }
        if (value instanceof Map<?, ?> values) {
            int bytes = OBJECT_BYTES;
            for (Map.Entry<?, ?> each : values.entrySet()) {
                bytes += 2 * FIELD_BYTES + ofValue(each.getKey()) + ofValue(each.getValue());
            }
            return bytes;
        }
        return 0; // its field is counted
    }
}
