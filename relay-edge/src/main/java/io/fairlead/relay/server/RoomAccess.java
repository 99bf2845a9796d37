package io.fairlead.relay.server;

import org.jspecify.annotations.Nullable;

/** Who may publish where. Asked on event loops; must not block. */
@FunctionalInterface
public interface RoomAccess {

    /**
     * Whether the bearer of a key may publish to a room.
     *
     * @param key what the publisher showed; null if nothing
     */
    boolean mayPublish(String room, @Nullable String key);
}
