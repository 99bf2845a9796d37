package io.fairlead.relay.server;

import io.fairlead.relay.room.Room;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Where the media of a room comes from that nobody publishes here. On the room's loop. */
public interface Feed {

    /**
     * Somebody wants to watch. Calls one of both, once; {@code entering} with the room itself, or with one for this viewer alone.
     *
     * @param refused told the status and a sentence
     */
    void await(WatchRequest request, Consumer<Room> entering, BiConsumer<HttpResponseStatus, String> refused);

    /** Somebody watches again. */
    void watched();

    /** Nobody has watched for the time of lingering, or the room is closed. */
    void stop();

    /** Makes the feed of a room, on its loop. */
    @FunctionalInterface
    interface Maker {
        Feed feed(Room room);
    }
}
