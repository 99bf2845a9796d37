package io.fairlead.lab.bench;

import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What an attempt costs QualityJob, beside the yardstick: a job that decodes the same records, keys them by exit and keeps the
 * last one of each.
 *
 * <p>The topic is filled first and then drained by either job in a cluster of its own. Rate and processor time are taken between
 * a fifth and nine tenths of the records, by the offsets that the job's checkpoints commit: without the start of the job and
 * most of its compilation.
 */
@Command(
        name = "quality",
        description = "Processor time a record of QualityJob, beside a job that only decodes and keeps.")
public final class QualityBench implements Callable<Integer> {

    private static final String QUALITY = "io.fairlead.jobs.quality.QualityJob";
    private static final String YARDSTICK = "io.fairlead.jobs.yardstick.KeyedStateJob";
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int CHECKPOINT_MS = 500;
    private static final int LOOK_EVERY_MS = 50;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--records",
            defaultValue = "4000000",
            description = "Attempts on the topic (default: ${DEFAULT-VALUE}).")
    private int records;

    @Option(names = "--parallelism", defaultValue = "2", description = "Of either job (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Spec
    private CommandSpec spec;

    /** What one record took. */
    private record Cost(double recordsPerS, double jobUs) {}

    /** How far a job is, and what it took to get there. */
    private record Moment(long atNs, long records, Duration job) {
        Cost since(Moment earlier) {
            double count = records - earlier.records;
            return new Cost(
                    count * 1e9 / (atNs - earlier.atNs), job.minus(earlier.job).toNanos() / 1e3 / count);
        }
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s, %,d records, parallelism %d%n", Processor.machine(), records, parallelism);
        out.flush();
        try (BenchDirectory directory = BenchDirectory.make("quality");
                KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults())) {
            BenchTopics topics = new BenchTopics(kafka.bootstrap());
            topics.create();
            topics.fillAttempts(
                    records,
                    new AttemptSample(
                            new SplittableRandom(1),
                            Topics.TELEMETRY_ATTEMPTS.partitions(),
                            InstantSource.system().millis()));
            Cost yardstick = drain(kafka, directory.resolve("yardstick"), YARDSTICK);
            say(out, "decode, key, keep", yardstick);
            Cost quality = drain(kafka, directory.resolve("quality"), QUALITY);
            say(out, "QualityJob", quality);
            out.printf("processor time a record, QualityJob to yardstick: %.2f%n", quality.jobUs / yardstick.jobUs);
            out.flush();
        }
        return 0;
    }

    private static void say(PrintWriter out, String job, Cost cost) {
        out.printf("%-20s %,9.0f records/s   %5.2f µs of processor a record%n", job, cost.recordsPerS, cost.jobUs);
        out.flush();
    }

    private Cost drain(KafkaProcess kafka, Path directory, String entryClass) throws Exception {
        String group = "bench-" + entryClass.substring(entryClass.lastIndexOf('.') + 1);
        try (FlinkProcess flink = FlinkProcess.start(directory, FlinkProcess.Options.defaults());
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            String job = new ResumableJobs(flink)
                    .submit(
                            JobsJar.find(),
                            entryClass,
                            List.of(
                                    "--bootstrap-servers",
                                    kafka.bootstrap(),
                                    "--group",
                                    group,
                                    "--checkpoint-ms",
                                    Integer.toString(CHECKPOINT_MS)),
                            parallelism);
            Moment start = awaitRecords(admin, group, flink, records / 5);
            Cost cost = awaitRecords(admin, group, flink, records * 9L / 10).since(start);
            new FlinkRest(flink.restUrl()).cancel(job);
            return cost;
        }
    }

    private static Moment awaitRecords(Admin admin, String group, FlinkProcess flink, long records)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            long read = committed(admin, group);
            if (read >= records) {
                return new Moment(System.nanoTime(), read, Processor.time(flink.pid()));
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException("Only " + read + " of " + records + " records were read within "
                        + LIMIT.toMinutes() + " min; see flink.log in the bench's directory.");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        }
    }

    private static long committed(Admin admin, String group) throws IOException, InterruptedException {
        try {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        } catch (ExecutionException e) {
            throw new IOException("Kafka tells no offsets of the group " + group + ": " + e.getMessage(), e);
        }
    }
}
