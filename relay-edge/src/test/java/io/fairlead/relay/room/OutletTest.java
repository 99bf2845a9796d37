package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A crowd on one event loop, which gets each batch a slice at a time. */
class OutletTest {

    private static final int CROWD = 3 * Outlet.SLICE;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final EmbeddedChannel place = new EmbeddedChannel();
    private final RoomCounters counters = new RoomCounters();
    private final Outlet outlet = new Outlet(
            place.eventLoop(),
            new GopRing(RoomSettings.DEFAULTS.ring()),
            () -> RoomSettings.DEFAULTS,
            new RoomStory(),
            allocator,
            left -> {});
    private final List<Watching> all = new ArrayList<>();

    private final class Watching {

        private final EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            public EventLoop eventLoop() {
                return place.eventLoop();
            }
        };

        private final Viewer viewer =
                new Viewer(channel, Framing.STREAM, Container.FLV, RoomSettings.DEFAULTS, counters, () -> 0);
        private long bytes;

        private Watching() {
            channel.config().setAllocator(allocator);
            outlet.add(viewer);
            all.add(this);
        }

        private long read() {
            long before = bytes;
            for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
                bytes += each.readableBytes();
                each.release();
            }
            return bytes - before;
        }
    }

    private static long served(List<Watching> among) {
        return among.stream().filter(each -> each.read() > 0).count();
    }

    private List<Tag> frame(int number) {
        byte[] payload = number == 0 ? Flv.key(number, 200) : Flv.frame(number, 100);
        Tag tag = Flv.tag(allocator, TagKind.VIDEO, number * 40L, payload);
        tag.stamp(number * 40L);
        return List.of(tag);
    }

    /** The loop goes round often enough for each slice. */
    private void passes() {
        for (int each = 0; each < CROWD / Outlet.SLICE; each++) {
            place.runPendingTasks();
        }
    }

    private void crowd() {
        outlet.take(frame(0));
        for (int each = 0; each < CROWD; each++) {
            new Watching();
        }
        assertThat(served(all)).isEqualTo(CROWD);
    }

    @AfterEach
    void everyByteComesBack() {
        outlet.endAll(ViewerEnd.EDGE_STOPPED);
        outlet.close();
        all.forEach(each -> each.channel.finishAndReleaseAll());
        place.finishAndReleaseAll();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void theLoopLooksAtItsConnectionsBetweenSlices() {
        crowd();
        outlet.take(frame(1));
        assertThat(served(all)).isEqualTo(Outlet.SLICE);
        passes();
        assertThat(served(all)).isEqualTo(CROWD - Outlet.SLICE);
    }

    @Test
    void whoComesAndGoesBetweenSlicesKeepsNobodyFromTheirs() {
        crowd();
        outlet.take(frame(1));
        assertThat(served(all)).isEqualTo(Outlet.SLICE);
        for (int gone : List.of(CROWD - 1, CROWD - 3, 5, 0)) { // two who are served, two who are not
            all.remove(gone).viewer.end(ViewerEnd.LEFT);
        }
        Watching newcomer = new Watching();
        assertThat(newcomer.read()).isPositive();
        passes();
        assertThat(served(all)).isEqualTo(CROWD - Outlet.SLICE - 2);
        assertThat(newcomer.viewer.writtenTo()).isEqualTo(2);
        assertThat(all).allMatch(each -> each.viewer.writtenTo() == 2);
        assertThat(all.stream()
                        .filter(each -> each != newcomer)
                        .mapToLong(each -> each.bytes)
                        .distinct())
                .as("everybody has had the same")
                .hasSize(1);
    }

    @Test
    void theNextBatchAndTheEndWaitForThoseWhoHaveNotHadTheLast() {
        crowd();
        outlet.take(frame(1));
        outlet.take(frame(2));
        assertThat(all).allMatch(each -> each.viewer.writtenTo() >= 2);
        outlet.endAll(ViewerEnd.ROOM_ENDED);
        assertThat(all).allMatch(each -> each.viewer.writtenTo() == 3);
    }

    @Test
    void aRoundOfWhichAllHaveGoneIsOver() {
        crowd();
        outlet.take(frame(1));
        List.copyOf(all).forEach(each -> each.viewer.end(ViewerEnd.LEFT));
        passes();
        outlet.take(frame(2));
        Watching newcomer = new Watching();
        assertThat(newcomer.read()).isPositive();
    }
}
