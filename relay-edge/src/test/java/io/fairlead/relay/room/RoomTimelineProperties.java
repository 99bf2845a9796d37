package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Sources that come, go, leap and go back: the time of a kind never goes back, and never leaps further than the gap was. */
class RoomTimelineProperties {

    @Property(tries = 100)
    void timeNeverGoesBackAndNeverLeaps(@ForAll long seed) {
        Random random = new Random(seed);
        RoomTimeline timeline = new RoomTimeline();
        timeline.join(true);
        long nowMs = 10_000;
        long lastSentMs = nowMs;
        long in = random.nextInt();
        long[] last = {Long.MIN_VALUE, Long.MIN_VALUE};
        long lastOut = 0;
        for (int each = 0; each < 200; each++) {
            int step = random.nextInt(60);
            nowMs += random.nextInt(60);
            in += step;
            switch (random.nextInt(40)) {
                case 0 -> in = random.nextInt();
                case 1 -> in -= random.nextInt(3_000);
                case 2 -> timeline.join(random.nextBoolean());
                case 3 -> {
                    nowMs += 5_000;
                    in += 5_000;
                }
                default -> {}
            }
            int kind = random.nextInt(3);
            byte[] payload = kind == 0 ? Flv.key(each, 20) : kind == 1 ? Flv.frame(each, 20) : Flv.sound(each, 20);
            Tag tag = Flv.tag(UnpooledByteBufAllocator.DEFAULT, kind == 2 ? TagKind.AUDIO : TagKind.VIDEO, in, payload);
            if (timeline.place(tag, nowMs * 1_000_000) == RoomTimeline.Verdict.SEND) {
                long out = timeline.placedMs();
                int track = kind == 2 ? 1 : 0;
                assertThat(out).isGreaterThanOrEqualTo(last[track]).isGreaterThanOrEqualTo(0);
                assertThat(out - lastOut).isLessThanOrEqualTo(RoomTimeline.STEP_MS + nowMs - lastSentMs);
                last[track] = out;
                lastOut = Math.max(lastOut, out);
                lastSentMs = nowMs;
            }
            tag.release();
        }
    }
}
