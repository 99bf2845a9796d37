package io.fairlead.lab.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.Host;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.lab.replay.ReplayCommand;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.decisions.DeadLetter;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One life of the quality job: it scores, obeys operators, survives its cluster, and ends what is silent. */
@Tag("loop")
class QualityLoopTest {

    private static final String JOB = "io.fairlead.jobs.quality.QualityJob";
    private static final String SAVEPOINT = "savepoint-0.1.0-ee5b22e.txt";
    private static final List<String> EXITS = List.of("good", "slow", "failing");

    @TempDir
    Path directory;

    @Test
    void exitsAreScoredOperatorsObeyedAndAKilledClusterLosesNothing() throws Exception {
        KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
        FlinkProcess flink = FlinkProcess.start(directory.resolve("flink"), FlinkProcess.Options.defaults());
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        createTopics(kafka.bootstrap());
        ResumableJobs jobs = new ResumableJobs(flink);
        submit(jobs, kafka, Optional.of(StoredSavepoint.unpack(SAVEPOINT, directory.resolve("savepoint"))));
        try (ExitStories edge = new ExitStories(kafka.bootstrap(), "edge-1");
                TopicTail<ExitScore> scores =
                        new TopicTail<>(kafka.bootstrap(), Topics.DECISIONS_EXITS, ExitScore.class);
                TopicTail<JobHeartbeat> heartbeats =
                        new TopicTail<>(kafka.bootstrap(), Topics.DECISIONS_HEARTBEATS, JobHeartbeat.class);
                TopicTail<DeadLetter> dead = new TopicTail<>(kafka.bootstrap(), Topics.DEADLETTERS, DeadLetter.class);
                TopicTail<ConfigRejected> rejected =
                        new TopicTail<>(kafka.bootstrap(), Topics.CONFIG_REJECTED, ConfigRejected.class)) {
            EXITS.forEach(edge::connected);
            clock.scheduleAtFixedRate(() -> live(edge), 0, 500, TimeUnit.MILLISECONDS);

            // Scores come, tell the exits apart, and say why.
            patiently().untilAsserted(() -> {
                Map<String, ExitScore> now = scores.newest();
                assertThat(now).containsOnlyKeys(EXITS);
                assertThat(now.get("good").getQuality()).isGreaterThan(80);
                assertThat(now.get("slow").getQuality()).isBetween(5.0, 45.0);
                assertThat(now.get("slow").getReasons().get(0)).contains("benchmark slow");
                assertThat(now.get("failing").getQuality()).isLessThan(40);
                assertThat(now.get("failing").getReasons()).anyMatch(reason -> reason.startsWith("fails"));
                assertThat(now.get("good").getCapacityRequests()).isEqualTo(8);
                assertThat(now.get("good").getAvailableRequests()).isEqualTo(7);
            });

            // It began from the savepoint of an older version: what that knew and nobody speaks of any more has ended.
            patiently().untilAsserted(() -> assertThat(scores.ended()).contains("sound", "flapping"));

            // What can't be read goes aside, what is no policy is refused with the reason, and the job goes on.
            edge.rubbish(Topics.TELEMETRY_EXITS, "no record at all".getBytes(StandardCharsets.UTF_8));
            edge.config(
                    Topics.CONFIG_POLICIES,
                    "quality/default",
                    ExitStories.policy(QualityPolicy.defaults().withReferences(-3, 40)));
            patiently().untilAsserted(() -> assertThat(dead.all())
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.getReadBy()).isEqualTo("quality")));
            patiently().untilAsserted(() -> {
                assertThat(rejected.all()).singleElement().satisfies(refusal -> {
                    assertThat(refusal.getKey()).isEqualTo("quality/default");
                    assertThat(refusal.getAuthor()).isEqualTo("ann");
                    assertThat(refusal.getRejectedBy()).isEqualTo("quality");
                    assertThat(refusal.getViolations())
                            .singleElement()
                            .asString()
                            .contains("psiMs")
                            .contains("-3");
                });
            });

            // A policy is stamped on what is decided by it.
            edge.config(
                    Topics.CONFIG_POLICIES,
                    "quality/default",
                    ExitStories.policy(QualityPolicy.defaults().withReferences(1_000, 40)));
            patiently().untilAsserted(() -> {
                assertThat(scores.newest().get("slow").getPolicyVersion()).isEqualTo(1);
                assertThat(scores.newest().get("slow").getQuality()).isGreaterThan(50);
                assertThat(heartbeats.newest()).containsKey("quality");
                assertThat(heartbeats.newest().get("quality").getPolicyVersion())
                        .isEqualTo(1);
            });

            // The same telemetry, asked under another policy: nothing but that is read, and the reasons are told.
            Path strict = directory.resolve("strict.json");
            Files.writeString(strict, "{\"psiMs\": 20, \"omegaMs\": 40}");
            StringWriter found = new StringWriter();
            int code = new CommandLine(new ReplayCommand())
                    .setOut(new PrintWriter(found))
                    .execute("--from", "10m", "--policy", strict.toString(), "--kafka", kafka.bootstrap());
            assertThat(code).isZero();
            assertThat(found.toString())
                    .contains("of 3 exits would be decided otherwise")
                    .contains("benchmark slow: ");

            // A killed cluster: the job resumes where it was, and numbers its decisions higher.
            long epoch = heartbeats.newest().get("quality").getJobEpoch();
            double weight = scores.newest().get("good").getSuccess().getWeight();
            flink.kill();
            flink.restart();
            submit(jobs, kafka, Optional.empty());
            patiently().untilAsserted(() -> {
                JobHeartbeat now = heartbeats.newest().get("quality");
                assertThat(now.getJobEpoch()).isGreaterThan(epoch);
                assertThat(now.getPolicyVersion()).isEqualTo(1);
                assertThat(now.getKeys()).isEqualTo(EXITS.size());
            });
            edge.benchmark("good", 5_000);
            patiently().untilAsserted(() -> {
                ExitScore good = scores.newest().get("good");
                assertThat(good.getVersion().getJobEpoch()).isGreaterThan(epoch);
                assertThat(good.getSuccess().getWeight()).isGreaterThanOrEqualTo(weight * 0.9);
            });

            // Silence is told once event time has passed it by.
            edge.config(
                    Topics.CONFIG_POLICIES,
                    "quality/default",
                    ExitStories.policy(silentAfter(QualityPolicy.defaults(), 10_000), 2));
            patiently()
                    .untilAsserted(() -> assertThat(scores.newest().get("good").getPolicyVersion())
                            .isEqualTo(2));
            clock.shutdownNow();
            assertThat(clock.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            patiently().untilAsserted(() -> {
                edge.tick();
                assertThat(scores.newest().values())
                        .allMatch(score -> score.getState() == ExitState.SILENT)
                        .allMatch(score -> score.getAvailableRequests() == 0);
            });
        } finally {
            clock.shutdownNow();
            Host.closeAll(List.of(flink, kafka));
        }
    }

    private static QualityPolicy silentAfter(QualityPolicy policy, long exitSilenceMs) {
        io.fairlead.schemas.config.QualityPolicy record =
                (io.fairlead.schemas.config.QualityPolicy) ExitStories.policy(policy);
        record.setExitSilenceMs(exitSilenceMs);
        return (QualityPolicy) PolicyRecords.read(record);
    }

    private static void live(ExitStories edge) {
        edge.heartbeat("good", 20);
        edge.heartbeat("slow", 160);
        edge.heartbeat("failing", 20);
        edge.benchmark("good", 200);
        edge.benchmark("slow", 2_500);
        edge.benchmark("failing", 200);
        for (int i = 0; i < 4; i++) {
            edge.attempt("good", Outcome.OK, FaultLayer.NONE);
            edge.attempt("slow", Outcome.OK, FaultLayer.NONE);
            edge.attempt(
                    "failing", i == 0 ? Outcome.OK : Outcome.EXIT_ERROR, i == 0 ? FaultLayer.NONE : FaultLayer.EXIT);
        }
        edge.tick();
    }

    private static void submit(ResumableJobs jobs, KafkaProcess kafka, Optional<Path> savepoint) throws Exception {
        jobs.submit(
                JobsJar.find(),
                JOB,
                List.of("--bootstrap-servers", kafka.bootstrap(), "--checkpoint-ms", "500"),
                2,
                savepoint);
    }

    private static void createTopics(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            List<NewTopic> topics = Topics.all().stream()
                    .map(topic -> new NewTopic(topic.name(), topic.partitions(), (short) 1).configs(topic.settings()))
                    .toList();
            admin.createTopics(topics).all().get();
        }
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(300));
    }
}
