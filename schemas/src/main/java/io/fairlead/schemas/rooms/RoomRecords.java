package io.fairlead.schemas.rooms;

import io.fairlead.schemas.config.RoomAdmission;
import io.fairlead.schemas.config.RoomDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Says what a room may be called, and what is wrong with its record. */
public final class RoomRecords {

    /** Keys of a room: the one in use, and those that are being changed. */
    public static final int KEYS_MAX = 16;

    /** Renditions of a room. */
    public static final int RENDITIONS_MAX = 32;

    /** No part is {@code .} or {@code ..}, which media servers would take for a way out of their directory. */
    private static final String PART = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,64}";

    private static final Pattern NAME = Pattern.compile(PART + "(?:/" + PART + "){1,3}");
    private static final Pattern RENDITION = Pattern.compile(PART);
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    private RoomRecords() {}

    /** Whether a room can have that name: two to four parts of letters, digits, {@code . _ -}, with {@code /} between. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Whether a text has the form of a key's digest. */
    public static boolean isDigest(String text) {
        return DIGEST.matcher(text).matches();
    }

    /**
     * Everything that is wrong with a record, a sentence each; empty: it may be used.
     *
     * @param key under which it stands, or shall stand, on the topic
     */
    public static List<String> violations(String key, RoomDefinition room) {
        List<String> wrong = new ArrayList<>();
        if (!isName(room.getRoom())) {
            wrong.add(
                    "room is '" + room.getRoom()
                            + "' but must be two to four parts of 1 to 64 letters, digits, dots, underscores or hyphens with slashes between, such as live/a");
        }
        if (!key.equals(room.getRoom())) {
            wrong.add("the key is '" + key + "' but the record says " + room.getRoom() + "; use the latter");
        }
        if (room.getPublishKeyDigests().size() > KEYS_MAX) {
            wrong.add("publishKeyDigests are " + room.getPublishKeyDigests().size() + " but at most " + KEYS_MAX
                    + " keys may be good at once; take old ones out");
        }
        for (String digest : room.getPublishKeyDigests()) {
            if (!isDigest(digest)) {
                wrong.add("publishKeyDigests has '" + digest
                        + "'; each must be the SHA-256 of a key in 64 hexadecimal digits, in small letters");
            }
        }
        if (room.getAdmission() == RoomAdmission.UNKNOWN) {
            wrong.add("admission is UNKNOWN; say EDGE, OPEN, SIGNED or HOOK");
        }
        renditions(room, wrong);
        return wrong;
    }

    private static void renditions(RoomDefinition room, List<String> wrong) {
        if (room.getRenditions().size() > RENDITIONS_MAX) {
            wrong.add("renditions are " + room.getRenditions().size() + " but must be at most " + RENDITIONS_MAX
                    + "; define further ones as rooms of their own");
        }
        Set<String> seen = new HashSet<>();
        for (String rendition : room.getRenditions()) {
            if (!RENDITION.matcher(rendition).matches() || !isName(room.getRoom() + "/" + rendition)) {
                wrong.add("renditions has '" + rendition + "', but " + room.getRoom() + "/" + rendition
                        + " is no name of a room");
            }
            if (!seen.add(rendition)) {
                wrong.add("rendition " + rendition + " stands twice; leave one out");
            }
        }
    }
}
