package io.fairlead.edge.table;

import org.jspecify.annotations.Nullable;

/** One record of a compacted topic as it stands there; a null value deletes its key. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RawRecord(String key, byte @Nullable [] value, int partition, long offset, long brokerTimeMs) {}
