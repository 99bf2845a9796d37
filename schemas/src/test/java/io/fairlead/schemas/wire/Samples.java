package io.fairlead.schemas.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** Records of any schema with every field filled, from a seed. */
final class Samples {

    private final Random random;

    Samples(long seed) {
        random = new Random(seed);
    }

    SpecificRecord of(Class<? extends SpecificRecord> type) {
        return (SpecificRecord) value(Contract.schema(type));
    }

    private Object value(Schema schema) {
        return switch (schema.getType()) {
            case RECORD -> {
                SpecificRecord record = (SpecificRecord)
                        SpecificData.newInstance(Contract.model().getClass(schema), schema);
                schema.getFields().forEach(field -> record.put(field.pos(), value(field.schema())));
                yield record;
            }
            case ENUM ->
                Contract.model()
                        .createEnum(
                                schema.getEnumSymbols()
                                        .get(random.nextInt(
                                                schema.getEnumSymbols().size())),
                                schema);
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(value(schema.getElementType()));
                }
                yield items;
            }
            case MAP -> {
                Map<String, Object> entries = new HashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    entries.put("k" + i, value(schema.getValueType()));
                }
                yield entries;
            }
            case STRING -> "ü" + Long.toString(random.nextLong(), 36);
            case BYTES -> ByteBuffer.wrap(Long.toString(random.nextLong()).getBytes(StandardCharsets.UTF_8));
            case INT -> random.nextInt();
            case LONG -> random.nextLong();
            case DOUBLE -> random.nextDouble();
            case FLOAT -> random.nextFloat();
            case BOOLEAN -> random.nextBoolean();
            case UNION ->
                value(schema.getTypes().get(random.nextInt(schema.getTypes().size())));
            case NULL -> null;
            case FIXED -> throw new AssertionError("The contract has no " + schema);
        };
    }
}
