package io.fairlead.edge.publish;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One record as it is sent to Kafka, and its frame in the spool: length of the payload (4 bytes), CRC32C of the payload (4),
 * payload: length of the topic's name (2), the name, partition (4), length of the key (4), key, value. Big endian.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SpooledRecord(String topic, int partition, byte[] key, byte[] value) {

    static final int FRAME_HEAD_BYTES = 8;
    private static final int FIXED_BYTES = 2 + 4 + 4;

    /** Largest payload: what Kafka takes, and room for the names. */
    static final int PAYLOAD_BYTES_MAX = 1_048_576 + 65_536;

    int frameBytes() {
        return FRAME_HEAD_BYTES
                + FIXED_BYTES
                + topic.getBytes(StandardCharsets.UTF_8).length
                + key.length
                + value.length;
    }

    /** Writes the frame; there must be room for {@link #frameBytes}. */
    void writeTo(ByteBuffer frames) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        int head = frames.position();
        frames.position(head + FRAME_HEAD_BYTES);
        frames.putShort((short) name.length).put(name).putInt(partition);
        frames.putInt(key.length).put(key).put(value);
        int payloadBytes = frames.position() - head - FRAME_HEAD_BYTES;
        frames.putInt(head, payloadBytes);
        frames.putInt(head + 4, checksum(frames, head + FRAME_HEAD_BYTES, payloadBytes));
    }

    /**
     * Reads a payload whose checksum has been found right.
     *
     * @throws IllegalArgumentException if the lengths in it contradict each other
     */
    static SpooledRecord read(ByteBuffer frames, int at, int payloadBytes) {
        ByteBuffer payload = frames.duplicate().position(at).limit(at + payloadBytes);
        int nameBytes = payload.getShort() & 0xFFFF;
        if (nameBytes > payload.remaining() - 8) {
            throw new IllegalArgumentException("a topic's name of " + nameBytes + " bytes");
        }
        byte[] name = new byte[nameBytes];
        payload.get(name);
        int partition = payload.getInt();
        int keyBytes = payload.getInt();
        if (keyBytes < 0 || keyBytes > payload.remaining()) {
            throw new IllegalArgumentException("a key of " + keyBytes + " bytes");
        }
        byte[] key = new byte[keyBytes];
        payload.get(key);
        byte[] value = new byte[payload.remaining()];
        payload.get(value);
        return new SpooledRecord(new String(name, StandardCharsets.UTF_8), partition, key, value);
    }

    static boolean plausible(int payloadBytes) {
        return payloadBytes >= FIXED_BYTES && payloadBytes <= PAYLOAD_BYTES_MAX;
    }

    static int checksum(ByteBuffer bytes, int at, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate().position(at).limit(at + length));
        return (int) checksum.getValue();
    }
}
