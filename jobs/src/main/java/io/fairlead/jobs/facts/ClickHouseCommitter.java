package io.fairlead.jobs.facts;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.data.ClickHouseFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inserts the batches of a completed checkpoint, and holds until ClickHouse has taken every one. While it holds, the task
 * stands still and the topics wait: nothing is lost, and memory stays bounded by one checkpoint's batches. On the task
 * thread, with a few threads for inserts side by side.
 */
final class ClickHouseCommitter implements Committer<FactBatch> {

    private static final Logger LOG = LoggerFactory.getLogger(ClickHouseCommitter.class);

    private static final long PAUSE_MIN_MS = 100;
    private static final long PAUSE_MAX_MS = 5_000;
    private static final long SAY_EVERY_MS = 30_000;

    private final ClickHouseAddress address;
    private final Client client;
    private final ExecutorService inserts;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final Counter batches;
    private final Counter rows;
    private final Counter rawBytes;
    private final Counter retries;
    private boolean checked;

    /**
     * @param insertsInFlight batches that are inserted at once
     * @throws IOException when ClickHouse answers and lacks tables or columns
     */
    ClickHouseCommitter(ClickHouseAddress address, int insertsInFlight, MetricGroup metrics) throws IOException {
        this.address = address;
        client = address.connect();
        inserts = Executors.newFixedThreadPool(insertsInFlight, task -> {
            Thread thread = new Thread(task, "facts-insert");
            thread.setDaemon(true);
            return thread;
        });
        batches = metrics.counter("batches");
        rows = metrics.counter("storedRows");
        rawBytes = metrics.counter("storedBytes");
        retries = metrics.counter("retries");
        try {
            check();
        } catch (RuntimeException e) {
            LOG.warn("ClickHouse at {} does not answer yet ({}); facts are held until it does.", address, reason(e));
        }
    }

    @Override
    public void commit(Collection<CommitRequest<FactBatch>> requests) throws IOException, InterruptedException {
        List<Future<?>> running = new ArrayList<>(requests.size());
        for (CommitRequest<FactBatch> request : requests) {
            running.add(inserts.submit(() -> {
                insertUntilTaken(request.getCommittable());
                return null;
            }));
        }
        try {
            for (Future<?> insert : running) {
                insert.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(reason(e), e);
        } finally {
            running.forEach(insert -> insert.cancel(true));
        }
        for (CommitRequest<FactBatch> request : requests) {
            FactBatch batch = request.getCommittable();
            batches.inc();
            rows.inc(batch.rows());
            rawBytes.inc(batch.rawBytes());
        }
    }

    @Override
    public void close() {
        inserts.shutdownNow();
        client.close();
    }

    private void insertUntilTaken(FactBatch batch) throws IOException, InterruptedException {
        long pauseMs = PAUSE_MIN_MS;
        long heldMs = 0;
        long saidMs = -SAY_EVERY_MS;
        while (true) {
            try {
                check();
                insert(batch);
                if (saidMs >= 0) {
                    LOG.info("ClickHouse took {} rows of {} after {} ms.", batch.rows(), batch.table(), heldMs);
                }
                return;
            } catch (RuntimeException e) {
                retries.inc();
                if (heldMs - saidMs >= SAY_EVERY_MS) {
                    saidMs = heldMs;
                    LOG.warn(
                            "ClickHouse at {} did not take {} rows of {} ({}); they are held and sent again.",
                            address,
                            batch.rows(),
                            batch.table(),
                            reason(e));
                }
            }
            long jitteredMs = pauseMs / 2 + random.nextLong(pauseMs);
            TimeUnit.MILLISECONDS.sleep(jitteredMs);
            heldMs += jitteredMs;
            pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2);
        }
    }

    private void insert(FactBatch batch) throws InterruptedException {
        InsertSettings settings = new InsertSettings()
                .setDeduplicationToken(batch.token())
                .appCompressedData(true, "lz4")
                .serverSetting("async_insert", "0")
                .serverSetting("insert_deduplicate", "1")
                .serverSetting("deduplicate_blocks_in_dependent_materialized_views", "1")
                .serverSetting("max_partitions_per_insert_block", "0")
                .serverSetting("wait_end_of_query", "1");
        try (InsertResponse response = client.insert(
                        batch.table(),
                        batch.columns(),
                        new ByteArrayInputStream(batch.lz4()),
                        ClickHouseFormat.RowBinary,
                        settings)
                .get()) {
            LOG.debug("{} rows of {} in query {}", batch.rows(), batch.table(), response.getQueryId());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private synchronized void check() throws IOException {
        if (checked) {
            return;
        }
        List<String> violations = TableCheck.violations(client, address.database());
        if (!violations.isEmpty()) {
            throw new IOException("ClickHouse at " + address + " has not the tables of this version: "
                    + String.join(" ", violations.subList(0, Math.min(3, violations.size())))
                    + (violations.size() > 3 ? " And " + (violations.size() - 3) + " more." : "")
                    + " Run: fairlead clickhouse migrate");
        }
        checked = true;
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage())
                .lines()
                .findFirst()
                .orElse(root.getClass().getSimpleName());
    }
}
