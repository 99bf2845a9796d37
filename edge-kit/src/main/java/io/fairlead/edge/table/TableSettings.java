package io.fairlead.edge.table;

/**
 * Settings of the tables.
 *
 * @param snapshotIntervalMs how often tables that have changed are written to disk; one that takes long is written more rarely
 */
public record TableSettings(int snapshotIntervalMs) {

    public TableSettings {
        if (snapshotIntervalMs < 1) {
            throw new IllegalArgumentException(
                    "snapshotIntervalMs is " + snapshotIntervalMs + " but must be at least 1");
        }
    }

    public static TableSettings defaults() {
        return new TableSettings(60_000);
    }
}
