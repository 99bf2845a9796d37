package io.fairlead.lab.bench;

import io.fairlead.cli.flink.FlinkCheckpoints;
import io.fairlead.cli.flink.FlinkJob;
import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.JarRun;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What QualityJob keeps of a large fleet: how large its checkpoints are, how long they take while attempts come in, and how long the
 * job takes to go on from one; on the heap, and in RocksDB with incremental checkpoints.
 *
 * <p>Every exit has connected and carried some attempts, which the job has read before anything is counted.
 */
@Command(
        name = "state",
        description =
                "Size and time of QualityJob's checkpoints with so many exits, and how long it takes to go on from one: on the heap and in RocksDB.")
public final class StateBench implements Callable<Integer> {

    private static final String QUALITY = "io.fairlead.jobs.quality.QualityJob";
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final int LOOK_EVERY_MS = 100;
    private static final double MIB = 1 << 20;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--exits", defaultValue = "1000000", description = "Exits (default: ${DEFAULT-VALUE}).")
    private int exits;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "3",
            description = "Attempts of an exit, in the mean (default: ${DEFAULT-VALUE}).")
    private int attempts;

    @Option(
            names = "--rate",
            defaultValue = "2000",
            description = "Attempts a second while checkpoints are taken (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--checkpoints",
            paramLabel = "N",
            defaultValue = "6",
            description = "How many are counted, one each 10 s (default: ${DEFAULT-VALUE}).")
    private int counted;

    @Option(
            names = "--heap-mib",
            paramLabel = "MiB",
            defaultValue = "6144",
            description = "Heap of the cluster (default: ${DEFAULT-VALUE}).")
    private int heapMib;

    @Option(
            names = "--state",
            split = ",",
            defaultValue = "hashmap,rocksdb",
            description =
                    "Where state is kept: hashmap, which is the heap, rocksdb, or both (default: ${DEFAULT-VALUE}).")
    private List<String> backends = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s, %,d exits, %,d attempts, then %,d/s%n", Processor.machine(), exits, (long) exits * attempts, rate);
        out.flush();
        try (BenchDirectory directory = BenchDirectory.make("state");
                KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults())) {
            BenchTopics topics = new BenchTopics(kafka.bootstrap());
            topics.create();
            long nowMs = InstantSource.system().millis();
            AttemptSample sample =
                    new AttemptSample(new SplittableRandom(1), exits, Topics.TELEMETRY_ATTEMPTS.partitions(), nowMs);
            topics.fill(Topics.TELEMETRY_EXITS, IntStream.range(0, exits).mapToObj(exit -> connected(exit, nowMs)));
            topics.fillAttempts(exits * attempts, sample);
            for (String backend : backends) {
                look(out, topics, kafka, directory.resolve(backend), backend, sample);
            }
        }
        return 0;
    }

    private void look(
            PrintWriter out,
            BenchTopics topics,
            KafkaProcess kafka,
            Path directory,
            String backend,
            AttemptSample sample)
            throws Exception {
        String group = "bench-" + backend;
        try (FlinkProcess flink =
                FlinkProcess.start(directory, FlinkProcess.Options.defaults().withHeapMib(heapMib))) {
            FlinkRest rest = new FlinkRest(flink.restUrl());
            JarRun run = JarRun.of(QUALITY, List.of("--bootstrap-servers", kafka.bootstrap(), "--group", group), 2)
                    .configured(Map.of(
                            "state.backend.type",
                            backend,
                            "execution.checkpointing.incremental",
                            Boolean.toString(backend.equals("rocksdb"))));
            String jar = rest.upload(JobsJar.find());
            long begunNanos = System.nanoTime();
            String job = rest.run(jar, run);
            topics.awaitRead(group, LIMIT);
            out.printf(
                    "%-8s all is read after %.0f s, %,.0f s of processor time%n",
                    backend,
                    (System.nanoTime() - begunNanos) / 1e9,
                    Processor.time(flink.pid()).toMillis() / 1e3);
            out.flush();
            List<FlinkCheckpoints> taken = new ArrayList<>();
            try (Trickle trickle = topics.trickle(rate, sample)) {
                long seen = rest.checkpoints(job).completed();
                while (taken.size() < counted) {
                    FlinkCheckpoints now = rest.checkpoints(job);
                    if (now.completed() > seen) {
                        seen = now.completed();
                        taken.add(now);
                    }
                    TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
                }
                trickle.check();
            }
            FlinkCheckpoints last = taken.get(taken.size() - 1);
            long[] ms = taken.stream()
                    .mapToLong(FlinkCheckpoints::latestDurationMs)
                    .sorted()
                    .toArray();
            long[] written = taken.stream()
                    .mapToLong(FlinkCheckpoints::latestWrittenBytes)
                    .sorted()
                    .toArray();
            out.printf(
                    "%-8s %d checkpoints: median %,d ms, longest %,d ms; %,.0f MiB, %,.0f bytes an exit; written for each, median %,.0f MiB%n",
                    backend,
                    taken.size(),
                    ms[ms.length / 2],
                    ms[ms.length - 1],
                    last.latestBytes() / MIB,
                    last.latestBytes() / (double) exits,
                    written[written.length / 2] / MIB);
            out.flush();
            rest.cancel(job);
            awaitEnd(rest, job);
            long againNanos = System.nanoTime();
            String successor = rest.run(
                    jar, run.restoredFrom(rest.checkpoints(job).latestPath().orElseThrow()));
            awaitRunning(rest, successor);
            out.printf(
                    "%-8s goes on from the last one after %.1f s; %,d MiB resident%n",
                    backend,
                    (System.nanoTime() - againNanos) / 1e9,
                    flink.rssBytes().orElse(0) >> 20);
            out.flush();
            rest.cancel(successor);
        }
    }

    private static void awaitEnd(FlinkRest rest, String job) throws IOException, InterruptedException {
        while (rest.job(job).filter(each -> !each.ended()).isPresent()) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        }
    }

    /** With every task, its state read. */
    private static void awaitRunning(FlinkRest rest, String job) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        while (rest.job(job).filter(FlinkJob::fullyRunning).isEmpty()) {
            if (System.nanoTime() > deadlineNanos) {
                throw new IOException("The job did not run again within " + LIMIT.toMinutes() + " min.");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        }
    }

    private static ExitConnected connected(int exit, long nowMs) {
        int partitions = Topics.TELEMETRY_EXITS.partitions();
        return ExitConnected.newBuilder()
                .setHeader(new TelemetryHeader("edge-1", nowMs, exit % partitions, (long) (exit / partitions), nowMs))
                .setExitId("exit-" + exit)
                .setLinkId("exit-" + exit + "-1")
                .setAgentEpochMs(nowMs)
                .setPoolType(PoolType.RESIDENTIAL)
                .setCountry("fr")
                .setAsn(3_000 + exit % 200)
                .setConsent(true)
                .setDeclaredCapacityRequests(8)
                .build();
    }
}
