package io.fairlead.lab.quality;

import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.JarRun;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.Host;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.topics.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/**
 * Stores a savepoint of QualityJob as this version writes it, as text, for later versions to restore: run when the form of its state is
 * about to change ({@code ./fairlead savepoint store}). What happened before it is told at fixed times; see {@link #story}.
 */
public final class StoreSavepoint {

    /** When the story begins, ms since the Unix epoch. */
    static final long START_MS = 1_780_000_000_000L;

    /** When it ends. */
    static final long END_MS = START_MS + 20 * 60_000;

    private static final String JOB = "io.fairlead.jobs.quality.QualityJob";
    private static final int LINE_CHARS = 120;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private StoreSavepoint() {}

    /** @param args the file to write, an empty directory to work in, and what this version is called */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        Path directory = Path.of(args[1]);
        KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
        FlinkProcess flink = FlinkProcess.start(directory.resolve("flink"), FlinkProcess.Options.defaults());
        try {
            Path savepoint = savepoint(kafka, flink, directory.resolve("savepoints"));
            Files.createDirectories(file.getParent());
            Files.writeString(file, text(savepoint, args[2]));
            System.out.println("stored " + file + ", " + Files.size(file) + " bytes");
        } finally {
            Host.closeAll(List.of(flink, kafka));
        }
    }

    private static Path savepoint(KafkaProcess kafka, FlinkProcess flink, Path savepoints) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            admin.createTopics(Topics.all().stream()
                            .map(topic ->
                                    new NewTopic(topic.name(), topic.partitions(), (short) 1).configs(topic.settings()))
                            .toList())
                    .all()
                    .get();
        }
        story(kafka.bootstrap());
        FlinkRest rest = new FlinkRest(flink.restUrl());
        String job = rest.run(
                rest.upload(JobsJar.find()), JarRun.of(JOB, List.of("--bootstrap-servers", kafka.bootstrap()), 2));
        try (TopicTail<JobHeartbeat> heartbeats =
                new TopicTail<>(kafka.bootstrap(), Topics.DECISIONS_HEARTBEATS, JobHeartbeat.class)) {
            long deadlineNs = System.nanoTime() + LIMIT.toNanos();
            while (!readToItsEnd(heartbeats.newest().get("quality"))) {
                if (System.nanoTime() > deadlineNs) {
                    throw new IOException("The job has not read the story within " + LIMIT.toSeconds() + " s.");
                }
            }
        }
        return Path.of(URI.create(rest.stop(job, Optional.of(savepoints.toUri().toString()), Duration.ofMinutes(1))));
    }

    private static boolean readToItsEnd(@Nullable JobHeartbeat heartbeat) {
        return heartbeat != null && heartbeat.getWatermarkMs() >= END_MS - 1_000 && heartbeat.getKeys() == 3;
    }

    /**
     * Twenty minutes of a sound exit, of one that fails half of its requests, and of one that drops out every five minutes and has two
     * failures waiting for their verdict when it ends; under a policy with references of its own.
     */
    private static void story(String bootstrap) {
        AtomicLong nowMs = new AtomicLong(START_MS);
        try (ExitStories edge = new ExitStories(bootstrap, "edge-1", () -> Instant.ofEpochMilli(nowMs.get()))) {
            edge.config(
                    Topics.CONFIG_POLICIES,
                    "quality/default",
                    ExitStories.policy(QualityPolicy.defaults().withReferences(120, 60)));
            List.of("sound", "failing", "flapping").forEach(edge::connected);
            for (; nowMs.get() < END_MS; nowMs.addAndGet(15_000)) {
                for (String exit : List.of("sound", "failing", "flapping")) {
                    edge.heartbeat(exit, 30);
                    edge.benchmark(exit, 300);
                }
                edge.attempt("sound", Outcome.OK, FaultLayer.NONE);
                edge.attempt("failing", Outcome.OK, FaultLayer.NONE);
                edge.attempt("failing", Outcome.EXIT_ERROR, FaultLayer.EXIT);
                edge.attempt("flapping", Outcome.OK, FaultLayer.NONE);
                if ((nowMs.get() - START_MS) % 300_000 == 150_000) {
                    edge.disconnected("flapping", DisconnectReason.LINK_LOST);
                }
            }
            nowMs.set(END_MS);
            edge.attempt("flapping", Outcome.CONNECTION_RESET, FaultLayer.AMBIGUOUS);
            edge.attempt("flapping", Outcome.CONNECTION_RESET, FaultLayer.AMBIGUOUS);
            edge.tick();
        }
    }

    private static String text(Path savepoint, String version) throws IOException {
        try (Stream<Path> files = Files.list(savepoint)) {
            List<String> names =
                    files.map(each -> each.getFileName().toString()).toList();
            if (!names.equals(List.of("_metadata"))) {
                throw new IOException(
                        "The savepoint has more than its _metadata: " + names + "; tell a shorter story.");
            }
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(Files.readAllBytes(savepoint.resolve("_metadata")));
        }
        String head = "# The savepoint of QualityJob " + version
                + " after the story told in StoreSavepoint: its _metadata, gzip, base64.\n"
                + "# Written by that version with: ./fairlead savepoint store " + version + "\n";
        return head
                + Base64.getMimeEncoder(LINE_CHARS, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(packed.toByteArray())
                + "\n";
    }
}
