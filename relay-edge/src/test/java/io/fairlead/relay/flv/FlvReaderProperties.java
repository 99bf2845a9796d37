package io.fairlead.relay.flv;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever comes in, in pieces of any size: no exception, no more memory than a tag may have, nothing kept at the end. */
class FlvReaderProperties {

    private static final int MAX_TAG_BYTES = 2_000;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @Property(tries = 100)
    void piecesOfAnySizeGiveTheSameTags(@ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int piece) {
        ByteBuf stream = Flv.stream(20, 5, 0, new Random(seed));
        List<Integer> whole = hashes(stream.duplicate(), stream.readableBytes());
        assertThat(whole).hasSize(43);
        assertThat(hashes(stream.duplicate(), piece)).isEqualTo(whole);
    }

    @Property(tries = 200)
    void rubbishEndsInOrder(@ForAll @Size(max = 400) byte[] bytes, @ForAll @IntRange(min = 1, max = 64) int piece) {
        hashes(Unpooled.wrappedBuffer(bytes), piece);
        ByteBuf behindHead = Unpooled.buffer();
        FlvWriter.fileHeader(behindHead, true, true);
        hashes(behindHead.writeBytes(bytes), piece);
    }

    @Property(tries = 200)
    void aStreamWithWrongBytesEndsInOrder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 20) int wrong,
            @ForAll @IntRange(min = 1, max = 500) int piece) {
        Random random = new Random(seed);
        ByteBuf stream = Flv.stream(20, 5, 0, random);
        for (int each = 0; each < wrong; each++) {
            stream.setByte(random.nextInt(stream.readableBytes()), random.nextInt(256));
        }
        stream.writerIndex(random.nextInt(stream.readableBytes()));
        hashes(stream, piece);
    }

    private List<Integer> hashes(ByteBuf bytes, int piece) {
        List<Integer> hashes = new ArrayList<>();
        FlvReader reader = new FlvReader(allocator, MAX_TAG_BYTES, tag -> {
            hashes.add(tag.hash());
            tag.release();
        });
        while (bytes.isReadable()) {
            Malformed wrong = reader.read(bytes.readSlice(Math.min(piece, bytes.readableBytes())));
            assertThat(allocator.metric().usedDirectMemory())
                    .isLessThanOrEqualTo(MAX_TAG_BYTES + Tag.HEADER_BYTES + Tag.TRAILER_BYTES);
            if (wrong != null) {
                break;
            }
        }
        reader.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        return hashes;
    }
}
