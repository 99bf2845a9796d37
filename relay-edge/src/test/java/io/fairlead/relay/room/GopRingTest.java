package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.UnpooledByteBufAllocator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GopRingTest {

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @Test
    void aViewerBeginsAtTheLastKeyFrameOrTheOneBeforeIfThatIsYoung() {
        GopRing ring = new GopRing(new RingBounds(1_000, 1 << 20, 10_000, 500));
        assertThat(ring.start()).isNull();
        frames(ring, 0, 50);
        frames(ring, 50, 61);
        assertThat(ring.start().timeMs()).isZero();
        frames(ring, 61, 64);
        assertThat(ring.start().timeMs()).isEqualTo(2_000);
        assertThat(ring.newest().timeMs()).isEqualTo(2_000);
        ring.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void twoGroupsAndWhatLaggingViewersMayNeedAreKept() {
        GopRing ring = new GopRing(new RingBounds(10_000, 1 << 20, 5_000, 0));
        frames(ring, 0, 500);
        assertThat(ring.tag(ring.first()).timeMs()).isEqualTo(14_000);
        ring.close();
    }

    @Test
    void ofAnEndlessGroupTheBeginningGoesAndNobodyBeginsThere() {
        GopRing ring = new GopRing(new RingBounds(100, 1 << 20, 60_000, 0));
        ring.add(Flv.tag(allocator, TagKind.VIDEO, 0, Flv.key(0, 20)));
        for (int each = 1; each < 500; each++) {
            ring.add(Flv.tag(allocator, TagKind.VIDEO, each * 40L, Flv.frame(each, 20)));
        }
        assertThat(ring.next() - ring.first()).isEqualTo(100);
        assertThat(ring.start()).isNull();
        ring.close();
    }

    @Test
    void whenVideoComesNoMoreNobodyBeginsWithTheLastPicture() {
        GopRing ring = new GopRing(new RingBounds(10_000, 1 << 20, 5_000, 500));
        frames(ring, 0, 60);
        for (int each = 0; each < 1_000; each++) {
            ring.add(Flv.tag(allocator, TagKind.AUDIO, 2_400 + each * 20L, Flv.sound(each, 20)));
        }
        assertThat(ring.hasVideo()).isFalse();
        assertThat(ring.start().timeMs()).isBetween(21_880L, 21_900L);
        assertThat(ring.tag(ring.first()).timeMs()).isGreaterThanOrEqualTo(17_380);
        frames(ring, 600, 602);
        assertThat(ring.hasVideo()).isTrue();
        assertThat(ring.start().timeMs()).isEqualTo(24_000);
        ring.close();
    }

    @Test
    void withoutVideoAnyoneBeginsNearTheEnd() {
        GopRing ring = new GopRing(new RingBounds(10_000, 1 << 20, 5_000, 500));
        for (int each = 0; each < 1_000; each++) {
            ring.add(Flv.tag(allocator, TagKind.AUDIO, each * 20L, Flv.sound(each, 20)));
        }
        assertThat(ring.start().timeMs()).isBetween(19_480L, 19_500L);
        assertThat(ring.tag(ring.first()).timeMs()).isGreaterThanOrEqualTo(14_980);
        ring.close();
    }

    @Test
    void placesToBeginKnowTheHeadersOfTheirTime() {
        GopRing ring = new GopRing(RingBounds.DEFAULTS);
        ring.add(Flv.tag(allocator, TagKind.VIDEO, 0, Flv.avcHeader(1)));
        ring.add(Flv.tag(allocator, TagKind.VIDEO, 0, Flv.key(0, 20)));
        Headers before = ring.headers();
        ring.add(Flv.tag(allocator, TagKind.VIDEO, 1_000, Flv.avcHeader(1)));
        assertThat(ring.headers()).isSameAs(before);
        ring.add(Flv.tag(allocator, TagKind.VIDEO, 1_000, Flv.avcHeader(2)));
        ring.add(Flv.tag(allocator, TagKind.VIDEO, 1_000, Flv.key(1, 20)));
        assertThat(ring.startAt(1).headers()).isSameAs(before);
        assertThat(ring.newest().headers()).isNotSameAs(before);
        ring.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    /** Any order of key frames, frames and sounds of any size and time: bounds hold, and every byte comes back. */
    @Property(tries = 150)
    void boundsHoldWhateverComes(
            @ForAll @Size(max = 400) byte[] kinds,
            @ForAll @IntRange(min = 1, max = 60) int maxTags,
            @ForAll @IntRange(min = 50, max = 5_000) int maxBytes) {
        GopRing ring = new GopRing(new RingBounds(maxTags, maxBytes, 500, 100));
        long time = 0;
        int largest = 0;
        for (byte kind : kinds) {
            time += kind & 0x3F;
            byte[] payload =
                    switch (kind & 3) {
                        case 0 -> Flv.key(kind, 20 + (kind & 0xF0));
                        case 1 -> Flv.sound(kind, 20);
                        default -> Flv.frame(kind, 20 + (kind & 0x70));
                    };
            largest = Math.max(largest, payload.length + 15);
            ring.add(Flv.tag(allocator, (kind & 3) == 1 ? TagKind.AUDIO : TagKind.VIDEO, time, payload));
            assertThat(ring.next() - ring.first()).isBetween(1L, (long) maxTags);
            assertThat(ring.bytes()).isLessThanOrEqualTo(Math.max(maxBytes, largest));
            assertThat(allocator.metric().usedDirectMemory()).isEqualTo(ring.bytes());
            GopRing.Start start = ring.start();
            assertThat(start == null || start.index() >= ring.first()).isTrue();
        }
        GopRing copy = ring.copy();
        ring.close();
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(copy.bytes());
        copy.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void frames(GopRing ring, int from, int to) {
        for (int each = from; each < to; each++) {
            ring.add(Flv.tag(
                    allocator, TagKind.VIDEO, each * 40L, each % 50 == 0 ? Flv.key(each, 30) : Flv.frame(each, 20)));
        }
    }
}
