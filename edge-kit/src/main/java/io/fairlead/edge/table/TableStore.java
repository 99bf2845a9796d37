package io.fairlead.edge.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a table keeps what it holds, and what of it stands in its snapshot. Most keep an object and the record as it came for each key
 * ({@link #ofRecords}); where there are a million of them their owner keeps them in rows of its own, and writes those.
 *
 * <p>Written by the table's thread alone; asked by any, and {@link #save} is called by that of the snapshots.
 *
 * @param <T> what is held for a key
 */
public interface TableStore<T> {

    /** One of objects, with the record of each as it came. */
    static <T> TableStore<T> ofRecords() {
        return new RecordStore<>();
    }

    /** Keys that have a value. */
    int size();

    /** What is held for a key, or null. */
    @Nullable
    T get(String key);

    void forEach(BiConsumer<String, T> each);

    /**
     * Holds a value from now on.
     *
     * @param raw the record that it was made of
     * @param generation of the read that it came in
     */
    void put(RawRecord raw, T value, int generation);

    /** What is held for the key, if anything, was met in this read as well. */
    void keep(String key, int generation);

    /** Whether anything was held for it. */
    boolean remove(String key);

    /** Keys that were not met in this read. */
    List<String> unmet(int generation);

    // ---- the snapshot

    /** Number of the form that its rows have in a snapshot, so that no other form is ever taken for it; 0: it writes records only. */
    default int rowForm() {
        return 0;
    }

    /** Writes all that it holds. What is changed meanwhile may stand in it as it was or as it is. */
    void save(Snapshot out) throws IOException;

    /**
     * Takes in a row that {@link #save} wrote; records are given to the table. Before anything is put.
     *
     * @throws IOException if it is none, in a sentence
     */
    default void restore(ByteBuffer row) throws IOException {
        throw new IOException("it has rows, of which this table knows nothing");
    }

    /** What a snapshot is written to. */
    interface Snapshot {

        /** A record as it came, which is read again as if it came from its topic. */
        void record(RawRecord record) throws IOException;

        /** A row of the store's own form: the bytes from position to limit, at most {@value SnapshotFile#PART_BYTES_MAX}. */
        void row(ByteBuffer row) throws IOException;
    }
}
