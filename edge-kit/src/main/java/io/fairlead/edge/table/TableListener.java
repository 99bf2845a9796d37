package io.fairlead.edge.table;

/**
 * Told of every change of a table, on the table's thread; while a snapshot is taken in, on the thread that starts the tables.
 * What it throws is logged and counted, and ends nothing.
 */
public interface TableListener<T> {

    /** The key has this value from now on. */
    void put(String key, T value);

    /** The key has none any more. */
    void removed(String key);
}
