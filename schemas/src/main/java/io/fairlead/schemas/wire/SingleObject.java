package io.fairlead.schemas.wire;

/**
 * Frame of Avro's single-object encoding: C3 01, then the CRC-64-AVRO fingerprint of the writer's schema (little
 * endian), then the body. Source: Avro 1.12 specification, "Single-object encoding".
 */
final class SingleObject {

    static final int HEADER_BYTES = 10;
    private static final byte MAGIC_0 = (byte) 0xC3;
    private static final byte MAGIC_1 = 0x01;

    private SingleObject() {}

    static byte[] header(long fingerprint) {
        byte[] header = new byte[HEADER_BYTES];
        header[0] = MAGIC_0;
        header[1] = MAGIC_1;
        for (int i = 0; i < Long.BYTES; i++) {
            header[2 + i] = (byte) (fingerprint >>> (8 * i));
        }
        return header;
    }

    /**
     * Fingerprint of the writer's schema.
     *
     * @throws UnreadableRecordException when the bytes are no single-object encoding
     */
    static long fingerprint(byte[] value) throws UnreadableRecordException {
        if (value.length < HEADER_BYTES) {
            throw new UnreadableRecordException(
                    UnreadableRecordException.Reason.NOT_SINGLE_OBJECT,
                    "The value has " + value.length + " bytes; single-object encoding begins with " + HEADER_BYTES
                            + " (C3 01 and a schema fingerprint).");
        }
        if (value[0] != MAGIC_0 || value[1] != MAGIC_1) {
            throw new UnreadableRecordException(
                    UnreadableRecordException.Reason.NOT_SINGLE_OBJECT,
                    String.format(
                            "The value begins with %02X %02X; single-object encoding begins with C3 01.",
                            value[0], value[1]));
        }
        long fingerprint = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            fingerprint |= (value[2 + i] & 0xFFL) << (8 * i);
        }
        return fingerprint;
    }
}
