package io.fairlead.jobs.source;

import io.fairlead.schemas.decisions.DeadLetter;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What becomes of a record that a job can't read: it goes to the topic of dead letters with the reason. */
public final class DeadLetters {

    /** Bytes of a value that a dead letter keeps. */
    public static final int VALUE_BYTES_MAX = 65_536;

    private static final int KEY_BYTES_MAX = 1_024;
    private static final int REASON_CHARS_MAX = 2_000;

    private DeadLetters() {}

    /**
     * The dead letter of a record, ready for its topic.
     *
     * @param record that can't be read
     * @param reason a sentence
     * @param readBy name of the job
     * @param nowMs by the job's clock, ms since the Unix epoch
     */
    public static RawRecord of(RawRecord record, String reason, String readBy, long nowMs) {
        byte[] value = record.value();
        DeadLetter letter = DeadLetter.newBuilder()
                .setTopic(record.topic())
                .setPartition(record.partition())
                .setOffset(record.offset())
                .setBrokerTimeMs(record.brokerTimeMs())
                .setReason(reason.length() <= REASON_CHARS_MAX ? reason : reason.substring(0, REASON_CHARS_MAX))
                .setReadBy(readBy)
                .setFailedAtMs(nowMs)
                .setKey(head(record.key(), KEY_BYTES_MAX))
                .setValue(head(value, VALUE_BYTES_MAX))
                .setValueBytes(value == null ? 0 : value.length)
                .build();
        return new RawRecord(
                Topics.DEADLETTERS.name(),
                0,
                0,
                nowMs,
                record.position().getBytes(StandardCharsets.UTF_8),
                WireEncoder.encode(letter));
    }

    private static ByteBuffer head(byte @Nullable [] bytes, int bytesMax) {
        return bytes == null ? ByteBuffer.allocate(0) : ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, bytesMax));
    }
}
