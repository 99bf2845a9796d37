package io.fairlead.relay.server;

import io.fairlead.relay.room.Room;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Lets viewers into rooms, or not. */
@FunctionalInterface
interface Entrance {

    /** Calls one of both, once, on any thread. */
    void enter(WatchRequest request, Consumer<Room> entering, BiConsumer<HttpResponseStatus, String> refused);
}
