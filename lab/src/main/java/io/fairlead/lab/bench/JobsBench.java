package io.fairlead.lab.bench;

import io.fairlead.cli.flink.FlinkJob;
import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.JarRun;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a record of its largest stream costs each job that {@link QualityBench} and {@link FactsBench} do not measure: heartbeats of exits for PoolJob, tallies of resolvers for ResolverJob and MapJob, legs
 * for RelayJob. Each job runs in a cluster of its own, with what it needs to take the stream seriously: groups, name servers and relay servers that report.
 */
@Command(
        name = "jobs",
        description =
                "Processor time a record of the jobs of pools, resolvers, the map and relays. Of the others: bench quality, bench facts.")
public final class JobsBench implements Callable<Integer> {

    private static final int LOOK_EVERY_MS = 100;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--records",
            defaultValue = "1000000",
            description = "Of the stream of each (default: ${DEFAULT-VALUE}).")
    private int records;

    @Option(
            names = "--jobs",
            split = ",",
            defaultValue = "pools,resolvers,map,relays",
            description = "Which (default: ${DEFAULT-VALUE}).")
    private List<String> jobs = List.of();

    @Spec
    private CommandSpec spec;

    /**
     * One job's stream.
     *
     * @param source name of the source that reads it, as its consumer group ends
     * @param late the job begins at its newest record, so that it is filled while the job runs, which bounds the rate
     */
    private record Stream(
            String entryClass, TopicSpec topic, String source, boolean late, LongFunction<SpecificRecord> record) {}

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s, %,d records each%n", Processor.machine(), records);
        out.flush();
        for (String job : jobs) {
            try (BenchDirectory directory = BenchDirectory.make("jobs");
                    KafkaProcess kafka =
                            KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults())) {
                measure(job, kafka, directory.resolve("flink")).say(out, job);
            }
        }
        return 0;
    }

    private Drain.Cost measure(String job, KafkaProcess kafka, Path directory) throws Exception {
        BenchTopics topics = new BenchTopics(kafka.bootstrap());
        topics.create();
        JobSamples samples = new JobSamples(InstantSource.system());
        Stream stream = stream(job, samples);
        for (String group : JobSamples.GROUPS) {
            topics.put(Topics.CONFIG_GROUPS, group, samples.group(group));
        }
        try (FlinkProcess flink = FlinkProcess.start(directory, FlinkProcess.Options.defaults());
                Trickle reports = topics.trickle(Topics.TELEMETRY_EDGES, 8, samples::report)) {
            if (!stream.late()) {
                fill(topics, stream);
            }
            FlinkRest rest = new FlinkRest(flink.restUrl());
            String id = rest.run(
                    rest.upload(JobsJar.find()),
                    JarRun.of(
                            stream.entryClass(),
                            List.of(
                                    "--bootstrap-servers", kafka.bootstrap(),
                                    "--group", "bench",
                                    "--checkpoint-ms", "500"),
                            1));
            Drain.Cost cost;
            if (stream.late()) {
                while (rest.job(id).filter(FlinkJob::fullyRunning).isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
                }
                cost = drainedWhileFilled(topics, stream, kafka, flink);
            } else {
                cost = drained(stream, kafka, flink);
            }
            reports.check();
            rest.cancel(id);
            return cost;
        }
    }

    private Drain.Cost drained(Stream stream, KafkaProcess kafka, FlinkProcess flink) throws Exception {
        return Drain.of(kafka, flink, "bench-" + stream.source(), stream.topic(), records);
    }

    private Drain.Cost drainedWhileFilled(BenchTopics topics, Stream stream, KafkaProcess kafka, FlinkProcess flink)
            throws Exception {
        ExecutorService filler = Executors.newSingleThreadExecutor();
        try {
            Future<?> filled = filler.submit(() -> {
                fill(topics, stream);
                return null;
            });
            Drain.Cost cost = drained(stream, kafka, flink);
            filled.get();
            return cost;
        } finally {
            filler.shutdownNow();
        }
    }

    private void fill(BenchTopics topics, Stream stream) throws Exception {
        topics.fill(stream.topic(), LongStream.range(0, records).mapToObj(stream.record()));
    }

    private static Stream stream(String job, JobSamples samples) {
        return switch (job) {
            case "pools" ->
                new Stream(
                        "io.fairlead.jobs.pools.PoolJob", Topics.TELEMETRY_EXITS, "passing", false, samples::heartbeat);
            case "resolvers" ->
                new Stream(
                        "io.fairlead.jobs.resolvers.ResolverJob",
                        Topics.TELEMETRY_RESOLVERS,
                        "tallies",
                        false,
                        samples::tally);
            case "map" ->
                new Stream(
                        "io.fairlead.jobs.map.MapJob", Topics.TELEMETRY_RESOLVERS, "resolvers", false, samples::tally);
            case "relays" ->
                new Stream("io.fairlead.jobs.relays.RelayJob", Topics.TELEMETRY_RELAY, "reports", true, samples::leg);
            default ->
                throw new io.fairlead.cli.UserError(
                        "There is no bench of a job '" + job + "'; there are pools, resolvers, map, relays");
        };
    }
}
