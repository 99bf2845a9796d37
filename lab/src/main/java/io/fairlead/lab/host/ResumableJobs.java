package io.fairlead.lab.host;

import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.JarRun;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Submits jobs to a lab's cluster so that they go on where they were: remembers the job id of every entry class in the cluster's
 * data directory, and starts the next life of a job from the last checkpoint of the former one.
 *
 * <p>Not left to Flink's high availability, which would bring back the job of the former jar, not that of the jar just built.
 */
public final class ResumableJobs {
    private static final int FORMER_LIVES_KEPT = 2;

    private final FlinkProcess cluster;
    private final Path ledger;

    public ResumableJobs(FlinkProcess cluster) {
        this.cluster = cluster;
        this.ledger = cluster.data().resolve("jobs.properties");
    }

    /**
     * Uploads the jar and starts a job of it, from its last checkpoint if it has one.
     *
     * @return id of the job
     */
    public synchronized String submit(Path jar, String entryClass, List<String> arguments, int parallelism)
            throws IOException, InterruptedException {
        return submit(jar, entryClass, arguments, parallelism, Optional.empty());
    }

    /**
     * The same, where the first life of the job begins from a savepoint.
     *
     * @param savepoint its directory; not looked at when the job has left a checkpoint here
     */
    public synchronized String submit(
            Path jar, String entryClass, List<String> arguments, int parallelism, Optional<Path> savepoint)
            throws IOException, InterruptedException {
        FlinkRest rest = new FlinkRest(cluster.restUrl());
        Properties jobs = remembered();
        JarRun run = JarRun.of(entryClass, arguments, parallelism);
        Optional<Path> checkpoint = latestCheckpoint(entryClass).or(() -> savepoint);
        if (checkpoint.isPresent()) {
            run = run.restoredFrom(checkpoint.get().toUri().toString());
        }
        String jobId = rest.run(rest.upload(jar), run);
        jobs.setProperty(entryClass, String.join(" ", lives(jobId, restorable(jobs, entryClass))));
        try (Writer writer = Files.newBufferedWriter(ledger)) {
            jobs.store(writer, "Lives of each job, the latest first");
        }
        return jobId;
    }

    /** The last complete checkpoint of a job that was submitted here, of whichever life left one. */
    public Optional<Path> latestCheckpoint(String entryClass) throws IOException {
        List<String> lives = restorable(remembered(), entryClass);
        return lives.isEmpty() ? Optional.empty() : latestOf(lives.get(0));
    }

    /** A life that ended before its first checkpoint must not hide the one before it. */
    private List<String> restorable(Properties jobs, String entryClass) throws IOException {
        List<String> restorable = new ArrayList<>();
        for (String jobId : jobs.getProperty(entryClass, "").split(" ")) {
            if (!jobId.isEmpty() && latestOf(jobId).isPresent()) {
                restorable.add(jobId);
            }
        }
        return restorable;
    }

    private static List<String> lives(String newest, List<String> former) {
        return Stream.concat(Stream.of(newest), former.stream().limit(FORMER_LIVES_KEPT))
                .toList();
    }

    private Optional<Path> latestOf(String jobId) throws IOException {
        Path checkpoints = cluster.checkpoints().resolve(jobId);
        if (!Files.isDirectory(checkpoints)) {
            return Optional.empty();
        }
        try (Stream<Path> kept = Files.list(checkpoints)) {
            return kept.filter(path -> Files.exists(path.resolve("_metadata")))
                    .max(Comparator.comparingLong(ResumableJobs::number));
        }
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().replaceAll("\\D", ""));
    }

    private Properties remembered() throws IOException {
        Properties jobs = new Properties();
        if (Files.exists(ledger)) {
            try (Reader reader = Files.newBufferedReader(ledger)) {
                jobs.load(reader);
            }
        }
        return jobs;
    }
}
