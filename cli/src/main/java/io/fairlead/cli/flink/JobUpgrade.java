package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts one life of a job in the place of another: savepoint and end of the former, start of the next from there, a while of
 * watching, and the former put back from the same savepoint if the next does not hold.
 */
final class JobUpgrade {

    /**
     * How long things may take.
     *
     * @param savepoint until it is complete
     * @param start until all tasks run, and as much again until the first checkpoint and heartbeats
     * @param watch how long it must run then without starting anew
     */
    record Limits(Duration savepoint, Duration start, Duration watch) {}

    private static final int BEATS = 3;

    private final FlinkRest cluster;
    private final JobStart starts;
    private final @Nullable JobPulse pulse;
    private final Limits limits;
    private final PrintWriter out;

    /** @param pulse null: heartbeats are not waited for */
    JobUpgrade(FlinkRest cluster, @Nullable JobPulse pulse, Limits limits, PrintWriter out) {
        this.cluster = cluster;
        this.starts = new JobStart(cluster, out);
        this.pulse = pulse;
        this.limits = limits;
        this.out = out;
    }

    /**
     * A job of a jar on the cluster.
     *
     * @param jarId of the jar
     */
    record Life(String jarId, JarRun run) {}

    /**
     * Does it.
     *
     * @param title of the job
     * @param formerId of the job that runs
     * @param former how that was started
     * @throws UserError if the former one runs on or again; or, which it then says, if nothing runs
     */
    void run(String title, String formerId, Life former, Life next, Optional<String> directory)
            throws IOException, InterruptedException {
        out.println("Taking a savepoint of " + title + " (job " + formerId + ") and stopping it with that.");
        long beganNs = System.nanoTime();
        String savepoint = cluster.stop(formerId, directory, limits.savepoint());
        out.println(
                "It is stopped, after " + JobStart.seconds(System.nanoTime() - beganNs) + ". Savepoint: " + savepoint);
        if (pulse != null) {
            pulse.fromNow();
        }
        Optional<String> trouble = start(title, next, savepoint);
        if (trouble.isEmpty()) {
            out.println(title + " is upgraded.");
            return;
        }
        out.println("The new " + title + " does not hold: " + trouble.get() + ".");
        out.println("Putting the former one back from its savepoint.");
        Optional<String> again = start(title, former, savepoint);
        throw new UserError(
                again.isEmpty()
                        ? title + " was not upgraded: " + trouble.get() + ". The former one runs again, from "
                                + savepoint + "."
                        : title + " was not upgraded: " + trouble.get()
                                + ". The former one could not be put back either: " + again.get()
                                + ". NOTHING RUNS. When that is mended: fairlead jobs submit " + title + " --from "
                                + savepoint + " --jar JAR -- …");
    }

    /** Starts a life from the savepoint and sees whether it holds; one that does not is ended. */
    private Optional<String> start(String title, Life life, String savepoint) throws IOException, InterruptedException {
        String id;
        try {
            id = cluster.run(life.jarId(), life.run().restoredFrom(savepoint));
        } catch (FlinkRestException refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        }
        out.println("Started as job " + id + ".");
        Optional<String> trouble = trouble(title, id);
        if (trouble.isPresent() && cluster.job(id).filter(job -> !job.ended()).isPresent()) {
            cluster.cancel(id);
        }
        return trouble;
    }

    private Optional<String> trouble(String title, String id) throws IOException, InterruptedException {
        Optional<String> trouble = starts.untilRunning(id, limits.start());
        if (trouble.isEmpty()) {
            trouble = starts.untilCheckpoint(id, limits.start());
        }
        if (trouble.isEmpty() && pulse != null) {
            if (!pulse.hears(title, BEATS, limits.start())) {
                return Optional.of(
                        "no heartbeats of it came within " + limits.start().toSeconds() + " s");
            }
            out.println("Its heartbeats come.");
        }
        if (trouble.isEmpty()) {
            out.println("Watching it for " + limits.watch().toSeconds() + " s.");
            trouble = starts.whileRunning(id, limits.watch());
        }
        return trouble;
    }
}
