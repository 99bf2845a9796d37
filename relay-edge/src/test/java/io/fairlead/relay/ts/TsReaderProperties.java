package io.fairlead.relay.ts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever comes in, in pieces of any size: no exception, no more memory than the bound says, nothing kept at the end. */
class TsReaderProperties {

    private static final int MAX_TAG_BYTES = 2_000;

    /** A PES packet of either kind, grown by doubling, what is kept of a sound, and a tag that is being made of them. */
    private static final long MOST_BYTES = 8L * MAX_TAG_BYTES + 2L * AacConfig.MOST_FRAME_BYTES + 2 * 4_096;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    @Property(tries = 40)
    void piecesOfAnySizeGiveTheSameTags(@ForAll long seed, @ForAll @IntRange(min = 10, max = 500) int piece) {
        ByteBuf stream = stream(seed);
        List<Integer> whole = hashes(stream.duplicate(), stream.readableBytes());
        assertThat(whole).hasSize(18);
        assertThat(hashes(stream.duplicate(), piece)).isEqualTo(whole);
    }

    @Property(tries = 150)
    void aStreamWithWrongBytesEndsInOrder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 40) int wrong,
            @ForAll @IntRange(min = 50, max = 1_000) int piece) {
        Random random = new Random(seed);
        ByteBuf stream = stream(seed);
        for (int each = 0; each < wrong; each++) {
            int place = random.nextInt(stream.readableBytes());
            if (place % TsPackets.BYTES != 0 || random.nextInt(20) == 0) {
                stream.setByte(place, random.nextInt(256));
            }
        }
        stream.writerIndex(random.nextInt(stream.readableBytes()));
        hashes(stream, piece);
    }

    @Property(tries = 100)
    void packetsOfRubbishEndInOrder(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int packets) {
        Random random = new Random(seed);
        ByteBuf stream = Unpooled.buffer();
        TsPackets counters = new TsPackets();
        ProgramTables.pat(stream, counters);
        ProgramTables.pmt(
                stream,
                counters,
                0,
                true,
                random.nextBoolean() ? StreamKind.AVC : StreamKind.HEVC,
                random.nextBoolean() ? StreamKind.AAC : StreamKind.MP3);
        for (int each = 0; each < packets; each++) {
            byte[] rubbish = new byte[TsPackets.BYTES];
            random.nextBytes(rubbish);
            rubbish[0] = TsPackets.SYNC;
            rubbish[1] = (byte) (random.nextBoolean() ? 0x41 : 0x01);
            rubbish[2] = (byte) random.nextInt(2);
            rubbish[3] = (byte) (0x10 | random.nextInt(16));
            if (rubbish[1] == 0x41) {
                byte[] head = {0, 0, 1, (byte) 0xE0, 0, 0, (byte) 0x80, (byte) 0x80, 5};
                System.arraycopy(head, 0, rubbish, 4, head.length);
                byte[] unit = {0, 0, 1, (byte) (0x67 + random.nextInt(2))};
                System.arraycopy(unit, 0, rubbish, 20, unit.length);
            }
            stream.writeBytes(rubbish);
        }
        hashes(stream, 1_000);
    }

    private ByteBuf stream(long seed) {
        List<Tag> tags = TransportStreams.tags(allocator, 8, 4, 0, new Random(seed));
        ByteBuf stream = TransportStreams.written(allocator, tags);
        tags.forEach(Tag::release);
        return stream;
    }

    private List<Integer> hashes(ByteBuf bytes, int piece) {
        List<Integer> hashes = new ArrayList<>();
        TsReader reader = new TsReader(allocator, MAX_TAG_BYTES, tag -> {
            hashes.add(tag.hash());
            demandBound();
            tag.release();
        });
        while (bytes.isReadable()) {
            Malformed wrong = reader.read(bytes.readSlice(Math.min(piece, bytes.readableBytes())));
            demandBound();
            if (wrong != null) {
                assertThat(wrong.offset()).isBetween(0L, reader.offset());
                break;
            }
        }
        reader.end();
        reader.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        return hashes;
    }

    /** Asked for each piece: an assertion with words would take most of the time. */
    private void demandBound() {
        long used = allocator.metric().usedDirectMemory();
        if (used > MOST_BYTES) {
            throw new AssertionError(used + " bytes are held; the most is " + MOST_BYTES);
        }
    }
}
