package io.fairlead.jobs.facts;

import java.io.IOException;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Rows into ClickHouse, each stored once, incremental views included.
 *
 * <p>ClickHouse has no transactions over several tables, but it forgets an insert that it has seen: a block whose
 * deduplication token is in the table's window is not stored again, and each view that hangs on the table decides the same
 * for itself. So a batch may be sent any number of times, provided that <em>the same rows always come with the same
 * token</em>. The question is how to keep that over a crash.
 *
 * <p><b>Why batches are written ahead.</b> If batches were sent as they fill up, a crash would take the job back to its
 * last checkpoint, and the rows since then would be read again; but a flush by time or by the interleaving of partitions
 * would cut them elsewhere, and rows of a batch that had been stored would come back in another one under another token.
 * Cutting at fixed offsets instead makes the cut repeatable, but then a quiet topic's rows wait for their batch to fill,
 * and duplicates that are dropped by state make the content depend on that state. So the cut is <em>written down before
 * anything is sent</em>: a batch is closed when the barrier of a checkpoint passes at the latest; it travels to the committer
 * and becomes part of the checkpoint; and it is inserted only when that checkpoint is complete.
 *
 * <ul>
 *   <li>Crash before the checkpoint is complete: nothing of these batches was sent. They are cut anew from the topics.
 *   <li>Crash after it, during the inserts: the restored committer holds the very same bytes and tokens and sends all of
 *       them again. Those that were stored are refused by token. A batch that was stored but not yet in all its views is
 *       finished, for each view's table has a window of its own.
 *   <li>The reply is lost: the same, without a crash.
 *   <li>ClickHouse is down: the committer waits, so do the writer and the sources; the bound is one checkpoint's batches.
 * </ul>
 *
 * <p>The price is that a row is seen one checkpoint interval later (1 s), which history can bear: what goes back to the
 * edges does not come this way.
 *
 * <p><b>The token</b> is a digest of the content. A name made of checkpoint and batch numbers would be as unique until
 * somebody starts the job from an older savepoint: then the same numbers come with other rows, and those would vanish as
 * "already stored".
 *
 * <p><b>What it asks for.</b> The table's window must outlast the inserts of other batches between two sendings of one: the
 * migrations set 10 000 blocks, hours at one insert a second. A batch must be one block: {@link BatchLimits} keep it far
 * below ClickHouse's. And a job that is started from anything older than its newest state stores again what came since;
 * {@code telemetry_accounts} then counts it as duplicates.
 */
final class FactsSink implements Sink<FactRow>, SupportsCommitter<FactBatch> {

    private static final long serialVersionUID = 1L;

    private final ClickHouseAddress address;
    private final BatchLimits limits;
    private final int insertsInFlight;

    FactsSink(ClickHouseAddress address, BatchLimits limits, int insertsInFlight) {
        this.address = address;
        this.limits = limits;
        this.insertsInFlight = insertsInFlight;
    }

    @Override
    public CommittingSinkWriter<FactRow, FactBatch> createWriter(WriterInitContext context) {
        return new FactsWriter(limits, context.metricGroup().addGroup("facts"));
    }

    @Override
    public Committer<FactBatch> createCommitter(CommitterInitContext context) throws IOException {
        return new ClickHouseCommitter(
                address, insertsInFlight, context.metricGroup().addGroup("facts"));
    }

    @Override
    public SimpleVersionedSerializer<FactBatch> getCommittableSerializer() {
        return new FactBatch.Serializer();
    }
}
