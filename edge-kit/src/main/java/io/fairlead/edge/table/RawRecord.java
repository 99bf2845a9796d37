package io.fairlead.edge.table;

import org.jspecify.annotations.Nullable;

/**
 * One record of a compacted topic as it stands there.
 *
 * @param value null: its key is deleted
 * @param brokerTimeMs when the broker took it, ms since the Unix epoch
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RawRecord(String key, byte @Nullable [] value, int partition, long offset, long brokerTimeMs) {}
