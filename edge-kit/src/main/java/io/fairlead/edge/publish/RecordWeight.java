package io.fairlead.edge.publish;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** About how many bytes a record holds in memory: enough to bound a queue by, without encoding anything. */
final class RecordWeight {

    private static final int OBJECT_BYTES = 64;
    private static final int FIELD_BYTES = 8;

    private RecordWeight() {}

    static int of(SpecificRecord record) {
        int fields = record.getSchema().getFields().size();
        int bytes = OBJECT_BYTES;
        for (int field = 0; field < fields; field++) {
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
                bytes += ofValue(each);
            }
            return bytes;
        }
        if (value instanceof Map<?, ?> values) {
            int bytes = OBJECT_BYTES;
            for (Map.Entry<?, ?> each : values.entrySet()) {
                bytes += ofValue(each.getKey()) + ofValue(each.getValue());
            }
            return bytes;
        }
        return FIELD_BYTES;
    }
}
