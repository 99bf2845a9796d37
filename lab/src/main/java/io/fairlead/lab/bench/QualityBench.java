package io.fairlead.lab.bench;

import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What an attempt costs QualityJob, beside the yardstick: a job that decodes the same records, keys them by exit and keeps the
 * last one of each.
 *
 * <p>The topic is filled first and then drained by either job in a cluster of its own.
 */
@Command(
        name = "quality",
        description = "Processor time a record of QualityJob, beside a job that only decodes and keeps.")
public final class QualityBench implements Callable<Integer> {

    private static final String QUALITY = "io.fairlead.jobs.quality.QualityJob";
    private static final String YARDSTICK = "io.fairlead.jobs.yardstick.KeyedStateJob";
    private static final int CHECKPOINT_MS = 500;

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
            Drain.Cost yardstick = drain(kafka, directory.resolve("yardstick"), YARDSTICK);
            yardstick.say(out, "decode, key, keep");
            Drain.Cost quality = drain(kafka, directory.resolve("quality"), QUALITY);
            quality.say(out, "QualityJob");
            out.printf("processor time a record, QualityJob to yardstick: %.2f%n", quality.jobUs() / yardstick.jobUs());
            out.flush();
        }
        return 0;
    }

    private Drain.Cost drain(KafkaProcess kafka, Path directory, String entryClass) throws Exception {
        String group = "bench-" + entryClass.substring(entryClass.lastIndexOf('.') + 1);
        try (FlinkProcess flink = FlinkProcess.start(directory, FlinkProcess.Options.defaults())) {
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
            Drain.Cost cost = Drain.of(kafka, flink, group, Topics.TELEMETRY_ATTEMPTS, records);
            new FlinkRest(flink.restUrl()).cancel(job);
            return cost;
        }
    }
}
