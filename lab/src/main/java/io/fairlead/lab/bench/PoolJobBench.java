package io.fairlead.lab.bench;

import io.fairlead.cli.UserError;
import io.fairlead.cli.flink.FlinkCheckpoints;
import io.fairlead.cli.flink.FlinkJob;
import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.JarRun;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.pools.PoolRecords;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * PoolJob with a large fleet whose scores change all the time: what it takes of a processor, how long its checkpoints take, how far it is behind, and how long it is from an operator's word that an exit is
 * killed to the assignment that takes it out of its pools, as an edge would read it. How long the model alone takes to decide is {@link PoolsBench}'s.
 */
@Command(
        name = "pool-job",
        description =
                "PoolJob with a large fleet whose scores change all the time: processor, checkpoints, lag, and how long a kill takes to count.")
public final class PoolJobBench implements Callable<Integer> {

    private static final String POOLS = "io.fairlead.jobs.pools.PoolJob";
    private static final int COUNTRIES = 50;
    private static final int NETWORKS = 200;
    private static final int MEMBERS = 50;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(30);
    private static final int LOOK_EVERY_MS = 100;
    private static final int KILL_EVERY_MS = 500;
    private static final double MIB = 1 << 20;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--exits", defaultValue = "100000", description = "Exits (default: ${DEFAULT-VALUE}).")
    private int exits;

    @Option(
            names = "--pools",
            defaultValue = "1000",
            description = "Pools, of 50 members each, from one of 50 countries (default: ${DEFAULT-VALUE}).")
    private int pools;

    @Option(names = "--rate", defaultValue = "5000", description = "Scores a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--kills",
            defaultValue = "60",
            description = "Members that are killed, two a second (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--heap-mib",
            paramLabel = "MiB",
            defaultValue = "2048",
            description = "Heap of the cluster (default: ${DEFAULT-VALUE}).")
    private int heapMib;

    @Spec
    private CommandSpec spec;

    private final SplittableRandom random = new SplittableRandom(1);
    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());
    private final Map<String, PoolAssignment> told = new HashMap<>();
    private long scores;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s, %,d exits, %,d pools of %d, %,d scores/s%n", Processor.machine(), exits, pools, MEMBERS, rate);
        out.flush();
        try (BenchDirectory directory = BenchDirectory.make("pool-job");
                KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
                FlinkProcess flink = FlinkProcess.start(
                        directory.resolve("flink"),
                        FlinkProcess.Options.defaults().withHeapMib(heapMib))) {
            BenchTopics topics = new BenchTopics(kafka.bootstrap());
            topics.create();
            long nowMs = System.currentTimeMillis();
            topics.fill(Topics.TELEMETRY_EXITS, IntStream.range(0, exits).mapToObj(exit -> connected(exit, nowMs)));
            topics.fill(
                    Topics.DECISIONS_EXITS,
                    ExitScore::getExitId,
                    IntStream.range(0, exits).mapToObj(this::score));
            topics.fill(
                    Topics.CONFIG_POOLS,
                    io.fairlead.schemas.config.PoolDefinition::getPoolId,
                    IntStream.range(0, pools).mapToObj(PoolJobBench::definition));
            FlinkRest rest = new FlinkRest(flink.restUrl());
            long begunNanos = System.nanoTime();
            String job = rest.run(
                    rest.upload(JobsJar.find()),
                    JarRun.of(
                            POOLS,
                            List.of(
                                    "--bootstrap-servers", kafka.bootstrap(),
                                    "--group", "bench",
                                    "--checkpoint-ms", "500"),
                            1));
            try (KafkaConsumer<byte[], byte[]> edge = edge(kafka)) {
                awaitFormed(edge, begunNanos, out);
                measure(topics, flink, rest, job, edge, out);
            }
            rest.cancel(job);
        }
        return 0;
    }

    private void awaitFormed(KafkaConsumer<byte[], byte[]> edge, long begunNanos, PrintWriter out)
            throws IOException, UnreadableRecordException {
        long lastNanos = begunNanos;
        while (true) {
            if (read(edge, Duration.ofMillis(LOOK_EVERY_MS))) {
                lastNanos = System.nanoTime();
            }
            long members = told.keySet().stream().filter(this::isMember).count();
            long nowNanos = System.nanoTime();
            if (members > 0 && nowNanos - lastNanos > QUIET.toNanos()) {
                out.printf(
                        "formed: %,d exits are in pools %.1f s after the job was submitted%n",
                        members, (lastNanos - begunNanos) / 1e9);
                out.flush();
                return;
            }
            if (nowNanos - begunNanos > LIMIT.toNanos()) {
                throw new IOException("Pools were not formed within " + LIMIT.toMinutes() + " min; " + members
                        + " exits are in some.");
            }
        }
    }

    private void measure(
            BenchTopics topics,
            FlinkProcess flink,
            FlinkRest rest,
            String job,
            KafkaConsumer<byte[], byte[]> edge,
            PrintWriter out)
            throws Exception {
        List<Long> checkpointMs = new ArrayList<>();
        List<Long> killMs = new ArrayList<>();
        long bytes = 0;
        try (Trickle trickle = topics.trickle(Topics.DECISIONS_EXITS, rate, this::anyScore, ExitScore::getExitId);
                LagWatch lag = new LagWatch(flink.metricsUrl());
                BenchTopics.Sender overrides =
                        topics.sender(Topics.CONFIG_EXITS, record -> ((ExitOverride) record).getExitId())) {
            TimeUnit.SECONDS.sleep(QUIET.toSeconds()); // what is compiled first is not what it takes
            long seen = rest.checkpoints(job).completed();
            long failed = rest.checkpoints(job).failed();
            long beganNanos = System.nanoTime();
            Duration processor = Processor.time(flink.pid());
            for (int i = 0; i < kills; i++) {
                killMs.add(kill(aMember(), overrides, edge));
                FlinkCheckpoints now = rest.checkpoints(job);
                if (now.completed() > seen) {
                    seen = now.completed();
                    checkpointMs.add(now.latestDurationMs());
                    bytes = now.latestBytes();
                }
                TimeUnit.MILLISECONDS.sleep(KILL_EVERY_MS);
            }
            double wallS = (System.nanoTime() - beganNanos) / 1e9;
            double cores = Processor.time(flink.pid()).minus(processor).toMillis() / 1e3 / wallS;
            trickle.check();
            out.printf("%.0f s of scores: %.2f of a processor, the whole cluster; %s%n", wallS, cores, lag.said());
            out.printf(
                    "%d checkpoints looked at: median %,d ms, longest %,d ms, %,.1f MiB; %d failed%n",
                    checkpointMs.size(),
                    median(checkpointMs),
                    Collections.max(checkpointMs),
                    bytes / MIB,
                    rest.checkpoints(job).failed() - failed);
            out.printf(
                    "killed to told and committed: median %,d ms, longest %,d ms of %d%n",
                    median(killMs), Collections.max(killMs), killMs.size());
            out.flush();
        }
        if (rest.job(job).filter(FlinkJob::fullyRunning).isEmpty()) {
            throw new IOException("The job does not run any more; see flink.log in the bench's directory.");
        }
    }

    private String aMember() {
        List<String> members = told.keySet().stream().filter(this::isMember).toList();
        if (members.isEmpty()) {
            throw new UserError("No exit is in a pool; take more exits or fewer --kills.");
        }
        return members.get(random.nextInt(members.size()));
    }

    private long kill(String exit, BenchTopics.Sender overrides, KafkaConsumer<byte[], byte[]> edge)
            throws IOException, UnreadableRecordException {
        long begunNanos = System.nanoTime();
        overrides.send(ExitOverride.newBuilder()
                .setExitId(exit)
                .setAuthorship(author())
                .setKilled(true)
                .build());
        overrides.check();
        while (isMember(exit)) {
            read(edge, Duration.ofMillis(5));
            if (System.nanoTime() - begunNanos > KILL_LIMIT.toNanos()) {
                throw new IOException("The kill of " + exit + " was not told within " + KILL_LIMIT.toSeconds() + " s.");
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
    }

    private boolean isMember(String exit) {
        PoolAssignment assignment = told.get(exit);
        return assignment != null && !assignment.getMemberships().isEmpty();
    }

    /** What is committed alone, as edges read. */
    private static KafkaConsumer<byte[], byte[]> edge(KafkaProcess kafka) {
        KafkaConsumer<byte[], byte[]> edge = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = IntStream.range(0, Topics.DECISIONS_POOLS.partitions())
                .mapToObj(each -> new TopicPartition(Topics.DECISIONS_POOLS.name(), each))
                .toList();
        edge.assign(partitions);
        edge.seekToBeginning(partitions);
        return edge;
    }

    private boolean read(KafkaConsumer<byte[], byte[]> edge, Duration wait) throws UnreadableRecordException {
        boolean any = false;
        for (ConsumerRecord<byte[], byte[]> each : edge.poll(wait)) {
            any = true;
            told.put(new String(each.key(), StandardCharsets.UTF_8), (PoolAssignment) reader.read(each.value()));
        }
        return any;
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    // ---- the fleet

    private ExitScore anyScore() {
        return score(random.nextInt(exits));
    }

    private ExitScore score(int exit) {
        Bounded rarely = new Bounded(0.05, 0.02, 0.1, 50.0);
        Bounded mostly = new Bounded(0.97, 0.95, 0.99, 50.0);
        return ExitScore.newBuilder()
                .setExitId("x" + exit)
                .setVersion(new DecisionVersion(1L, ++scores))
                .setIssuedAtMs(System.currentTimeMillis())
                .setPolicyVersion(-1)
                .setState(ExitState.ONLINE)
                .setQuality(50 + 50 * random.nextDouble())
                .setLowConfidence(false)
                .setBenchmarkTerm(0.4)
                .setPingTerm(0.4)
                .setBenchmarkMs(200)
                .setPingMs(40)
                .setDisconnect(rarely)
                .setSuccess(mostly)
                .setCapacityRequests(4)
                .setRunningRequests(1)
                .setAvailableRequests(3)
                .setClasses(List.of())
                .setReasons(List.of())
                .setTrigger("quality")
                .setTriggerObservedAtMs(System.currentTimeMillis())
                .setTriggerEdgeId("edge-1")
                .setPoolType(PoolType.RESIDENTIAL)
                .setAsn(network(exit))
                .build();
    }

    private static ExitConnected connected(int exit, long nowMs) {
        int partitions = Topics.TELEMETRY_EXITS.partitions();
        return ExitConnected.newBuilder()
                .setHeader(new TelemetryHeader("edge-1", nowMs, exit % partitions, (long) (exit / partitions), nowMs))
                .setExitId("x" + exit)
                .setLinkId("x" + exit + "-1")
                .setAgentEpochMs(nowMs)
                .setPoolType(PoolType.RESIDENTIAL)
                .setCountry(country(exit))
                .setAsn(network(exit))
                .setConsent(true)
                .setDeclaredCapacityRequests(4)
                .build();
    }

    private static io.fairlead.schemas.config.PoolDefinition definition(int pool) {
        io.fairlead.schemas.config.PoolDefinition record =
                PoolRecords.write(PoolDefinition.of("p" + pool, MEMBERS), author());
        record.setCountries(List.of(country(pool)));
        return record;
    }

    private static Authorship author() {
        return new Authorship("bench", "to be measured", System.currentTimeMillis(), 1L);
    }

    private static String country(int number) {
        int place = number % COUNTRIES;
        return "" + (char) ('a' + place / 26) + (char) ('a' + place % 26);
    }

    private static long network(int exit) {
        return 3_000L + exit % NETWORKS;
    }
}
