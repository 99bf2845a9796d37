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
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * pause that doubles. All viewers of a room are at one relay server, the first that can be reached, and stay there until it can't be any
 * more. One who is refused then is let go; the others never are.
 */
final class LinkedRoom implements Feed {

    /** A stream whose viewer has gone is read on for so long at most. */
    private static final int HAND_OVER_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(LinkedRoom.class);

    private final Room room;
    private final RelayClient client;
    private final List<Watching> watching = new ArrayList<>();
    private final RoomReporter reporter;
    private int parent = -1;

    /** Edge id of the relay server that admitted somebody last. */
    private String server = "";

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

    /** Edge id of the relay server; empty: it has not said. */
    String server() {
        return server;
    }

    /** The way of the link that the room goes over. */
    LinkPath path() {
        LongLink link = parent < 0 ? null : client.parents().link(parent, room.name());
        return link == null ? LinkPath.UNKNOWN : link.path();
    }

    @Override
    public void await(WatchRequest request, Consumer<Room> entering, BiConsumer<HttpResponseStatus, String> refused) {
        reporter.start(this);
        Watching fresh = new Watching(request, entering, refused);
        watching.add(fresh);
        request.channel().closeFuture().addListener(closed -> room.loop().execute(() -> leave(fresh)));
        fresh.ask();
    }

    @Override
    public void watched() {
        // each viewer has a stream of its own
    }

    @Override
    public void stop() {
        reporter.over(this);
        for (Watching each : List.copyOf(watching)) {
            watching.remove(each);
            each.end(SourceEnd.UNWANTED);
        }
    }

    private void leave(Watching leaving) {
        if (!watching.remove(leaving)) {
            return;
        }
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
                            client.roomSettings().lingerMs(),
                            TimeUnit.MILLISECONDS);
        }
    }

    /** A viewer, and its stream on a long link. */
    private final class Watching implements ViewerStream.Owner {

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
            parent = client.parents().choose(parent);
            LongLink link = parent < 0 ? null : client.parents().link(parent, request.room());
            if (link == null) {
                failed(null, "no relay server can be reached now");
                return;
            }
            ViewerStream fresh = new ViewerStream(
                    client.id(),
                    request,
                    this,
                    room.loop(),
                    client.linkCounters(),
                    client.roomSettings().maxTagBytes());
            stream = fresh;
            fresh.open(link);
        }

        @Override
        public void admitted(ViewerStream by, Role role, String saysServer) {
            if (by != stream) {
                return;
            }
            server = saysServer;
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
            if (from != stream) {
                tags.forEach(Tag::release);
                return;
            }
            failures = 0;
            RoomSource current = source;
            if (current == null) {
                current =
                        new RoomSource("stream on a long link", client.roomSettings(), true, reason -> unwanted(from));
                source = current;
                place().attach(current);
            }
            place().take(current, tags, announcesVideo);
        }

        /** The room can't keep what came, or is closed. */
        private void unwanted(ViewerStream of) {
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
                request.channel().close();
                return;
            }
            boolean elsewhere = parent >= 0 && client.parents().choose(parent) != parent;
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
