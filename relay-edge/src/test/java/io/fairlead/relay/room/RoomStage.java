package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A room, its sources and viewers on one thread, each on an event loop of its own, with a clock that goes when it is told. */
final class RoomStage implements Room.Listener, AutoCloseable {

    static final int MERGE_MS = RoomSettings.DEFAULTS.mergeMs();

    /** Counts every byte, which says more than a detector of leaks, and costs less. */
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    final RoomCounters counters = new RoomCounters();
    final List<String> told = new ArrayList<>();
    final Room room;
    private final RoomSettings settings;
    private final EmbeddedChannel host = new EmbeddedChannel();
    private final List<Seat> seats = new ArrayList<>();
    private long nowMs = 1_000;

    RoomStage(RoomSettings settings) {
        this.settings = settings;
        host.freezeTime();
        this.room = new Room("r", host.eventLoop(), allocator, settings, counters, () -> nowMs * 1_000_000, this);
    }

    /** Lets time go by, and everything happen that is due. */
    void pass(long ms) {
        nowMs += ms;
        host.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        for (int each = 0; each < 4; each++) {
            host.runScheduledPendingTasks();
            host.runPendingTasks();
            seats.forEach(seat -> seat.channel.runPendingTasks());
        }
    }

    Seat sit() {
        return sit(Container.FLV);
    }

    Seat sit(Container container) {
        return sit(new Seat(container, null));
    }

    /** On the event loop of another one. */
    Seat sitBeside(Seat other) {
        return sit(new Seat(Container.FLV, other));
    }

    private Seat sit(Seat seat) {
        seats.add(seat);
        room.join(seat.viewer);
        pass(0);
        return seat;
    }

    /** One request to a media server. */
    RoomSource source(String name) {
        return attach(RoomSource.asked(name, settings, nowMs * 1_000_000, reason -> told.add(name + " " + reason)));
    }

    RoomSource publisher(String name) {
        return attach(RoomSource.published(name, settings, reason -> told.add(name + " " + reason)));
    }

    private RoomSource attach(RoomSource source) {
        room.attach(source);
        return source;
    }

    void send(RoomSource source, Tag... tags) {
        room.take(source, List.of(tags), true);
    }

    Tag video(long time, byte[] payload) {
        return Flv.tag(allocator, TagKind.VIDEO, time, payload);
    }

    Tag audio(long time, byte[] payload) {
        return Flv.tag(allocator, TagKind.AUDIO, time, payload);
    }

    /** Frames by number, of 40 ms, a key frame each {@code gop}, with sounds between. */
    void frames(RoomSource source, int from, int to, int gop, long shiftMs) {
        for (int each = from; each < to; each++) {
            send(
                    source,
                    video(shiftMs + each * 40L, each % gop == 0 ? Flv.key(each, 200) : Flv.frame(each, 100)),
                    audio(shiftMs + each * 40L + 7, Flv.sound(each, 16)));
            pass(40);
        }
        pass(MERGE_MS);
    }

    /** One frame and one sound. */
    void frame(RoomSource source, int number, int gop, long shiftMs) {
        send(
                source,
                video(shiftMs + number * 40L, number % gop == 0 ? Flv.key(number, 200) : Flv.frame(number, 100)),
                audio(shiftMs + number * 40L + 7, Flv.sound(number, 16)));
    }

    void sendBoth(RoomSource one, RoomSource two, int number, int gop, long shiftMs) {
        frame(one, number, gop, 0);
        frame(two, number, gop, shiftMs);
    }

    @Override
    public void watched(Room watched) {
        told.add("watched");
    }

    @Override
    public void unwatched(Room unwatched) {
        told.add("unwatched");
    }

    @Override
    public void closed(Room closed) {
        told.add("closed");
    }

    /** Ends everything, and demands every byte back. */
    @Override
    public void close() {
        room.close(ViewerEnd.EDGE_STOPPED);
        pass(0);
        seats.forEach(seat -> {
            seat.blocked = false;
            seat.held.forEach(promise -> promise.tryFailure(new java.io.IOException("closed")));
            seat.channel.finishAndReleaseAll();
        });
        pass(0);
        host.finishAndReleaseAll();
        assertThat(allocator.metric().usedDirectMemory())
                .as("direct memory at the end")
                .isZero();
    }

    /** One who watches, over HTTP/1.1 chunks. */
    final class Seat {

        private final List<ChannelPromise> held = new ArrayList<>();
        private boolean blocked;
        final EmbeddedChannel channel;
        final Viewer viewer;

        private Seat(Container container, @Nullable Seat beside) {
            channel = new EmbeddedChannel(new Holding()) {
                @Override
                public EventLoop eventLoop() {
                    return beside == null ? super.eventLoop() : beside.channel.eventLoop();
                }
            };
            viewer = new Viewer(channel, Framing.CHUNKED, container, settings, counters, () -> nowMs * 1_000_000);
            channel.config().setAllocator(allocator);
        }

        private final class Holding extends ChannelOutboundHandlerAdapter {

            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                if (blocked && !promise.isVoid()) {
                    held.add(promise);
                    ctx.write(message);
                } else {
                    ctx.write(message, promise);
                }
            }
        }

        /** From now on writes come to no end. */
        void block() {
            blocked = true;
        }

        void unblock() {
            blocked = false;
            List<ChannelPromise> all = List.copyOf(held);
            held.clear();
            all.forEach(ChannelPromise::setSuccess);
            pass(0);
        }

        /** What has come since the last call, without its chunks; the first call begins with the file header. */
        ByteBuf received() {
            ByteBuf wire = Unpooled.buffer();
            for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
                wire.writeBytes(part);
                part.release();
            }
            ByteBuf body = Unpooled.buffer();
            while (wire.isReadable()) {
                int line = wire.bytesBefore((byte) '\r');
                int size = Integer.parseInt(
                        wire.readCharSequence(line, StandardCharsets.US_ASCII).toString(), 16);
                wire.skipBytes(2);
                body.writeBytes(wire, size);
                assertThat(wire.readShort()).isEqualTo((short) 0x0D0A);
            }
            return body;
        }
    }
}
