package io.fairlead.relay.server;

import io.fairlead.schemas.rooms.RoomRecords;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request's target says: {@code /APP/ROOM.flv?key=…}; the suffix may be left out by publishers.
 *
 * @param room name of the room: two to four parts of 1 to 64 letters, digits, {@code . _ -}, with {@code /} between
 * @param flv whether the suffix is there
 * @param key what the query says, null if nothing
 * @param query all of it, as it came; empty if there is none
 */
record RoomPath(String room, boolean flv, @Nullable String key, String query) {

    private static final String SUFFIX = ".flv";
    private static final int MOST_PARAMETERS = 32;

    /** Null if it names no room. */
    static @Nullable RoomPath of(String target) {
        QueryStringDecoder query;
        String path;
        try {
            query = new QueryStringDecoder(target, StandardCharsets.UTF_8, true, MOST_PARAMETERS);
            path = query.path();
        } catch (IllegalArgumentException e) {
            return null; // escapes that are none
        }
        boolean flv = path.endsWith(SUFFIX);
        String room = path.substring(Math.min(1, path.length()), path.length() - (flv ? SUFFIX.length() : 0));
        if (!path.startsWith("/") || !RoomRecords.isName(room)) {
            return null;
        }
        List<String> keys = query.parameters().getOrDefault("key", List.of());
        return new RoomPath(room, flv, keys.isEmpty() ? null : keys.get(0), query.rawQuery());
    }
}
