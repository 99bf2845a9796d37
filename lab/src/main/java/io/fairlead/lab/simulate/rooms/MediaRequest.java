package io.fairlead.lab.simulate.rooms;

import io.fairlead.relay.leg.Pull;
import io.fairlead.relay.room.SourceEnd;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request to a media server, which refuses one in ten, and begins with the newest key frame. What stood still comes afterwards. */
final class MediaRequest implements Pull {

    private static final int REFUSES_ONE_IN = 10;

    private final LegRun run;
    private final Owner owner;
    private boolean accepted;
    private boolean closed;
    private int stillFrames;
    private int next;

    MediaRequest(LegRun run, Owner owner, int frame) {
        this.run = run;
        this.owner = owner;
        this.next = frame - frame % Frames.GOP;
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
            for (; next <= frame && !closed; next++) {
                owner.take(this, run.media(next), true);
            }
        }
    }

    void standStill(int frames) {
        stillFrames = frames;
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
