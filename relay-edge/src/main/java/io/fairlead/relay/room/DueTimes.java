package io.fairlead.relay.room;

import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import java.util.Map;
import java.util.TreeMap;

/**
 * When what a room has sent was due ({@link SourcePace}), so that what another source brings can be told to be older, though their clocks have nothing in
 * common. On the room's loop; keeps one number for each key frame in the ring.
 */
final class DueTimes {

    /** Of the last frame or sound that was sent, ms. */
    private long lastMs = Long.MIN_VALUE;

    /** Of key frames in the ring, ms, by their number there. */
    private final TreeMap<Long, Long> keysMs = new TreeMap<>();

    /** A tag is sent, and will have that number in the ring. */
    void sent(RoomSource source, Tag tag, long index, GopRing ring) {
        if (tag.part() == Part.DATA) {
            return;
        }
        lastMs = source.dueMs(tag);
        if (tag.part() == Part.KEY_FRAME) {
            keysMs.headMap(ring.first()).clear();
            keysMs.put(index, lastMs);
        }
    }

    /** A source brings a key frame that stands in the ring: it says how late that source is. */
    void compare(RoomSource source, Tag key, long index) {
        Long dueMs = keysMs.get(index);
        if (dueMs != null) {
            source.wasDue(key, dueMs);
        }
    }

    /** Whether a tag that is not in the ring is older than what was sent last, or may be for all that is known of its source. */
    boolean mayBeOlder(RoomSource source, Tag tag) {
        if (tag.part() == Part.DATA) {
            return false;
        }
        Map.Entry<Long, Long> newestGroup = keysMs.lastEntry();
        return source.isOlder(tag, lastMs) || (newestGroup != null && source.mayLieBefore(newestGroup.getValue()));
    }
}
