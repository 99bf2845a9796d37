package io.fairlead.lab.simulate.rooms;

import io.fairlead.relay.flv.FlvReader;
import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.HashSet;
import java.util.Set;

/** What one viewer is shown: its stream is well formed, time never goes back nor leaps by more than was lost, each frame comes once, and none comes without those it needs. */
final class Screen implements AutoCloseable {

    private static final int MOST_TAG_BYTES = 1 << 20;

    /** A gap in time is at most so much longer than what was lost; the room's own bound of a leap ({@code RoomTimeline}). */
    private static final long LEAP_MS = 1_000;

    private final Promises promises;
    private final FlvReader reader;
    private final Set<Integer> had = new HashSet<>();
    private long lastVideoMs = -1;
    private long lastAudioMs = -1;
    private int lastFrame = -1;

    Screen(ByteBufAllocator allocator, Promises promises) {
        this.promises = promises;
        this.reader = new FlvReader(allocator, MOST_TAG_BYTES, tag -> {
            try {
                see(tag);
            } finally {
                tag.release();
            }
        });
    }

    /** Takes what has been written to a channel without any framing. */
    void look(EmbeddedChannel channel) {
        for (Object sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
            try {
                if (sent instanceof ByteBuf bytes) {
                    Malformed wrong = reader.read(bytes);
                    if (wrong != null) {
                        throw promises.broken("a viewer's stream can't be read: " + wrong);
                    }
                }
            } finally {
                ReferenceCountUtil.release(sent);
            }
        }
    }

    private void see(Tag tag) {
        boolean video = tag.kind() == TagKind.VIDEO;
        long lastMs = video ? lastVideoMs : lastAudioMs;
        promises.hold(
                tag.timeMs() >= lastMs, "time of %s goes back from %,d to %,d ms", tag.kind(), lastMs, tag.timeMs());
        if (tag.part() == Part.SEQUENCE_HEADER) {
            return;
        }
        if (!video) {
            lastAudioMs = tag.timeMs();
            return;
        }
        int number = Frames.number(tag);
        promises.hold(had.add(number), "frame %d comes twice", number);
        promises.hold(number > lastFrame, "the picture goes back from frame %d to %d", lastFrame, number);
        promises.hold(
                tag.part() == Part.KEY_FRAME || number == lastFrame + 1,
                "frame %d after %d can't be decoded",
                number,
                lastFrame);
        if (lastFrame >= 0) {
            long mostMs = (long) (number - lastFrame) * Frames.FRAME_MS + LEAP_MS;
            promises.hold(
                    tag.timeMs() - lastVideoMs <= mostMs,
                    "from frame %d to %d time goes on by %,d ms",
                    lastFrame,
                    number,
                    tag.timeMs() - lastVideoMs);
        }
        lastFrame = number;
        lastVideoMs = tag.timeMs();
    }

    @Override
    public void close() {
        reader.close();
    }
}
