package io.fairlead.relay.client;

import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.leg.Role;
import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomSource;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.relay.server.Feed;
import io.fairlead.relay.server.WatchRequest;
import io.fairlead.schemas.telemetry.ViewerRole;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A room at a relay client, on the room's loop: one stream on a long link for each viewer, by which the relay server admits it, and of which one
 * carries media. Whatever stream that is, it becomes a source of the {@link Room}, which goes on behind what was sent; that is all there is
 * to a promotion here.
 *
 * <p>A stream that ends while its viewer is there is asked for again: at once at another relay server if the link is lost, else after a
 * pause that doubles. All viewers of a room are at one relay server, the first that can be reached and has it, and stay there until it can't be
 * reached any more or a plan names another ({@link RoomMove}). One who is refused when there is no other way is let go; the others never are.
 */
final class LinkedRoom implements Feed {

    /** A stream whose viewer has gone is read on for so long at most. */
    private static final int HAND_OVER_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(LinkedRoom.class);

    private final Room room;
    private final RelayClient client;
    private final List<Watching> watching = new ArrayList<>();
    private final RoomReporter reporter;
    private volatile @Nullable Parent parent;

    /** Since when it has that parent, and those where it could not come to with the time until which they are not tried again. */
    private long sinceNs;

    private final Map<Parent, Long> notBeforeNs = new HashMap<>();
    private @Nullable RoomMove move;

    LinkedRoom(Room room, RelayClient client) {
        this.room = room;
        this.client = client;
        this.reporter = new RoomReporter(room, client);
    }

    /** Viewers who are there, or ask to be. */
    int viewers() {
        return watching.size();
    }

    /** Streams that carry media now. */
    int carriers() {
        return (int) watching.stream().filter(each -> each.source != null).count();
    }

    /** The relay server that it has; null: none yet. Any thread. */
    @Nullable
    Parent parent() {
        return parent;
    }

    /** Edge id of the relay server; empty: it has not said. */
    String server() {
        Parent now = parent;
        return now == null ? "" : now.id();
    }

    /** The way of the link that the room goes over. */
    LinkPath path() {
        Parent now = parent;
        LongLink link = now == null ? null : now.link(room.name());
        return link == null ? LinkPath.UNKNOWN : link.path();
    }

    @Override
    public void await(WatchRequest request, Consumer<Room> entering, BiConsumer<HttpResponseStatus, String> refused) {
        reporter.start(this);
        client.rooms().add(this);
        Watching fresh = new Watching(request, entering, refused);
        watching.add(fresh);
        request.presence().whenGone(() -> room.loop().execute(() -> leave(fresh)));
        fresh.ask();
    }

    @Override
    public void watched() {
        // each viewer has a stream of its own
    }

    @Override
    public void stop() {
        reporter.over(this);
        client.rooms().remove(this);
        stopMoving();
        for (Watching each : List.copyOf(watching)) {
            watching.remove(each);
            each.end(SourceEnd.UNWANTED);
        }
    }

    // ---- other relay servers

    /**
     * Begins to move to the relay server that the plan names, if it is at another and may leave that. Any thread.
     *
     * @param left how many rooms may begin now
     */
    void reconsider(AtomicInteger left) {
        room.loop().execute(() -> {
            Parent wanted = client.parents().planned(room.name());
            if (wanted != null && mayMoveTo(wanted) && left.getAndDecrement() > 0) {
                watching.stream()
                        .filter(each -> each.carries() && !each.handsOver)
                        .findFirst()
                        .ifPresent(carrying -> moveTo(wanted, carrying));
            }
        });
    }

    private boolean mayMoveTo(Parent wanted) {
        Parent now = parent;
        if (move != null || now == null || wanted == now || !now.up() || room.closed()) {
            return false;
        }
        if (!now.id().isEmpty() && now.id().equals(wanted.id())) {
            return false; // the same one under another address
        }
        long nowNs = client.nanoClock().getAsLong();
        long heldNs = TimeUnit.MILLISECONDS.toNanos(client.moves().holdMs());
        Long notBefore = notBeforeNs.get(wanted);
        return nowNs - sinceNs >= heldNs && (notBefore == null || nowNs - notBefore >= 0);
    }

    private void moveTo(Parent wanted, Watching carrying) {
        RoomMove fresh = new RoomMove(
                room.name(),
                room.loop(),
                client.moves(),
                wanted,
                carrying,
                () -> List.copyOf(watching),
                done -> moved(wanted, done));
        move = fresh;
        fresh.begin();
    }

    private void moved(Parent wanted, boolean done) {
        move = null;
        client.linkCounters().move(done);
        if (done) {
            settle(wanted);
            notBeforeNs.clear();
        } else {
            long heldNs = TimeUnit.MILLISECONDS.toNanos(client.moves().holdMs());
            notBeforeNs.put(wanted, client.nanoClock().getAsLong() + heldNs);
            notBeforeNs.keySet().retainAll(client.parents().all());
        }
    }

    private void settle(@Nullable Parent now) {
        if (now != parent) {
            parent = now;
            sinceNs = client.nanoClock().getAsLong();
        }
    }

    private void stopMoving() {
        RoomMove going = move;
        if (going != null) {
            going.stop();
        }
    }

    private void leave(Watching leaving) {
        if (!watching.remove(leaving)) {
            return;
        }
        RoomMove going = move;
        if (going != null) {
            going.lost(leaving, "its viewer has left");
        }
        leaving.turnBack();
        if (!watching.isEmpty() && leaving.carries()) {
            leaving.handOver();
        } else {
            leaving.end(SourceEnd.UNWANTED);
        }
        if (watching.isEmpty()) {
            room.loop()
                    .schedule(
                            () -> {
                                if (watching.isEmpty() && room.viewers() == 0) {
                                    room.close(ViewerEnd.ROOM_ENDED);
                                }
                            },
                            room.settings().lingerMs(),
                            TimeUnit.MILLISECONDS);
        }
    }

    /** A viewer, and its stream on a long link. */
    private final class Watching implements ViewerStream.Owner, RoomMove.Passenger {

        private final WatchRequest request;
        private final Consumer<Room> entering;
        private final BiConsumer<HttpResponseStatus, String> refused;
        private boolean admitted;
        private boolean gone;
        private boolean handsOver;
        private int failures;
        private @Nullable Room own;
        private @Nullable ViewerStream stream;
        private @Nullable RoomSource source;
        private @Nullable Future<?> pause;

        /** The relay server that the stream is at; those that have said that they don't have the room. */
        private @Nullable Parent at;

        private final Set<Parent> without = new HashSet<>();

        /** At another relay server, while the room moves there. */
        private @Nullable ViewerStream next;

        private @Nullable Parent nextAt;
        private @Nullable RoomSource nextSource;

        private Watching(
                WatchRequest request, Consumer<Room> entering, BiConsumer<HttpResponseStatus, String> refused) {
            this.request = request;
            this.entering = entering;
            this.refused = refused;
        }

        private void ask() {
            pause = null;
            if (gone) {
                return;
            }
            if (admitted) {
                request.account().renewed();
            }
            Parent chosen = client.parents().choose(parent, room.name(), without);
            at = chosen;
            if (without.isEmpty()) {
                settle(chosen);
            }
            LongLink link = chosen == null ? null : chosen.link(request.room());
            if (link == null) {
                failed(null, "no relay server can be reached now");
                return;
            }
            ViewerStream fresh = newStream();
            stream = fresh;
            fresh.open(link);
        }

        private ViewerStream newStream() {
            return new ViewerStream(
                    client.id(),
                    request,
                    place().newestKey(),
                    place().nowNs(),
                    this,
                    room.loop(),
                    client.linkCounters(),
                    client.roomSettings().maxTagBytes());
        }

        @Override
        public void admitted(ViewerStream by, Role role, String saysServer) {
            if (by == next) {
                admittedElsewhere(role, saysServer);
                return;
            }
            Parent here = at;
            if (by != stream || here == null) {
                return;
            }
            here.says(saysServer);
            if (!without.isEmpty()) {
                without.clear();
                settle(here);
            }
            if (admitted) {
                return;
            }
            admitted = true;
            request.account().role(ViewerRole.valueOf(role.name()));
            if (role == Role.DIRECT) {
                Room alone = client.openAlone(room);
                own = alone;
                entering.accept(alone);
            } else {
                entering.accept(room);
            }
        }

        private Room place() {
            Room alone = own;
            return alone == null ? room : alone;
        }

        @Override
        public void take(ViewerStream from, List<Tag> tags, boolean announcesVideo) {
            if (from != stream && from != next) {
                tags.forEach(Tag::release);
                return;
            }
            boolean elsewhere = from == next;
            failures = elsewhere ? failures : 0;
            RoomSource current = elsewhere ? nextSource : source;
            if (current == null) {
                long askedNs = from.beginsWhenAsked() ? from.askedNs() : place().nowNs();
                current = RoomSource.asked(
                        "stream on a long link", client.roomSettings(), askedNs, reason -> unwanted(from));
                if (elsewhere) {
                    nextSource = current;
                } else {
                    source = current;
                }
                place().attach(current);
            }
            place().take(current, tags, announcesVideo);
            RoomMove going = move;
            if (elsewhere && going != null) {
                going.flows(this);
            }
        }

        /** The room can't keep what came, or is closed. */
        private void unwanted(ViewerStream of) {
            if (of == next && !gone) {
                of.close();
                endedElsewhere("the room can't keep what it sends");
                return;
            }
            if (of == stream && !gone) {
                of.close();
                stream = null;
                source = null;
                if (handsOver) {
                    return;
                }
                failed(null, "the room can't keep what the relay server sends");
            }
        }

        @Override
        public void over(ViewerStream ended, SourceEnd reason, @Nullable HttpResponseStatus status, String sentence) {
            if (ended == next && !gone) {
                endedElsewhere(sentence);
                return;
            }
            if (ended != stream || gone) {
                return;
            }
            stream = null;
            RoomSource lost = source;
            source = null;
            if (lost != null) {
                place().detach(lost, reason);
            }
            if (handsOver) {
                end(SourceEnd.ENDED);
                return;
            }
            failed(status, sentence);
        }

        /** There is no stream: says so to a viewer who waits for the first answer, else asks again. */
        private void failed(@Nullable HttpResponseStatus status, String sentence) {
            if (movedOn()) {
                return;
            }
            Parent here = at;
            if (here != null && HttpResponseStatus.NOT_FOUND.equals(status)) {
                without.add(here); // a room that is published is at one relay server alone
                if (client.parents().choose(null, room.name(), without) != null) {
                    ask();
                    return;
                }
                without.clear();
            }
            if (!admitted) {
                watching.remove(this);
                gone = true;
                refused.accept(status == null ? HttpResponseStatus.BAD_GATEWAY : status, sentence);
                if (watching.isEmpty() && room.viewers() == 0 && room.sources() == 0) {
                    room.close(ViewerEnd.ROOM_ENDED);
                }
                return;
            }
            if (place().closed()) {
                return;
            }
            if (refuses(status)) {
                LOG.info("room {}: a viewer is not admitted any more: {}", room.name(), sentence);
                request.presence().end();
                return;
            }
            boolean elsewhere = here != null && client.parents().choose(here, room.name(), Set.of()) != here;
            long pauseMs = elsewhere && failures == 0 ? 0 : client.pauseMs(failures);
            failures++;
            pause = room.loop().schedule(this::ask, pauseMs, TimeUnit.MILLISECONDS);
        }

        private boolean refuses(@Nullable HttpResponseStatus status) {
            return status != null
                    && (status.equals(HttpResponseStatus.FORBIDDEN) || status.equals(HttpResponseStatus.UNAUTHORIZED));
        }

        private boolean carries() {
            return source != null && own == null;
        }

        // ---- on the way to another relay server

        /** Its stream is gone while it has a second one: true if that carries, and takes its place. */
        private boolean movedOn() {
            RoomMove going = move;
            if (nextSource != null && going != null && going.hasten(this)) {
                return true;
            }
            if (next != null) {
                turnBack();
                if (going != null) {
                    going.lost(this, "what it had has ended");
                }
            }
            return false;
        }

        @Override
        public void setOut(Parent target) {
            LongLink link = target.link(request.room());
            if (gone || handsOver || !admitted || own != null || stream == null || next != null || at == target) {
                return;
            }
            if (link == null) {
                endedElsewhere("there is no link to it");
                return;
            }
            ViewerStream fresh = newStream();
            next = fresh;
            nextAt = target;
            fresh.open(link);
        }

        @Override
        public boolean underWay() {
            return next != null;
        }

        @Override
        public boolean joins() {
            RoomSource coming = nextSource;
            return coming != null && place().joins(coming);
        }

        private void admittedElsewhere(Role role, String saysServer) {
            Parent there = nextAt;
            if (there == null || role == Role.DIRECT) {
                turnBack();
                endedElsewhere("it would send it to each viewer alone");
                return;
            }
            there.says(saysServer);
            RoomMove going = move;
            if (going == null || going.mayArrive(this)) {
                arrive();
            }
        }

        @Override
        public void arrive() {
            ViewerStream fresh = next;
            if (fresh == null) {
                return;
            }
            ViewerStream former = stream;
            RoomSource formerSource = source;
            stream = fresh;
            source = nextSource;
            at = nextAt;
            next = null;
            nextSource = null;
            nextAt = null;
            if (former != null) {
                former.close();
            }
            if (formerSource != null) {
                place().detach(formerSource, SourceEnd.UNWANTED);
            }
        }

        @Override
        public void turnBack() {
            ViewerStream fresh = next;
            next = null;
            nextAt = null;
            if (fresh != null) {
                fresh.close();
            }
            dropNextSource();
        }

        /** Its stream at the other relay server is gone; it stays where it is. */
        private void endedElsewhere(String why) {
            next = null;
            nextAt = null;
            dropNextSource();
            RoomMove going = move;
            if (going != null) {
                going.lost(this, why);
            }
        }

        private void dropNextSource() {
            RoomSource dropped = nextSource;
            nextSource = null;
            if (dropped != null) {
                place().detach(dropped, SourceEnd.UNWANTED);
            }
        }

        /** The viewer has gone, the media goes on until another stream has taken over. */
        private void handOver() {
            handsOver = true;
            ViewerStream current = stream;
            if (current != null) {
                current.handOver();
            }
            pause = room.loop().schedule(() -> end(SourceEnd.UNWANTED), HAND_OVER_MS, TimeUnit.MILLISECONDS);
        }

        private void end(SourceEnd reason) {
            turnBack();
            gone = true;
            Future<?> waiting = pause;
            if (waiting != null) {
                waiting.cancel(false);
            }
            ViewerStream current = stream;
            stream = null;
            if (current != null) {
                current.close();
            }
            RoomSource lost = source;
            source = null;
            if (lost != null) {
                place().detach(lost, reason);
            }
            Room alone = own;
            if (alone != null) {
                alone.close(ViewerEnd.ROOM_ENDED);
            }
        }
    }
}
