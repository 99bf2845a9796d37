package io.fairlead.jobs.facts;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;

/** Rows of one table that are still being gathered. Its buffer is used again for the next batch. */
final class OpenBatch {

    private static final int FIRST_BYTES = 16_384;
    private static final int TOKEN_BYTES = 16;

    private final String table;
    private final List<String> columns;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;
    private int rows;

    OpenBatch(FactTable<?> table) {
        this.table = table.name();
        this.columns = table.columns().stream().map(FactColumn::name).toList();
    }

    int rows() {
        return rows;
    }

    int bytes() {
        return size;
    }

    void add(byte[] row) {
        if (bytes.length - size < row.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + row.length));
        }
        System.arraycopy(row, 0, bytes, size, row.length);
        size += row.length;
        rows++;
    }

    /** The rows gathered so far as a closed batch; this one is empty then. */
    FactBatch close() throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(size / 3 + 64);
        try (LZ4FrameOutputStream lz4 = new LZ4FrameOutputStream(frame, BLOCKSIZE.SIZE_256KB)) {
            lz4.write(bytes, 0, size);
        }
        FactBatch batch = new FactBatch(table, columns, rows, size, token(), frame.toByteArray());
        size = 0;
        rows = 0;
        return batch;
    }

    private String token() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(table.getBytes(StandardCharsets.UTF_8));
            digest.update(bytes, 0, size);
            return HexFormat.of().formatHex(digest.digest(), 0, TOKEN_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256; this one says it has not.", e);
        }
    }
}
