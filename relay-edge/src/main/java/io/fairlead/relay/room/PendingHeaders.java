package io.fairlead.relay.room;

import io.fairlead.relay.flv.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Headers that have changed, and are sent with the next frame or sound; of each kind and track the newest. Not thread-safe. */
final class PendingHeaders {

    private final List<Tag> pending = new ArrayList<>();

    /**
     * Takes over a header, unless it is known.
     *
     * @param known what was sent
     * @return why its source must end; null: it need not
     */
    @Nullable
    String note(Tag header, Headers known) {
        pending.removeIf(other -> {
            boolean same = other.kind() == header.kind() && other.track() == header.track();
            if (same) {
                other.release();
            }
            return same;
        });
        String objection = pending.size() == Headers.MOST_ENTRIES
                ? "more than " + Headers.MOST_ENTRIES + " headers without a frame"
                : known.objection(header);
        if (objection != null || known.with(header) == known) {
            header.release();
        } else {
            pending.add(header);
        }
        return objection;
    }

    /** Hands all over. */
    void drain(Consumer<Tag> sink) {
        pending.forEach(sink);
        pending.clear();
    }
}
