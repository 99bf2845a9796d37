package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.UserError;
import io.fairlead.cli.doctor.FlinkHealth;
import io.fairlead.cli.flink.FlinkJob;
import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.FlinkRestException;
import io.fairlead.cli.flink.JarRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("loop")
class FlinkProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    static FlinkProcess flink;
    static Path jar;

    @BeforeAll
    static void start() throws Exception {
        jar = JobJar.of("CountingJob", directory);
        flink = FlinkProcess.start(directory.resolve("flink"), FlinkProcess.Options.defaults());
    }

    @AfterAll
    static void stop() {
        flink.close();
    }

    @Test
    void killedClusterResumesItsJobFromTheLastCheckpoint() throws Exception {
        ResumableJobs jobs = new ResumableJobs(flink);
        String first = jobs.submit(jar, "CountingJob", List.of(), 2);
        FlinkRest rest = new FlinkRest(flink.restUrl());
        awaitCheckpoint(rest, first);
        assertThat(rest.checkpoints(first).restoredPath()).isEmpty();

        flink.kill();
        flink.restart();
        Path checkpoint = jobs.latestCheckpoint("CountingJob").orElseThrow();
        String second = jobs.submit(jar, "CountingJob", List.of(), 2);

        FlinkRest again = new FlinkRest(flink.restUrl());
        awaitCheckpoint(again, second);
        assertThat(again.checkpoints(second).restoredPath().orElseThrow())
                .endsWith(checkpoint.getParent().getFileName() + "/" + checkpoint.getFileName());

        flink.restart();
        String third = jobs.submit(jar, "CountingJob", List.of(), 2);
        FlinkRest afterStop = new FlinkRest(flink.restUrl());
        awaitCheckpoint(afterStop, third);
        assertThat(afterStop.checkpoints(third).restoredPath().orElseThrow()).contains(second);
        afterStop.cancel(third);
        awaitEnd(afterStop, third);
    }

    @Test
    void taskManagerEndedByAStuckJobIsReplaced() throws Exception {
        FlinkRest rest = new FlinkRest(flink.restUrl());
        String stuck = rest.run(
                rest.upload(JobJar.of("StuckJob", Files.createDirectory(directory.resolve("stuck")))),
                JarRun.of("StuckJob", List.of(), 1));
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> rest.job(stuck).filter(FlinkJob::fullyRunning).isPresent());

        rest.cancel(stuck);

        Awaitility.await().atMost(PATIENCE).until(() -> rest.cluster().taskManagers() == 0);
        Awaitility.await().atMost(PATIENCE).until(() -> rest.cluster().freeSlots() == 4);
    }

    @Test
    void stoppedJobLeavesASavepointThatStartsItsSuccessorAtAnotherParallelism() throws Exception {
        FlinkRest rest = new FlinkRest(flink.restUrl());
        String jarId = rest.upload(jar);
        String job = rest.run(jarId, JarRun.of("CountingJob", List.of(), 2));
        awaitCheckpoint(rest, job);
        assertThat(rest.savepoint(job, Optional.empty(), PATIENCE)).startsWith("file:");

        String savepoint = rest.stop(job, Optional.empty(), PATIENCE);
        awaitEnd(rest, job);
        String successor =
                rest.run(jarId, JarRun.of("CountingJob", List.of(), 1).restoredFrom(savepoint));

        awaitCheckpoint(rest, successor);
        assertThat(rest.checkpoints(successor).restoredPath()).contains(savepoint);
        rest.cancel(successor);
        awaitEnd(rest, successor);
        rest.deleteJar(jarId);
    }

    @Test
    void jobWhoseMainThrowsIsRefusedWithItsOwnWords() throws Exception {
        FlinkRest rest = new FlinkRest(flink.restUrl());
        String jarId = rest.upload(jar);

        assertThatThrownBy(() -> rest.run(jarId, JarRun.of("CountingJob", List.of("fail"), 1)))
                .isInstanceOf(FlinkRestException.class)
                .hasMessageContaining("told to fail");
        assertThatThrownBy(() -> rest.run(jarId, JarRun.of("NoSuchJob", List.of(), 1)))
                .isInstanceOf(FlinkRestException.class)
                .hasMessageContaining("NoSuchJob");
        assertThatThrownBy(() -> rest.cancel("00000000000000000000000000000000"))
                .isInstanceOf(FlinkRestException.class);
    }

    /** Tasks run at once, and fail when Kafka has not answered them for a minute; here it is some seconds. */
    @Test
    void aJobWhoseKafkaCanNotBeReachedIsWatchedUntilItWouldHaveFailed() throws Exception {
        FlinkRest rest = new FlinkRest(flink.restUrl());
        Path facts = JobJar.of("FactsJob", Files.createDirectory(directory.resolve("tiring")));
        String said = jobs(
                "submit",
                "facts",
                "--jar=" + facts,
                "--",
                "--bootstrap-servers",
                "127.0.0.1:1",
                "--tires-after-ms",
                "5000");
        assertThat(said)
                .contains(" tasks run", "Kafka at 127.0.0.1:1 can't be reached from here", "Watching it for 75 s.")
                .contains("facts does not run: it failed when it had begun: ", "nothing came of Kafka");
        String id = running(rest);
        rest.cancel(id);
        awaitEnd(rest, id);
    }

    @Test
    void anUpgradeThatDoesNotHoldPutsTheFormerJobBackFromItsSavepoint() throws Exception {
        FlinkRest rest = new FlinkRest(flink.restUrl());
        Path facts = JobJar.of("FactsJob", Files.createDirectory(directory.resolve("facts")));
        assertThat(jobs("submit", "facts", "--jar=" + facts, "--", "--clickhouse-password", "s3cret", "--pace", "1"))
                .contains("All ", " tasks run");
        assertThat(jobs("submit", "facts", "--jar=" + facts)).contains("runs already as job", "jobs upgrade");
        assertThat(jobs("submit", "facts", "--unless-running", "--jar=" + facts))
                .contains("nothing to do");
        String first = running(rest);
        assertThat(rest.origin(first).orElseThrow().arguments().values())
                .containsEntry("pace", "1")
                .containsEntry("clickhouse-password", "");

        assertThat(jobs("upgrade", "facts", "--jar=" + facts)).contains("give --clickhouse-password of facts again");
        assertThat(upgrade(facts, "--nonsense", "1")).contains("There is no setting --nonsense");
        assertThat(running(rest)).as("not stopped by what can be known before").isEqualTo(first);

        assertThat(upgrade(facts, "--pace", "2")).contains("facts is upgraded");
        String second = running(rest);
        assertThat(rest.checkpoints(second).restoredPath().orElseThrow())
                .contains("savepoint-" + first.substring(0, 6));
        assertThat(rest.origin(second).orElseThrow().arguments().values()).containsEntry("pace", "2");

        assertThat(upgrade(facts, "--stumbles", "yes"))
                .contains("was not upgraded", "this version can't count", "The former one runs again");
        String third = running(rest);
        assertThat(rest.checkpoints(third).restoredPath().orElseThrow())
                .contains("savepoint-" + second.substring(0, 6));
        assertThat(rest.origin(third).orElseThrow().arguments().values())
                .containsEntry("pace", "2")
                .doesNotContainKey("stumbles");

        assertThat(upgrade(facts, "--uid", "other"))
                .contains("was not upgraded", "--drop-unknown-state", "The former one runs again");
        assertThat(jobs("list")).contains("fairlead facts", " bytes in ");
        assertThat(jobs("stop", "facts")).contains("savepoint-");
        assertThat(jobs("stop", "facts")).contains("No job facts runs on this cluster");
    }

    @Test
    void theDoctorMissesJobsThatFailHaveEndedOrKeepNothing() throws Exception {
        FlinkRest rest = new FlinkRest(flink.restUrl());
        assertThatThrownBy(doctorOf(rest, 0)::jobs)
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("none of Fairlead runs on this cluster", "slots free", "fairlead jobs submit");
        Path facts = JobJar.of("FactsJob", Files.createDirectory(directory.resolve("watched")));
        String jarId = rest.upload(facts);
        String well = rest.run(jarId, JarRun.of("io.fairlead.jobs.facts.FactsJob", List.of(), 1));
        awaitCheckpoint(rest, well);
        assertThat(doctorOf(rest, 0).jobs()).isEqualTo("1 run, each with a checkpoint of the last 10 min");
        assertThatThrownBy(doctorOf(rest, 20)::jobs)
                .hasMessageContainingAll("fairlead facts has had no checkpoint since ", "Checkpoints");
        rest.cancel(well);
        awaitEnd(rest, well);

        String ill = rest.run(jarId, JarRun.of("io.fairlead.jobs.facts.FactsJob", List.of("--stumbles", "yes"), 1));
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThatThrownBy(doctorOf(rest, 0)::jobs)
                .hasMessageContaining("fairlead facts is RESTARTING with ")
                .hasMessageContaining("Flink's page of it says what fails"));
        rest.cancel(ill);
        awaitEnd(rest, ill);
        rest.deleteJar(jarId);
    }

    private static FlinkHealth doctorOf(FlinkRest rest, int minutesFromNow) {
        return new FlinkHealth(rest, InstantSource.offset(InstantSource.system(), Duration.ofMinutes(minutesFromNow)));
    }

    private static String upgrade(Path jar, String name, String value) {
        return jobs(
                "upgrade",
                "facts",
                "--jar=" + jar,
                "--watch-seconds=1",
                "--",
                "--clickhouse-password",
                "s3cret",
                name,
                value);
    }

    private static String running(FlinkRest rest) throws Exception {
        return rest.jobs().stream()
                .filter(job -> job.name().equals("fairlead facts") && !job.ended())
                .findFirst()
                .orElseThrow()
                .id();
    }

    /** What {@code fairlead jobs} says, on either side. */
    private static String jobs(String command, String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        List<String> all = new ArrayList<>(List.of("jobs", command, "--flink=" + flink.restUrl()));
        all.addAll(List.of(arguments));
        Fairlead.execute(Map.of(), out, out, all.toArray(String[]::new));
        return said.toString();
    }

    @Test
    void clusterShowsItsPagesSlotsAndMetrics() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        assertThat(new FlinkRest(flink.restUrl()).cluster().slots()).isEqualTo(4);
        assertThat(http.send(
                                HttpRequest.newBuilder(flink.restUrl().resolve("/"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body())
                .contains("Apache Flink Web Dashboard");
        assertThat(http.send(HttpRequest.newBuilder(flink.metricsUrl()).build(), HttpResponse.BodyHandlers.ofString())
                        .body())
                .contains("flink_jobmanager_numRegisteredTaskManagers");
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(each.getInetAddresses())) {
                assertThat(address.isLoopbackAddress()
                                || !answers(address, flink.metricsUrl().getPort()))
                        .as("metrics are for this machine alone, not on %s", address)
                        .isTrue();
            }
        }
    }

    private static boolean answers(InetAddress address, int port) {
        try (Socket socket = new Socket(address, port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static void awaitCheckpoint(FlinkRest rest, String jobId) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> rest.job(jobId).filter(FlinkJob::fullyRunning).isPresent()
                        && rest.checkpoints(jobId).latestPath().isPresent());
    }

    private static void awaitEnd(FlinkRest rest, String jobId) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> rest.job(jobId).orElseThrow().ended());
    }
}
