package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.io.PrintWriter;
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
        JarRun run = start.over(
                JarRun.of(job.entryClass(), JobArgumentList.parse(arguments).list(), 1));
        String jarId = cluster.upload(jar.file());
        int slots = cluster.plan(jarId, run);
        if (slots > overview.freeSlots()) {
            out.println("It takes " + slots + " slots: it will wait for them. Add task managers, or stop another job.");
        }
        String id = cluster.run(jarId, from == null ? run : run.restoredFrom(from));
        out.println(name + " is job " + id);
        Optional<String> trouble = new JobStart(cluster, out).untilRunning(id, start.within());
        if (trouble.isPresent()) {
            throw new UserError(name + " does not run: " + trouble.get() + ". Job " + id
                    + " is left as it is; see it in Flink's pages, and end it there.");
        }
        return 0;
    }
}
