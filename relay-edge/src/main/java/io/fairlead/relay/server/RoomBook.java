package io.fairlead.relay.server;

import io.fairlead.edge.table.TableListener;
import io.fairlead.schemas.rooms.RoomRecords;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The terms of rooms, by name: those of the relay server's own settings, and those of {@code config.rooms}, which count where both speak of
 * a room. A rendition that is not defined itself has the terms of the room that lists it. Any thread.
 *
 * <p>Keys are held as SHA-256 digests, so that nobody who reads the settings can publish; a room without a key takes nobody. Compared in
 * constant time, and a room that is not known takes as long. Keys should be random: a digest without salt protects no word of a dictionary.
 */
public final class RoomBook implements RoomAccess, TableListener<RoomTerms> {

    private static final byte[] NOBODY = new byte[32];

    private final Map<String, RoomTerms> settled;
    private final Map<String, RoomTerms> told = new ConcurrentHashMap<>();

    /**
     * @param settled by room; what the settings say
     * @throws IllegalArgumentException if a room can't have that name
     */
    public RoomBook(Map<String, RoomTerms> settled) {
        this.settled = Map.copyOf(settled);
        settled.keySet().forEach(room -> {
            if (!RoomRecords.isName(room)) {
                throw new IllegalArgumentException(
                        "the room \"" + room
                                + "\" can't be called so; write two to four parts of letters, digits, . _ - with / between, such as live/a");
            }
        });
    }

    /** The digest of a key, as settings have it. */
    public static String digest(String key) {
        return HexFormat.of().formatHex(sha256(key));
    }

    @Override
    public void put(String room, RoomTerms terms) {
        told.put(room, terms);
    }

    @Override
    public void removed(String room) {
        told.remove(room);
    }

    /** What is said of a room; null: nothing. */
    public @Nullable RoomTerms terms(String room) {
        RoomTerms own = defined(room);
        if (own != null) {
            return own;
        }
        int slash = room.lastIndexOf('/');
        RoomTerms above = slash < 0 ? null : defined(room.substring(0, slash));
        return above != null && above.renditions().contains(room.substring(slash + 1)) ? above : null;
    }

    private @Nullable RoomTerms defined(String room) {
        RoomTerms changed = told.get(room);
        return changed == null ? settled.get(room) : changed;
    }

    /** Whether viewers of a room behind one relay client may share a stream; so it is where nothing is said. */
    public boolean mergeable(String room) {
        RoomTerms terms = terms(room);
        return terms == null || terms.mergeable();
    }

    @Override
    public boolean mayPublish(String room, @Nullable String key) {
        byte[] shown = sha256(key == null ? "" : key);
        RoomTerms terms = terms(room);
        boolean good = MessageDigest.isEqual(NOBODY, shown);
        for (String digest : terms == null ? List.<String>of() : terms.publishKeyDigests()) {
            good |= MessageDigest.isEqual(HexFormat.of().parseHex(digest), shown);
        }
        return good && key != null;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
