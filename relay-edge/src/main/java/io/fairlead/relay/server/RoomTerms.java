package io.fairlead.relay.server;

import io.fairlead.edge.table.InvalidConfigException;
import io.fairlead.schemas.config.RoomAdmission;
import io.fairlead.schemas.config.RoomDefinition;
import io.fairlead.schemas.rooms.RoomRecords;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * What operators say of a room.
 *
 * @param publishKeyDigests SHA-256 of the keys by which it may be published, in hexadecimal digits; empty: nobody may
 * @param admission who says whether somebody may watch
 * @param mergeable whether viewers behind one relay client share a stream
 * @param renditions last parts of the names of rooms below it that have the same terms
 */
public record RoomTerms(
        List<String> publishKeyDigests, RoomAdmission admission, boolean mergeable, Set<String> renditions) {

    public RoomTerms {
        publishKeyDigests = List.copyOf(publishKeyDigests);
        renditions = Set.copyOf(renditions);
        for (String digest : publishKeyDigests) {
            if (!RoomRecords.isDigest(digest)) {
                throw new IllegalArgumentException("the digest of a key is \"" + digest
                        + "\"; it must be the SHA-256 of the key in 64 hexadecimal digits, in small letters");
            }
        }
    }

    /** A room with one key and nothing else said of it. */
    public static RoomTerms ofKey(String digest) {
        return new RoomTerms(List.of(digest), RoomAdmission.EDGE, true, Set.of());
    }

    /**
     * Reads a record of {@code config.rooms}.
     *
     * @throws InvalidConfigException that lists what is wrong
     */
    public static RoomTerms of(String key, SpecificRecord record) throws InvalidConfigException {
        if (!(record instanceof RoomDefinition room)) {
            throw new IllegalArgumentException("a " + record.getSchema().getName() + " is no definition of a room");
        }
        List<String> violations = RoomRecords.violations(key, room);
        if (!violations.isEmpty()) {
            throw new InvalidConfigException(violations);
        }
        return new RoomTerms(
                room.getPublishKeyDigests(),
                room.getAdmission(),
                room.getMergeable(),
                Set.copyOf(room.getRenditions()));
    }
}
