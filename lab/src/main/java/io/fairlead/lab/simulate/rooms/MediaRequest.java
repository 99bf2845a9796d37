package io.fairlead.lab.simulate.rooms;

import io.fairlead.relay.leg.Pull;
import io.fairlead.relay.room.SourceEnd;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to a media server, which refuses one in ten, and begins with the newest key frame. What stood still comes afterwards, at once or over a way that hardly
 * takes more than the stream; one way in ten is long, and all comes late by as much.
 */
final class MediaRequest implements Pull {

    private static final int REFUSES_ONE_IN = 10;
    private static final int LATE_ONE_IN = 10;
    private static final int MOST_LATE_FRAMES = 40;
    private static final int MOST_FRAMES_AT_ONCE = 4;
    private static final int ANY_NUMBER = 1_000_000;

    private final LegRun run;
    private final Owner owner;
    private boolean accepted;
    private boolean closed;
    private int stillFrames;
    private int next;
    private final int lateFrames;
    private int framesAtOnce;

    MediaRequest(LegRun run, Owner owner, int frame) {
        this.run = run;
        this.owner = owner;
        this.next = frame - frame % Frames.GOP;
        this.lateFrames = run.random.nextInt(LATE_ONE_IN) == 0 ? run.random.nextInt(MOST_LATE_FRAMES) : 0;
        this.framesAtOnce = ANY_NUMBER;
    }

    void step(int frame) {
        if (closed) {
            return;
        }
        if (!accepted) {
            if (run.random.nextInt(REFUSES_ONE_IN) == 0) {
                finish(SourceEnd.BROKEN, HttpResponseStatus.FORBIDDEN);
            } else {
                accepted = true;
                owner.accepted(this);
                owner.take(this, List.of(run.frames.header(0)), true);
            }
        } else if (stillFrames > 0) {
            stillFrames--;
        } else {
            int to = Math.min(frame - lateFrames, next + framesAtOnce - 1);
            for (; next <= to && !closed; next++) {
                owner.take(this, run.media(next), true);
            }
        }
    }

    void standStill(int frames) {
        stillFrames = frames;
        framesAtOnce = run.random.nextBoolean() ? ANY_NUMBER : 2 + run.random.nextInt(MOST_FRAMES_AT_ONCE - 1);
    }

    void finish(SourceEnd reason, @Nullable HttpResponseStatus status) {
        if (!closed) {
            closed = true;
            owner.over(this, reason, status, "by chance");
        }
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
