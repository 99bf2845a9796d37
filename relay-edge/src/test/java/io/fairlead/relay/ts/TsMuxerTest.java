package io.fairlead.relay.ts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the program is made of. */
class TsMuxerTest {

    private static final int TABLES = 3 * TsPackets.BYTES;
    private static final int AAC = 0x0F;

    /** Headers have no time of their own: in a room that has run for long nothing is gone because of them. */
    @Test
    void soundThatIsAnnouncedIsInTheFirstProgramOfARoomThatHasRunForLong() {
        List<Tag> tags = TransportStreams.tags(UnpooledByteBufAllocator.DEFAULT, 0, 2, 0, new Random(1));
        List<Tag> late = TransportStreams.tags(UnpooledByteBufAllocator.DEFAULT, 2, 2, 3_600_000, new Random(1));
        late.subList(0, tags.size()).forEach(Tag::release);
        tags.addAll(late.subList(tags.size(), late.size()));
        ByteBuf written = TransportStreams.written(UnpooledByteBufAllocator.DEFAULT, tags);
        try {
            assertThat(hasSound(written.slice(0, TABLES)))
                    .as("the tables before the first picture name sound")
                    .isTrue();
        } finally {
            written.release();
            tags.forEach(Tag::release);
        }
    }

    private static boolean hasSound(ByteBuf tables) {
        for (int at = tables.readerIndex(); at + 2 < tables.writerIndex(); at++) {
            if (tables.getByte(at) == AAC && (tables.getUnsignedShort(at + 1) & 0x1FFF) == TsPackets.AUDIO_PID) {
                return true;
            }
        }
        return false;
    }
}
