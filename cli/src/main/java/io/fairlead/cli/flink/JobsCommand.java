package io.fairlead.cli.flink;

import io.fairlead.cli.settings.SettingsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fairlead jobs}: the Flink jobs on a cluster. */
@Command(
        name = "jobs",
        description = "Submit, list, savepoint, stop and upgrade the jobs on a Flink cluster.",
        subcommands = {
            JobsSubmit.class,
            JobsCommand.ListJobs.class,
            JobsCommand.Savepoint.class,
            JobsCommand.Stop.class,
            JobsUpgrade.class
        })
public final class JobsCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead jobs list}. */
    @Command(name = "list", description = "Running jobs, and those that ended lately.")
    static final class ListJobs extends OnCluster {

        @Override
        int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException {
            List<FlinkJob> jobs = cluster.jobs();
            if (jobs.isEmpty()) {
                out.println("No jobs.");
            }
            for (FlinkJob job : jobs) {
                out.printf(
                        "%s  %-10s %d/%d tasks%s  since %s  %-18s %s%n",
                        job.id(),
                        job.state(),
                        job.runningTasks(),
                        job.tasks(),
                        job.ended() || job.finishedTasks() == 0 ? "" : ", " + job.finishedTasks() + " done",
                        job.startedAt(),
                        job.name(),
                        job.ended() ? "" : durability(cluster.checkpoints(job.id())));
            }
            return 0;
        }

        private static String durability(FlinkCheckpoints checkpoints) {
            return checkpoints.latestAtMs() == 0
                    ? "no checkpoint yet"
                    : "checkpoint of " + Instant.ofEpochMilli(checkpoints.latestAtMs()) + ", "
                            + checkpoints.latestBytes() + " bytes in " + checkpoints.latestDurationMs() + " ms";
        }
    }

    /** {@code fairlead jobs savepoint}. */
    @Command(name = "savepoint", description = "Take a savepoint; the job goes on.")
    static final class Savepoint extends OnCluster {

        @Mixin
        private SavepointOptions savepoint = new SavepointOptions();

        @Override
        int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException {
            String id = new RunningJobs(cluster).one(savepoint.job).id();
            out.println(cluster.savepoint(id, savepoint.directory(), savepoint.limit()));
            return 0;
        }
    }

    /** {@code fairlead jobs stop}. */
    @Command(name = "stop", description = "Take a savepoint and end the job with it.")
    static final class Stop extends OnCluster {

        @Mixin
        private SavepointOptions savepoint = new SavepointOptions();

        @Override
        int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException {
            String id = new RunningJobs(cluster).one(savepoint.job).id();
            out.println(cluster.stop(id, savepoint.directory(), savepoint.limit()));
            return 0;
        }
    }

    /** Which job, and where its savepoint goes. */
    static final class SavepointOptions {

        @Parameters(
                index = "0",
                paramLabel = "JOB",
                description = "Its name, such as quality, or its id, from `fairlead jobs list`.")
        private String job = "";

        @Option(
                names = "--directory",
                paramLabel = "URI",
                description = "Where to, as the cluster sees it (default: its own savepoint directory).")
        private @Nullable String directory;

        @Option(
                names = "--within-seconds",
                paramLabel = "N",
                defaultValue = "300",
                description = "How long it may take (default: ${DEFAULT-VALUE}).")
        private long withinSeconds = 300;

        Optional<String> directory() {
            return Optional.ofNullable(directory);
        }

        Duration limit() {
            return Duration.ofSeconds(withinSeconds);
        }
    }
}
