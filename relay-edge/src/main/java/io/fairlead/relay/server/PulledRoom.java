package io.fairlead.relay.server;

import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.leg.Pull;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.RoomSource;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.room.ViewerEnd;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the streams of a watched room flowing from a media server: one, and a spare if the settings say so. On the room's event loop.
 *
 * <p>Whoever comes first starts them; all who come before the media server has answered share its answer. A stream that is lost is asked
 * for again after a pause with jitter, for as long as anybody watches and the room has not given up.
 */
final class PulledRoom implements Feed {

    private final Room room;
    private final PullSettings settings;
    private final RoomSettings roomSettings;
    private final RandomGenerator random;
    private final List<Slot> slots = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private boolean answered;
    private boolean stopped;

    PulledRoom(Room room, PullSettings settings, RoomSettings roomSettings, RandomGenerator random) {
        this.room = room;
        this.settings = settings;
        this.roomSettings = roomSettings;
        this.random = random;
    }

    /** Calls one of both when the media server has answered; at once if it has already. */
    @Override
    public void await(WatchRequest request, Consumer<Room> entering, BiConsumer<HttpResponseStatus, String> refused) {
        if (answered) {
            entering.accept(room);
            return;
        }
        waiters.add(new Waiter(entering, refused));
        if (slots.isEmpty()) {
            Slot first = new Slot(0);
            slots.add(first);
            first.ask();
        }
    }

    /** Somebody watches again: lost streams are asked for. */
    @Override
    public void watched() {
        stopped = false;
        for (Slot slot : slots) {
            if (slot.pull == null && slot.pause == null) {
                slot.ask();
            }
        }
    }

    /** Nobody watches: all streams are ended, and the room with them. */
    @Override
    public void stop() {
        stopped = true;
        slots.forEach(slot -> slot.end(SourceEnd.UNWANTED));
    }

    private void firstAccepted() {
        answered = true;
        List<Waiter> all = List.copyOf(waiters);
        waiters.clear();
        all.forEach(waiter -> waiter.entering.accept(room));
        // Those who waited may be gone by now, and then nobody would ever leave.
        room.loop().schedule(this::stopIfNobodyCame, room.settings().lingerMs(), TimeUnit.MILLISECONDS);
        for (int index = 1; index < settings.streams(); index++) {
            Slot spare = new Slot(index);
            slots.add(spare);
            spare.ask();
        }
    }

    private void stopIfNobodyCame() {
        if (room.viewers() == 0 && !room.closed()) {
            room.close(ViewerEnd.ROOM_ENDED);
        }
    }

    private void firstRefused(@Nullable HttpResponseStatus status, String sentence) {
        List<Waiter> all = List.copyOf(waiters);
        waiters.clear();
        HttpResponseStatus told = status != null
                        && (status.equals(HttpResponseStatus.NOT_FOUND) || status.equals(HttpResponseStatus.FORBIDDEN))
                ? status
                : HttpResponseStatus.BAD_GATEWAY;
        room.close(ViewerEnd.ROOM_ENDED);
        all.forEach(waiter -> waiter.refused.accept(told, sentence));
    }

    private record Waiter(Consumer<Room> entering, BiConsumer<HttpResponseStatus, String> refused) {}

    /** One stream, again and again. */
    private final class Slot implements Pull.Owner {

        private final String name;
        private @Nullable Pull pull;
        private @Nullable RoomSource source;
        private @Nullable Future<?> pause;
        private long askedNs;
        private int failures;

        private Slot(int index) {
            this.name =
                    "stream " + (index + 1) + " of " + settings.mediaServer().getAuthority();
        }

        private void ask() {
            pause = null;
            if (!stopped && !room.closed()) {
                askedNs = room.nowNs();
                pull = MediaPull.start(
                        room.loop(), room.name(), "", room.newestKey(), settings, roomSettings.maxTagBytes(), this);
            }
        }

        @Override
        public void accepted(Pull accepted) {
            RoomSource fresh = RoomSource.asked(name, roomSettings, askedNs, reason -> ended(accepted, reason));
            source = fresh;
            room.attach(fresh);
            if (!answered) {
                firstAccepted();
            }
        }

        @Override
        public void take(Pull from, List<Tag> tags, boolean announcesVideo) {
            RoomSource current = source;
            if (current == null) {
                tags.forEach(Tag::release);
            } else {
                failures = 0;
                room.take(current, tags, announcesVideo);
            }
        }

        @Override
        public void over(Pull ended, SourceEnd reason, @Nullable HttpResponseStatus status, String sentence) {
            if (!answered) {
                pull = null;
                firstRefused(status, sentence);
                return;
            }
            lose(reason);
        }

        /** The room wants no more of it. */
        private void ended(Pull of, SourceEnd reason) {
            of.close();
            if (pull == of) {
                lose(reason);
            }
        }

        private void lose(SourceEnd reason) {
            pull = null;
            RoomSource lost = source;
            source = null;
            if (lost != null) {
                room.detach(lost, reason);
            }
            if (stopped || room.closed()) {
                return;
            }
            long most = Math.min((long) settings.firstPauseMs() << Math.min(failures, 20), settings.mostPauseMs());
            failures++;
            pause = room.loop().schedule(this::ask, most / 2 + random.nextLong(most / 2 + 1), TimeUnit.MILLISECONDS);
        }

        private void end(SourceEnd reason) {
            Future<?> waiting = pause;
            pause = null;
            if (waiting != null) {
                waiting.cancel(false);
            }
            Pull current = pull;
            pull = null;
            if (current != null) {
                current.close();
            }
            RoomSource lost = source;
            source = null;
            if (lost != null) {
                room.detach(lost, reason);
            }
        }
    }
}
