package io.fairlead.lab.bench;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.data.ClickHouseFormat;
import io.fairlead.cli.UserError;
import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.jobs.facts.FactColumn;
import io.fairlead.jobs.facts.FactTable;
import io.fairlead.jobs.facts.FactTables;
import io.fairlead.jobs.facts.RowBinary;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.Host;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.topics.Topics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * How fast FactsJob brings attempts from Kafka into ClickHouse with all views on, and what a row costs beside the yardstick:
 * the same rows, encoded beforehand, inserted by the bare client into an engine of its own with the same views.
 *
 * <p>The topic is filled first and then drained, so that the producer takes no part. Rate and processor time are taken between
 * a fifth and nine tenths of the rows: without the start of the job and its compilation.
 */
@Command(name = "facts", description = "Rows a second of FactsJob, beside a bare insert of the same rows.")
public final class FactsBench implements Callable<Integer> {

    private static final String JOB = "io.fairlead.jobs.facts.FactsJob";
    private static final int BATCH_ROWS = 50_000;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--rows",
            defaultValue = "2000000",
            description = "Attempts on the topic (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(names = "--parallelism", defaultValue = "2", description = "Of the job (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Spec
    private CommandSpec spec;

    private final InstantSource clock = InstantSource.system();

    @Override
    public Integer call() throws Exception {
        if (rows < 5 * BATCH_ROWS) {
            throw new UserError("--rows is " + rows + "; take at least " + 5 * BATCH_ROWS + ".");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s, %,d rows, parallelism %d%n", Processor.machine(), rows, parallelism);
        out.flush();
        try (BenchDirectory directory = BenchDirectory.make("facts")) {
            Cost bare = bare(directory.resolve("bare"));
            out.printf(
                    "bare client-v2 insert   %,9.0f rows/s   %5.2f µs of processor a row (client %.2f, engine %.2f)%n",
                    bare.rowsPerS(), bare.totalUs(), bare.senderUs(), bare.engineUs());
            out.flush();
            Cost job = job(directory.resolve("job"));
            out.printf(
                    "FactsJob from Kafka     %,9.0f rows/s   %5.2f µs of processor a row (job %.2f, engine %.2f, broker %.2f)%n",
                    job.rowsPerS(), job.totalUs(), job.senderUs(), job.engineUs(), job.brokerUs());
            out.printf("processor time a row, job to bare: %.2f%n", job.totalUs() / bare.totalUs());
            out.flush();
        }
        return 0;
    }

    /** What one row took: rate, and microseconds of processor by process. */
    private record Cost(double rowsPerS, double senderUs, double engineUs, double brokerUs) {
        double totalUs() {
            return senderUs + engineUs + brokerUs;
        }
    }

    /** Processor time of each process and the rows stored, at one moment. */
    private record Moment(long atNs, long rows, Duration sender, Duration engine, Duration broker) {
        Cost since(Moment earlier) {
            double count = rows - earlier.rows;
            return new Cost(
                    count * 1e9 / (atNs - earlier.atNs),
                    sender.minus(earlier.sender).toNanos() / 1e3 / count,
                    engine.minus(earlier.engine).toNanos() / 1e3 / count,
                    broker.minus(earlier.broker).toNanos() / 1e3 / count);
        }
    }

    private Cost bare(Path directory) throws Exception {
        FactTable<?> table = FactTables.all().stream()
                .filter(candidate -> candidate.record() == ProxiedAttempt.class)
                .findFirst()
                .orElseThrow();
        List<String> columns = table.columns().stream().map(FactColumn::name).toList();
        try (ClickHouseProcess engine = ClickHouseProcess.start(directory, ClickHouseProcess.Options.defaults());
                Client client = new Client.Builder()
                        .addEndpoint(engine.url().toString())
                        .setUsername(engine.user())
                        .setPassword(engine.password())
                        .setDefaultDatabase("fairlead")
                        .compressClientRequest(true)
                        .build()) {
            ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
            List<byte[]> batches = encoded(table);
            Moment start = null;
            long stored = 0;
            for (byte[] batch : batches) {
                if (start == null && stored >= rows / 5) {
                    start = moment(stored, ProcessHandle.current().pid(), engine.pid(), -1);
                }
                InsertSettings settings = new InsertSettings()
                        .setDeduplicationToken("bench-" + stored)
                        .serverSetting("async_insert", "0");
                client.insert(
                                table.name(),
                                columns,
                                new ByteArrayInputStream(batch),
                                ClickHouseFormat.RowBinary,
                                settings)
                        .get()
                        .close();
                stored += BATCH_ROWS;
            }
            return moment(stored, ProcessHandle.current().pid(), engine.pid(), -1)
                    .since(Objects.requireNonNull(start));
        }
    }

    private List<byte[]> encoded(FactTable<?> table) {
        AttemptSample sample = sample();
        RowBinary row = new RowBinary();
        List<byte[]> batches = new ArrayList<>();
        ByteArrayOutputStream batch = new ByteArrayOutputStream(BATCH_ROWS * 300);
        for (int i = 1; i <= rows; i++) {
            ProxiedAttempt attempt = sample.next();
            RawRecord origin = new RawRecord(
                    Topics.TELEMETRY_ATTEMPTS.name(), 0, i, attempt.getHeader().getObservedAtMs(), null, null);
            row.clear();
            table.write(attempt, origin, row);
            batch.writeBytes(row.toBytes());
            if (i % BATCH_ROWS == 0) {
                batches.add(batch.toByteArray());
                batch.reset();
            }
        }
        return batches;
    }

    private Cost job(Path directory) throws Exception {
        List<Host> hosts = new ArrayList<>();
        try {
            KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
            hosts.add(kafka);
            ClickHouseProcess engine =
                    ClickHouseProcess.start(directory.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
            hosts.add(engine);
            ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
            fill(kafka);
            FlinkProcess flink = FlinkProcess.start(directory.resolve("flink"), FlinkProcess.Options.defaults());
            hosts.add(flink);
            String job = new ResumableJobs(flink)
                    .submit(
                            JobsJar.find(),
                            JOB,
                            Arrays.asList(
                                    "--bootstrap-servers", kafka.bootstrap(),
                                    "--clickhouse", engine.url().toString(),
                                    "--clickhouse-user", engine.user(),
                                    "--clickhouse-password", engine.password()),
                            parallelism);
            Moment start = awaitRows(engine, flink, kafka, rows / 5);
            Cost cost = awaitRows(engine, flink, kafka, rows * 9L / 10).since(start);
            awaitRows(engine, flink, kafka, rows);
            new FlinkRest(flink.restUrl()).cancel(job);
            return cost;
        } finally {
            Host.closeAll(hosts);
        }
    }

    private void fill(KafkaProcess kafka) throws IOException, ExecutionException, InterruptedException {
        BenchTopics topics = new BenchTopics(kafka.bootstrap());
        topics.create();
        AttemptSample sample = sample();
        topics.fillAttempts(rows, sample);
    }

    private AttemptSample sample() {
        return new AttemptSample(new SplittableRandom(1), Topics.TELEMETRY_ATTEMPTS.partitions(), clock.millis());
    }

    private static Moment awaitRows(ClickHouseProcess engine, FlinkProcess flink, KafkaProcess kafka, long rows)
            throws SQLException, IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        try (Connection connection =
                        DriverManager.getConnection(engine.jdbcUrl("fairlead"), engine.user(), engine.password());
                Statement statement = connection.createStatement()) {
            while (true) {
                long stored;
                try (ResultSet count = statement.executeQuery("SELECT count() FROM raw_attempts")) {
                    stored = count.next() ? count.getLong(1) : 0;
                }
                if (stored >= rows) {
                    return moment(stored, flink.pid(), engine.pid(), kafka.pid());
                }
                if (System.nanoTime() > deadlineNs) {
                    throw new IOException("Only " + stored + " of " + rows + " rows were stored within "
                            + LIMIT.toMinutes() + " min; see flink.log in the bench's directory.");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private static Moment moment(long rows, long sender, long engine, long broker) {
        return new Moment(
                System.nanoTime(), rows, Processor.time(sender), Processor.time(engine), Processor.time(broker));
    }
}
