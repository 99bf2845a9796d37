package io.fairlead.lab.bench.kill;

import io.fairlead.cli.flink.FlinkJob;
import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.JarRun;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.lab.bench.AttemptSample;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.bench.BenchTopics;
import io.fairlead.lab.bench.Processor;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.FlinkCluster;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaCluster;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Kills one process after the other with -9 while attempts come in: a task manager, the job manager that leads, the broker that leads a partition of facts. After each it says for how long nothing newer was decided upon, and, once everything has come to rest, how many facts were sent, lie in Kafka and are in ClickHouse.
 */
@Command(name = "kill", description = "Kill processes of a real cluster: what is lost, and how soon decisions go on.")
public final class KillBench implements Callable<Integer> {

    private static final String FACTS = "io.fairlead.jobs.facts.FactsJob";
    private static final String QUALITY = "io.fairlead.jobs.quality.QualityJob";
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long GOAL_MS = 30_000;
    private static final long NOTICED_S = 12;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--rate", defaultValue = "1000", description = "Attempts a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--steady-seconds",
            defaultValue = "10",
            description = "How long it runs undisturbed before each kill (default: ${DEFAULT-VALUE}).")
    private int steadySeconds;

    @Option(
            names = "--kill",
            split = ",",
            paramLabel = "WHICH",
            defaultValue = "task-manager,other-task-manager,job-manager,broker",
            description =
                    "What is killed, in this order: task-manager, job-manager, broker (default: ${DEFAULT-VALUE}).",
            converter = Victim.Named.class)
    private List<Victim> victims = List.of();

    @Spec
    private CommandSpec spec;

    private final InstantSource clock = InstantSource.system();

    /** What was there after a kill, once all had come to rest. */
    private record Counts(long sent, long inKafka, long stored, long different) {
        boolean equal() {
            return sent == inKafka && sent == stored && sent == different;
        }
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s, %,d attempts/s, 3 brokers, 2 job managers with ZooKeeper, 2 task managers%n",
                Processor.machine(), rate);
        out.flush();
        boolean sound = true;
        try (BenchDirectory directory = BenchDirectory.make("kill");
                KafkaCluster kafka = new KafkaCluster(directory.resolve("kafka"), 256);
                ClickHouseProcess engine =
                        ClickHouseProcess.start(directory.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
                FlinkCluster flink = new FlinkCluster(directory.resolve("flink"))) {
            ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
            new BenchTopics(kafka.bootstrap()).create((short) KafkaCluster.BROKERS);
            submit(flink, kafka, engine);
            say(out, "Everything runs.");
            try (Feed feed = new Feed(
                            kafka.bootstrap(),
                            new AttemptSample(
                                    new SplittableRandom(1),
                                    Feed.EXITS,
                                    Topics.TELEMETRY_ATTEMPTS.partitions(),
                                    clock.millis()),
                            rate,
                            clock);
                    Told told = new Told(kafka.bootstrap(), clock)) {
                awaitDecision(told, clock.millis());
                TimeUnit.SECONDS.sleep(steadySeconds);
                for (Victim victim : victims) {
                    told.beginGaps();
                    TimeUnit.SECONDS.sleep(steadySeconds);
                    long steadyMs = told.longestGapMs();
                    long before = told.decisions();
                    told.beginGaps();
                    int killed = victim.kill(kafka, flink);
                    // What was on its way comes yet; a member that is gone is noticed within its heartbeats' time.
                    TimeUnit.SECONDS.sleep(NOTICED_S);
                    awaitDecision(told, clock.millis());
                    victim.restart(kafka, flink, killed);
                    TimeUnit.SECONDS.sleep(steadySeconds);
                    long gapMs = told.longestGapMs();
                    Counts counts = counts(feed, kafka, engine);
                    feed.goOn();
                    sound &= counts.equal() && gapMs <= GOAL_MS;
                    out.printf(
                            "%-14s nothing newer was decided upon for %5.1f s at most (%.1f s before it; %,d decisions meanwhile)   sent %,d, in Kafka %,d, in ClickHouse %,d, different %,d: %s%n",
                            victim.title(),
                            gapMs / 1e3,
                            steadyMs / 1e3,
                            told.decisions() - before,
                            counts.sent,
                            counts.inKafka,
                            counts.stored,
                            counts.different,
                            counts.equal() ? "none lost, none doubled" : "NOT EQUAL");
                    out.flush();
                }
            }
        }
        return sound ? 0 : 1;
    }

    private static void submit(FlinkCluster flink, KafkaCluster kafka, ClickHouseProcess engine)
            throws IOException, InterruptedException {
        FlinkRest rest = flink.rest();
        String jar = rest.upload(JobsJar.find());
        rest.run(
                jar,
                JarRun.of(
                        FACTS,
                        List.of(
                                "--bootstrap-servers", kafka.bootstrap(),
                                "--clickhouse", engine.url().toString(),
                                "--clickhouse-user", engine.user(),
                                "--clickhouse-password", engine.password()),
                        2));
        rest.run(
                jar,
                JarRun.of(
                        QUALITY,
                        List.of(
                                "--bootstrap-servers",
                                kafka.bootstrap(),
                                "--checkpoint-ms",
                                "2000",
                                "--idle-ms",
                                "2000"),
                        2));
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (rest.jobs().stream().filter(FlinkJob::fullyRunning).count() < 2) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("The jobs do not run: " + rest.jobs());
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    /** Until a decision is told of an event that happened after that moment, ms since the Unix epoch. */
    private void awaitDecision(Told told, long afterMs) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (told.newestEventMs() <= afterMs) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("No decision was told of anything that happened within the last "
                        + LIMIT.toMinutes() + " min; " + told.decisions() + " before.");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Counts when all that was sent is stored, or nothing more comes. */
    private static Counts counts(Feed feed, KafkaCluster kafka, ClickHouseProcess engine)
            throws SQLException, IOException, InterruptedException {
        long sent = feed.pause();
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        try (Connection connection =
                        DriverManager.getConnection(engine.jdbcUrl("fairlead"), engine.user(), engine.password());
                Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet row = statement.executeQuery(
                        "SELECT count(), uniqExact(topic_partition, sequence) FROM raw_attempts")) {
                    row.next();
                    if (row.getLong(1) >= sent || System.nanoTime() > deadlineNs) {
                        return new Counts(sent, inKafka(kafka), row.getLong(1), row.getLong(2));
                    }
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }

    /** Reads what a consumer of committed records gets. */
    private static long inKafka(KafkaCluster kafka) {
        long records = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(Topics.TELEMETRY_ATTEMPTS.name())
                    .forEach(each -> partitions.add(new TopicPartition(each.topic(), each.partition())));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                ConsumerRecords<byte[], byte[]> read = consumer.poll(Duration.ofMillis(200));
                records += read.count();
            }
        }
        return records;
    }

    private static void say(PrintWriter out, String sentence) {
        out.println(sentence);
        out.flush();
    }
}
