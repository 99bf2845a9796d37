package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fairlead jobs submit}. */
@Command(
        name = "submit",
        description =
                "Upload the job jar, start one of its jobs and see it come up. What follows -- is passed to the job.")
final class JobsSubmit extends OnCluster {

    /** Clients of Kafka try for a minute before they fail what they are part of. */
    private static final long DOUBTFUL_S = 75;

    @Parameters(index = "0", paramLabel = "JOB", description = "Which job: facts, map, pools, quality or resolvers.")
    private String name = "";

    @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of the job, --NAME VALUE each.")
    private List<String> arguments = List.of();

    @Mixin
    private StartOptions start = new StartOptions();

    @Option(names = "--from", paramLabel = "PATH", description = "Savepoint or retained checkpoint to go on from.")
    private @Nullable String from;

    @Option(names = "--unless-running", description = "Do nothing, and say so, if a job of this name runs.")
    private boolean unlessRunning;

    @Option(
            names = "--beside",
            description = "Start it though a job of this name runs: one for another fleet, in a group of its own.")
    private boolean beside;

    @Option(
            names = "--watch-seconds",
            paramLabel = "N",
            description =
                    "How long it must then run without starting anew (default: not at all; if its Kafka can't be reached from here 75, for it gives up after 60).")
    private @Nullable Long watchSeconds;

    @Override
    int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException {
        KnownJob job = KnownJob.named(name);
        FlinkCluster overview = cluster.cluster();
        JobPackage jar = start.jarFor(job.entryClass(), overview);
        List<FlinkJob> running = new RunningJobs(cluster).of(job);
        if (!running.isEmpty() && unlessRunning) {
            out.println(name + " runs as job " + running.get(0).id() + "; nothing to do.");
            return 0;
        }
        if (!running.isEmpty() && !beside) {
            throw new UserError(name + " runs already as job " + running.get(0).id()
                    + ". Two of them would decide against each other: fairlead jobs upgrade puts another in its place; say"
                    + " --beside if this one is for another fleet.");
        }
        out.println("Flink " + overview.version() + ", " + overview.freeSlots() + " of " + overview.slots()
                + " slots free");
        JobArgumentList given = JobArgumentList.parse(arguments);
        JarRun run = start.over(JarRun.of(job.entryClass(), given.list(), 1));
        String jarId = cluster.upload(jar.file());
        int slots = cluster.plan(jarId, run);
        if (slots > overview.freeSlots()) {
            out.println("It takes " + slots + " slots: it will wait for them. Add task managers, or stop another job.");
        }
        String id = cluster.run(jarId, from == null ? run : run.restoredFrom(from));
        out.println(name + " is job " + id);
        JobStart starting = new JobStart(cluster, out);
        Optional<String> trouble = starting.untilRunning(id, start.within());
        Duration watch = watch(given, out);
        if (trouble.isEmpty() && !watch.isZero()) {
            out.println("Watching it for " + watch.toSeconds() + " s.");
            trouble = starting.whileRunning(id, watch);
        }
        if (trouble.isPresent()) {
            throw new UserError(name + " does not run: " + trouble.get() + ". Job " + id
                    + " is left as it is; see it in Flink's pages, and end it there.");
        }
        return 0;
    }

    /** Tasks run before they have heard anything of Kafka. */
    private Duration watch(JobArgumentList given, PrintWriter out) {
        Long said = watchSeconds;
        if (said != null) {
            return Duration.ofSeconds(said);
        }
        String servers = given.values().getOrDefault("bootstrap-servers", "");
        if (servers.isEmpty() || BrokerReach.any(servers)) {
            return Duration.ZERO;
        }
        out.println("Kafka at " + servers
                + " can't be reached from here; whether the job reaches it is seen when it gives up.");
        return Duration.ofSeconds(DOUBTFUL_S);
    }
}
