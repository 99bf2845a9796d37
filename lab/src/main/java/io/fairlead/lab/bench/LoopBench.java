package io.fairlead.lab.bench;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.EdgeKit;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.publish.TelemetryPublisher;
import io.fairlead.edge.publish.TopicAccount;
import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.edge.table.TableListener;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * How long it takes from an event on an edge to the decision it caused being applied on the edge, while an edge tells of so many
 * requests a second: through its spool, Kafka, QualityJob, Kafka and its table, all on this machine.
 *
 * <p>An exit in ten fails most of its requests for some seconds, then another one: decisions change all the time. Events keep
 * their times whatever the machine does (an open loop). Nothing is proxied: processors are left to what is measured.
 */
@Command(name = "loop", description = "From an event on an edge to the decision applied on it, at a rate of requests.")
public final class LoopBench implements Callable<Integer> {

    private static final String QUALITY = "io.fairlead.jobs.quality.QualityJob";
    private static final long MOOD_MS = 10_000;
    private static final int MOODS = 10;
    private static final long LONGEST_MS = TimeUnit.HOURS.toMillis(1);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--rate", defaultValue = "5000", description = "Requests a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Before counting (default: ${DEFAULT-VALUE}).")
    private int warmUpS;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Counted (default: ${DEFAULT-VALUE}).")
    private int timeS;

    @Spec
    private CommandSpec spec;

    private final Histogram loops = new ConcurrentHistogram(LONGEST_MS, 3);
    private final InstantSource clock = InstantSource.system();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s, %,d requests/s, %d s after %d s%n", Processor.machine(), rate, timeS, warmUpS);
        out.flush();
        try (BenchDirectory directory = BenchDirectory.make("loop");
                KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
                FlinkProcess flink = FlinkProcess.start(directory.resolve("flink"), FlinkProcess.Options.defaults())) {
            new BenchTopics(kafka.bootstrap()).create();
            new ResumableJobs(flink)
                    .submit(JobsJar.find(), QUALITY, List.of("--bootstrap-servers", kafka.bootstrap()), 2);
            EdgeKitSettings settings =
                    EdgeKitSettings.of("edge-1", "bench", "0", kafka.bootstrap(), directory.resolve("edge"));
            try (EdgeKit kit = EdgeKit.open(
                    settings, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), clock, System::nanoTime)) {
                kit.decisions(Topics.DECISIONS_EXITS, DecisionReader.exitScores())
                        .listen(new Stopwatch());
                kit.start(EdgeLoad::none);
                tell(kit.publisher(), warmUpS);
                Duration job = Processor.time(flink.pid());
                loops.reset();
                String lag;
                try (LagWatch watch = new LagWatch(flink.metricsUrl())) {
                    tell(kit.publisher(), timeS);
                    lag = watch.said();
                }
                Histogram counted = loops.copy();
                double share = Processor.time(flink.pid()).minus(job).toNanos() / (timeS * 1e9);
                long lost = kit.publisher().accounts().stream()
                        .mapToLong(TopicAccount::lost)
                        .sum();
                out.printf(
                        "%,d decisions: p50 %d ms, p99 %d ms, longest %d ms; Flink took %.0f %% of a processor; %d records lost; %s%n",
                        counted.getTotalCount(),
                        counted.getValueAtPercentile(50),
                        counted.getValueAtPercentile(99),
                        counted.getMaxValue(),
                        100 * share,
                        lost,
                        lag);
                out.flush();
            }
        }
        return 0;
    }

    private final class Stopwatch implements TableListener<Decision<ExitScore>> {

        @Override
        public void put(String exitId, Decision<ExitScore> decision) {
            if (decision.observedAtMs() > 0) {
                loops.recordValue(Math.min(LONGEST_MS, Math.max(0, clock.millis() - decision.observedAtMs())));
            }
        }

        @Override
        public void removed(String exitId) {}
    }

    private void tell(TelemetryPublisher publisher, int seconds) {
        AttemptSample sample =
                new AttemptSample(new SplittableRandom(1), Topics.TELEMETRY_ATTEMPTS.partitions(), clock.millis());
        for (int exit = 0; exit < AttemptSample.EXITS; exit++) {
            publisher.offer(Topics.TELEMETRY_EXITS, "exit-" + exit, connected("exit-" + exit));
        }
        long begunNanos = System.nanoTime();
        long told = 0;
        while (true) {
            long nanos = System.nanoTime() - begunNanos;
            if (nanos >= seconds * 1_000_000_000L) {
                return;
            }
            for (long due = (long) (rate * (nanos / 1e9)); told < due; told++) {
                ProxiedAttempt attempt = sample.next();
                if (failing(attempt.getExitId())) {
                    attempt.setOutcome(Outcome.CONNECTION_TIMEOUT);
                    attempt.setLayer(FaultLayer.EXIT);
                }
                publisher.offer(Topics.TELEMETRY_ATTEMPTS, attempt.getExitId(), attempt);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    private boolean failing(String exitId) {
        return Math.floorMod(exitId.hashCode() + clock.millis() / MOOD_MS, MOODS) == 0;
    }

    private ExitConnected connected(String exitId) {
        return ExitConnected.newBuilder()
                .setHeader(new TelemetryHeader("", 0L, 0, 0L, 0L))
                .setExitId(exitId)
                .setLinkId(exitId + "-1")
                .setAgentEpochMs(clock.millis())
                .setPoolType(PoolType.RESIDENTIAL)
                .setConsent(true)
                .setDeclaredCapacityRequests(8)
                .build();
    }
}
