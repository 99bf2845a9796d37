package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Body;
import org.jspecify.annotations.Nullable;

/**
 * What to answer to a question.
 *
 * @param body what stands behind the question
 * @param mapped addresses of this name come behind it; null: it is complete
 * @param mappedOwnerAt place of the owner of these, see {@link Body#pointer}
 * @param without what stands behind the question if the map has no such address
 */
public record Answer(Body body, @Nullable MappedName mapped, int mappedOwnerAt, Body without) {

    static Answer of(Body body) {
        return new Answer(body, null, Body.OWNER, body);
    }
}
