package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead jobs}: the Flink jobs on a cluster. */
@Command(
        name = "jobs",
        description = "Submit, list, savepoint and stop the jobs on a Flink cluster.",
        subcommands = {
            JobsCommand.Submit.class,
            JobsCommand.ListJobs.class,
            JobsCommand.Savepoint.class,
            JobsCommand.Stop.class
        })
public final class JobsCommand {

    private static final Map<String, String> ENTRY_CLASSES = new TreeMap<>(Map.of(
            "facts", "io.fairlead.jobs.facts.FactsJob",
            "map", "io.fairlead.jobs.map.MapJob",
            "pools", "io.fairlead.jobs.pools.PoolJob",
            "quality", "io.fairlead.jobs.quality.QualityJob",
            "resolvers", "io.fairlead.jobs.resolvers.ResolverJob"));

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** What the commands have in common: a cluster, and words for what it refuses. */
    abstract static class OnCluster implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private FlinkOptions flink = new FlinkOptions();

        @Spec
        private CommandSpec spec;

        @Override
        public final Integer call() throws InterruptedException {
            try {
                return run(flink.client(), spec.commandLine().getOut());
            } catch (IOException e) {
                throw new UserError(String.valueOf(e.getMessage()), e);
            }
        }

        abstract int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException;
    }

    /** {@code fairlead jobs submit}. */
    @Command(
            name = "submit",
            description = "Upload the job jar and start one of its jobs. What follows -- is passed to the job.")
    static final class Submit extends OnCluster {

        @Parameters(
                index = "0",
                paramLabel = "JOB",
                description = "Which job: facts, map, pools, quality or resolvers.")
        private String job = "";

        @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of the job.")
        private List<String> arguments = List.of();

        @Option(
                names = "--jar",
                paramLabel = "FILE",
                required = true,
                description = "The job jar, fairlead-jobs-VERSION-flink.jar.")
        private Path jar = Path.of("");

        @Option(
                names = "--parallelism",
                paramLabel = "N",
                defaultValue = "1",
                description = "Parallelism of the job (default: ${DEFAULT-VALUE}).")
        private int parallelism = 1;

        @Option(names = "--from", paramLabel = "PATH", description = "Savepoint or retained checkpoint to go on from.")
        private @Nullable String from;

        @Override
        int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException {
            String entryClass = ENTRY_CLASSES.get(job);
            if (entryClass == null) {
                throw new UserError(
                        "There is no job " + job + "; jobs are: " + String.join(", ", ENTRY_CLASSES.keySet()));
            }
            if (!Files.isReadable(jar)) {
                throw new UserError("The job jar " + jar
                        + " can't be read; ./fairlead build makes jobs/target/fairlead-jobs-VERSION-flink.jar.");
            }
            FlinkCluster overview = cluster.cluster();
            out.println("Flink " + overview.version() + ", " + overview.freeSlots() + " of " + overview.slots()
                    + " slots free");
            String uploaded = cluster.upload(jar);
            JarRun start = JarRun.of(entryClass, arguments, parallelism);
            String id = cluster.run(uploaded, from == null ? start : start.restoredFrom(from));
            out.println(job + " runs as job " + id);
            return 0;
        }
    }

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
                        "%s  %-10s %d/%d tasks  since %s  %s%n",
                        job.id(), job.state(), job.runningTasks(), job.tasks(), job.startedAt(), job.name());
            }
            return 0;
        }
    }

    /** {@code fairlead jobs savepoint}. */
    @Command(name = "savepoint", description = "Take a savepoint; the job goes on.")
    static final class Savepoint extends OnCluster {

        @Mixin
        private SavepointOptions savepoint = new SavepointOptions();

        @Override
        int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException {
            out.println(cluster.savepoint(savepoint.id, savepoint.directory(), savepoint.limit()));
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
            out.println(cluster.stop(savepoint.id, savepoint.directory(), savepoint.limit()));
            return 0;
        }
    }

    /** Which job, and where its savepoint goes. */
    static final class SavepointOptions {

        @Parameters(index = "0", paramLabel = "JOB-ID", description = "Id of the job, from `fairlead jobs list`.")
        private String id = "";

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
