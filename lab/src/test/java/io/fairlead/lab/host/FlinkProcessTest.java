package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.cli.flink.FlinkJob;
import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.FlinkRestException;
import io.fairlead.cli.flink.JarRun;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
