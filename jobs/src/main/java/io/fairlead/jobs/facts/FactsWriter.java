package io.fairlead.jobs.facts;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.metrics.MetricGroup;

/**
 * Gathers rows by table and closes a batch when it is full, or when a checkpoint begins. Talks to nobody. On the task
 * thread.
 */
final class FactsWriter implements CommittingSinkWriter<FactRow, FactBatch> {

    private final BatchLimits limits;
    private final List<OpenBatch> open;
    private List<FactBatch> closed = new ArrayList<>();
    private long closedBytes;

    FactsWriter(BatchLimits limits, MetricGroup metrics) {
        this.limits = limits;
        open = FactTables.all().stream().map(OpenBatch::new).toList();
        metrics.gauge("heldBytes", () -> closedBytes);
    }

    @Override
    public void write(FactRow row, Context context) throws IOException {
        OpenBatch batch = open.get(row.table());
        if (batch.bytes() + row.bytes().length > limits.bytesMax() && batch.rows() > 0) {
            close(batch);
        }
        batch.add(row.bytes());
        if (batch.rows() >= limits.rowsMax()) {
            close(batch);
        }
    }

    @Override
    public void flush(boolean endOfInput) {
        // Rows leave with the checkpoint that they belong to, never before it.
    }

    @Override
    public Collection<FactBatch> prepareCommit() throws IOException {
        for (OpenBatch batch : open) {
            if (batch.rows() > 0) {
                close(batch);
            }
        }
        List<FactBatch> ready = closed;
        closed = new ArrayList<>();
        closedBytes = 0;
        return ready;
    }

    @Override
    public void close() {
        closed.clear();
    }

    private void close(OpenBatch batch) throws IOException {
        FactBatch full = batch.close();
        closed.add(full);
        closedBytes += full.lz4().length;
        if (closedBytes > limits.heldBytesMax()) {
            throw new IOException("Facts of more than " + limits.heldBytesMax()
                    + " bytes have come in since the last checkpoint. Look why checkpoints do not complete, or set"
                    + " a shorter --checkpoint-ms or a larger --held-bytes.");
        }
    }
}
