package io.fairlead.schemas.wire;

import java.nio.charset.StandardCharsets;

/**
 * The header of a telemetry record, read from the first bytes without decoding the rest: enough for event time, routing
 * and the count of loss and duplicates. Stands on the rule of the contract that the header is the first field of every
 * telemetry record and that its own fields never change order; a test holds every released schema to it.
 *
 * @param fingerprint of the writer's schema
 * @param edgeId name of the edge
 * @param edgeEpochMs start of the edge's process, ms since the Unix epoch
 * @param partition of the topic it was sent to
 * @param sequence per edge, epoch, topic and partition
 * @param observedAtMs by the edge's clock, ms since the Unix epoch
 */
public record TelemetryPeek(
        long fingerprint, String edgeId, long edgeEpochMs, int partition, long sequence, long observedAtMs) {

    private static final int EDGE_ID_BYTES_MAX = 1_024;

    /**
     * Reads the header of an encoded telemetry record.
     *
     * @throws UnreadableRecordException when the bytes are no single-object encoding or end within the header
     */
    public static TelemetryPeek peek(byte[] value) throws UnreadableRecordException {
        long fingerprint = SingleObject.fingerprint(value);
        Cursor cursor = new Cursor(value);
        String edgeId = cursor.string();
        return new TelemetryPeek(
                fingerprint, edgeId, cursor.varLong(), (int) cursor.varLong(), cursor.varLong(), cursor.varLong());
    }

    /** Just the time of observation, with nothing allocated but the cursor; the same rules. */
    public static long observedAtMs(byte[] value) throws UnreadableRecordException {
        SingleObject.fingerprint(value);
        Cursor cursor = new Cursor(value);
        cursor.skipString();
        cursor.varLong();
        cursor.varLong();
        cursor.varLong();
        return cursor.varLong();
    }

    private static final class Cursor {
        private final byte[] value;
        private int at = SingleObject.HEADER_BYTES;

        Cursor(byte[] value) {
            this.value = value;
        }

        String string() throws UnreadableRecordException {
            int from = skipString();
            return new String(value, from, at - from, StandardCharsets.UTF_8);
        }

        /** Moves behind the string; returns where its bytes begin. */
        int skipString() throws UnreadableRecordException {
            long length = varLong();
            if (length < 0 || length > EDGE_ID_BYTES_MAX || length > value.length - at) {
                throw corrupt("an edge id of " + length + " bytes");
            }
            int from = at;
            at += (int) length;
            return from;
        }

        /** Zigzag variable-length long, at most 10 bytes. */
        long varLong() throws UnreadableRecordException {
            long raw = 0;
            for (int shift = 0; shift < 70; shift += 7) {
                if (at >= value.length) {
                    throw corrupt("an end after " + value.length + " bytes");
                }
                byte b = value[at++];
                raw |= (b & 0x7FL) << shift;
                if (b >= 0) {
                    return (raw >>> 1) ^ -(raw & 1);
                }
            }
            throw corrupt("a number of more than 10 bytes");
        }

        private static UnreadableRecordException corrupt(String what) {
            return new UnreadableRecordException(
                    UnreadableRecordException.Reason.CORRUPT_BODY, "The telemetry header has " + what + ".");
        }
    }
}
