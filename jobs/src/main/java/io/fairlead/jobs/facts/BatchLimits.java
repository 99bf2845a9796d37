package io.fairlead.jobs.facts;

import java.io.Serializable;

/**
 * How large batches grow.
 *
 * @param rowsMax rows of one batch
 * @param bytesMax bytes of one batch before compression; a single larger row is a batch of its own
 * @param heldBytesMax compressed bytes that one writer holds between two checkpoints before it gives up
 */
record BatchLimits(int rowsMax, int bytesMax, long heldBytesMax) implements Serializable {

    static final int ROWS_MAX = 50_000;
    static final int BYTES_MAX = 8 << 20;
    static final long HELD_BYTES_MAX = 128L << 20;

    /** What ClickHouse keeps in one block: a larger batch would be split, and its token with it. */
    private static final int ROWS_OF_A_BLOCK = 1_000_000;

    BatchLimits {
        if (rowsMax < 1 || rowsMax > ROWS_OF_A_BLOCK) {
            throw new IllegalArgumentException("--batch-rows is " + rowsMax + "; set 1 to " + ROWS_OF_A_BLOCK + ".");
        }
        if (bytesMax < 1_024 || bytesMax > 128 << 20) {
            throw new IllegalArgumentException("--batch-bytes is " + bytesMax + "; set 1024 to 134217728.");
        }
        if (heldBytesMax < bytesMax) {
            throw new IllegalArgumentException(
                    "--held-bytes is " + heldBytesMax + "; set at least --batch-bytes, " + bytesMax + ".");
        }
    }

    static BatchLimits defaults() {
        return new BatchLimits(ROWS_MAX, BYTES_MAX, HELD_BYTES_MAX);
    }
}
