package io.fairlead.relay.client;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A room on its way to another relay server while it goes on at the one that it has; on the room's loop. The stream that carries goes first: a second
 * stream for the same viewer is asked for there, and only when media has come over it do the other viewers follow, each when it has been admitted there. When they have,
 * and both streams are seen to carry the same, the former one is let go, and the room goes on behind what was sent, as at a promotion. Whatever goes wrong before leaves everybody where
 * they are.
 */
final class RoomMove {

    private static final Logger LOG = LoggerFactory.getLogger(RoomMove.class);
    private static final int LOOK_MS = 50;

    /** What a viewer's stream does in it. */
    interface Passenger {

        /** Whether it has a second stream that it waits for. */
        boolean underWay();

        /** Whether what comes over the second stream is among what the room has sent, so that nothing is lost between. */
        boolean joins();

        /** Asks for a second stream there, if it has one here. */
        void setOut(Parent target);

        /** The second stream becomes the only one. */
        void arrive();

        /** The second stream is given up. */
        void turnBack();
    }

    private final String room;
    private final EventLoop loop;
    private final MoveSettings settings;
    private final Parent target;
    private final Passenger carrying;
    private final Supplier<List<? extends Passenger>> all;
    private final Consumer<Boolean> over;
    private @Nullable Future<?> timer;
    private boolean proven;
    private boolean ended;

    /**
     * @param carrying whose stream carries the room
     * @param all viewers, when asked
     * @param over told whether the room is at the target
     */
    RoomMove(
            String room,
            EventLoop loop,
            MoveSettings settings,
            Parent target,
            Passenger carrying,
            Supplier<List<? extends Passenger>> all,
            Consumer<Boolean> over) {
        this.room = room;
        this.loop = loop;
        this.settings = settings;
        this.target = target;
        this.carrying = carrying;
        this.all = all;
        this.over = over;
    }

    Parent target() {
        return target;
    }

    void begin() {
        timer = loop.schedule(
                () -> giveUp("nothing has come from there"), settings.patienceMs(), TimeUnit.MILLISECONDS);
        carrying.setOut(target);
    }

    /** Media has come over somebody's second stream. */
    void flows(Passenger whose) {
        if (ended || proven || whose != carrying) {
            return;
        }
        proven = true;
        cancel();
        all.get().forEach(each -> each.setOut(target));
        settle(0);
    }

    /** Finishes when all are there and both streams carry the same; at the latest when it has waited for long enough. */
    private void settle(int waitedMs) {
        if (ended) {
            return;
        }
        boolean ready = carrying.joins() && all.get().stream().noneMatch(each -> each != carrying && each.underWay());
        if (ready || waitedMs >= settings.settleMs()) {
            finish();
        } else {
            timer = loop.schedule(() -> settle(waitedMs + LOOK_MS), LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** What it has now is lost: true if it goes over at once, for media has come from the target. */
    boolean hasten(Passenger whose) {
        if (ended || !proven || whose != carrying) {
            return false;
        }
        cancel();
        finish();
        return true;
    }

    /** Somebody's second stream is gone, or its viewer is. */
    void lost(Passenger whose, String why) {
        if (whose == carrying) {
            giveUp(why);
        }
    }

    /** A viewer other than the one that carries may go as soon as it has been admitted. */
    boolean mayArrive(Passenger whose) {
        return whose != carrying;
    }

    private void finish() {
        if (ended) {
            return;
        }
        ended = true;
        carrying.arrive();
        LOG.info("room {}: taken from {} now", room, target);
        over.accept(true);
        all.get().forEach(each -> each.setOut(target)); // who came meanwhile
    }

    private void giveUp(String why) {
        if (ended) {
            return;
        }
        ended = true;
        cancel();
        LOG.info("room {}: stays where it is instead of moving to {}: {}", room, target, why);
        carrying.turnBack();
        over.accept(false);
    }

    /** The room ends, or loses what it has now: there is nothing to move. */
    void stop() {
        giveUp("what it had has ended");
    }

    private void cancel() {
        Future<?> running = timer;
        timer = null;
        if (running != null) {
            running.cancel(false);
        }
    }
}
