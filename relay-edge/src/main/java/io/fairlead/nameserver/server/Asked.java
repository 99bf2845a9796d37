package io.fairlead.nameserver.server;

import io.fairlead.nameserver.wire.Query;
import io.fairlead.nameserver.wire.Source;

/** Told of every question about a mapped name before it is answered, on the event loop that answers it. One for each event loop; must not block. */
public interface Asked {

    /** Counts nothing. */
    Asked NOBODY = (query, source, proven, tcp, nowMs) -> false;

    /**
     * A question was asked.
     *
     * @param proven the source is who it says: over TCP, or with a cookie of ours
     * @return whether it should be answered empty and truncated, so that the source comes over TCP, proves itself and shows its round trip; never if it came so
     */
    boolean asked(Query query, Source source, boolean proven, boolean tcp, long nowMs);

    /** A beacon was asked for by a source that is who it says, besides being {@link #asked}. */
    default void beacon(Query query, Source source) {}
}
