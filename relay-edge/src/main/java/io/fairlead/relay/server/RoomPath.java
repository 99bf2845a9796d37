package io.fairlead.relay.server;

import io.fairlead.schemas.rooms.RoomRecords;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request's target says: {@code /APP/ROOM.flv?key=…}, {@code .ts} or {@code .m3u8}; the suffix may be left out by publishers.
 *
 * @param room name of the room: two to four parts of 1 to 64 letters, digits, {@code . _ -}, with {@code /} between
 * @param form what the suffix asks for
 * @param key what the query says, null if nothing
 * @param query all of it, as it came; empty if there is none
 */
record RoomPath(String room, Form form, @Nullable String key, String query) {

    /** What may be asked for. */
    enum Form {
        /** Nothing is said. */
        NONE(""),
        FLV(".flv"),
        TS(".ts"),
        HLS(".m3u8");

        private final String suffix;

        Form(String suffix) {
            this.suffix = suffix;
        }

        private static Form of(String path) {
            for (Form each : values()) {
                if (each != NONE && path.endsWith(each.suffix)) {
                    return each;
                }
            }
            return NONE;
        }
    }

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
        Form form = Form.of(path);
        String room = path.substring(Math.min(1, path.length()), path.length() - form.suffix.length());
        if (!path.startsWith("/") || !RoomRecords.isName(room)) {
            return null;
        }
        List<String> keys = query.parameters().getOrDefault("key", List.of());
        return new RoomPath(room, form, keys.isEmpty() ? null : keys.get(0), query.rawQuery());
    }
}
