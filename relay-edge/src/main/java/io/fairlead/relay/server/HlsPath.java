package io.fairlead.relay.server;

import io.fairlead.schemas.rooms.RoomRecords;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a viewer of HLS asks for: {@code /APP/ROOM.m3u8/VIEWER/index.m3u8}, {@code …/SEGMENT.ts} or {@code …/SEGMENT.PART.ts}.
 *
 * @param viewer what it was given at its entry
 * @param playlist the playlist; with {@code sequence} not before that is in it
 * @param sequence number of a segment; −1: none
 * @param part number of a part of it; −1: the whole segment
 */
record HlsPath(String room, String viewer, boolean playlist, long sequence, int part) {

    private static final Pattern FORM =
            Pattern.compile("/(.{1,300})\\.m3u8/([0-9a-f]{32})/(?:(index\\.m3u8)|(\\d{1,15})(?:\\.(\\d{1,6}))?\\.ts)");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final int MOST_PARAMETERS = 8;

    /** Null if it is nothing of that. */
    static @Nullable HlsPath of(String target) {
        QueryStringDecoder query = new QueryStringDecoder(target, StandardCharsets.UTF_8, true, MOST_PARAMETERS);
        Matcher matcher = FORM.matcher(query.rawPath());
        if (!matcher.matches() || !RoomRecords.isName(matcher.group(1))) {
            return null;
        }
        try {
            return of(matcher, query);
        } catch (IllegalArgumentException e) {
            return null; // escapes that are none
        }
    }

    private static HlsPath of(Matcher matcher, QueryStringDecoder query) {
        String room = matcher.group(1);
        String viewer = matcher.group(2);
        if (matcher.group(3) != null) {
            return new HlsPath(room, viewer, true, number(query, "_HLS_msn"), number(query, "_HLS_part"));
        }
        String part = matcher.group(5);
        return new HlsPath(
                room, viewer, false, Long.parseLong(matcher.group(4)), part == null ? -1 : Integer.parseInt(part));
    }

    private static int number(QueryStringDecoder query, String name) {
        List<String> values = query.parameters().getOrDefault(name, List.of());
        return values.size() == 1 && NUMBER.matcher(values.get(0)).matches() ? Integer.parseInt(values.get(0)) : -1;
    }
}
