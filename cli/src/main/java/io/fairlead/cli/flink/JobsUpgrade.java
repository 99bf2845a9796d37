package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fairlead jobs upgrade}. */
@Command(
        name = "upgrade",
        description = {
            "Put a job of another jar, or with other arguments, in the place of one that runs.",
            "It is stopped with a savepoint, and the next starts from there; if that does not come up, complete a checkpoint and stay, the former one is put back from the same savepoint. What follows -- is laid over the arguments it had."
        })
final class JobsUpgrade extends OnCluster {

    @Parameters(index = "0", paramLabel = "JOB", description = "Its name, such as quality, or its id.")
    private String named = "";

    @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments that change, --NAME VALUE each.")
    private List<String> arguments = List.of();

    @Mixin
    private StartOptions start = new StartOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--former-jar",
            paramLabel = "FILE",
            description =
                    "The jar that runs now, where the cluster does not know it any more (flink run, or a job manager that lost its uploads).")
    private @Nullable Path formerJar;

    @Option(
            names = "--directory",
            paramLabel = "URI",
            description = "Where the savepoint goes, as the cluster sees it (default: its own savepoint directory).")
    private @Nullable String directory;

    @Option(
            names = "--savepoint-within-seconds",
            paramLabel = "N",
            defaultValue = "300",
            description = "How long the savepoint may take (default: ${DEFAULT-VALUE}).")
    private long savepointSeconds = 300;

    @Option(
            names = "--watch-seconds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How long it must then run without starting anew (default: ${DEFAULT-VALUE}).")
    private long watchSeconds = 20;

    @Option(names = "--without-heartbeats", description = "Don't wait in Kafka for the heartbeats of the new one.")
    private boolean withoutHeartbeats;

    @Override
    int run(FlinkRest cluster, PrintWriter out) throws IOException, InterruptedException {
        FlinkJob running = new RunningJobs(cluster).one(named);
        KnownJob job = KnownJob.named(running.name().replaceFirst("^fairlead ", ""));
        JobPackage jar = start.jarFor(job.entryClass(), cluster.cluster());
        JobArgumentList given = JobArgumentList.parse(arguments);
        JobOrigin origin = origin(cluster, job, running, given);
        JarRun former = origin.again(given);
        requireSecrets(job, former);
        JarRun next = start.over(JarRun.of(
                        job.entryClass(),
                        JobArgumentList.parse(former.arguments()).with(given).list(),
                        origin.parallelism())
                .configured(origin.configuration()));
        String nextJar = cluster.upload(jar.file());
        cluster.plan(nextJar, next);
        out.println("The new jar is on the cluster" + said(jar) + ", and its job builds with these arguments.");
        JobUpgrade.Limits limits = new JobUpgrade.Limits(
                Duration.ofSeconds(savepointSeconds), start.within(), Duration.ofSeconds(watchSeconds));
        try (JobPulse pulse = withoutHeartbeats || !job.heartbeats() ? null : new JobPulse(kafka.client())) {
            new JobUpgrade(cluster, pulse, limits, out)
                    .run(
                            job.title(),
                            running.id(),
                            new JobUpgrade.Life(origin.jarId(), former),
                            new JobUpgrade.Life(nextJar, next),
                            Optional.ofNullable(directory));
        }
        return 0;
    }

    /** How to put the running one back; nothing is stopped before that is known. */
    private JobOrigin origin(FlinkRest cluster, KnownJob job, FlinkJob running, JobArgumentList given)
            throws IOException, InterruptedException {
        Optional<JobOrigin> told = cluster.origin(running.id());
        Path file = formerJar;
        if (file == null) {
            if (told.isEmpty()) {
                throw new UserError("The cluster does not know what job " + running.id()
                        + " was started from (by flink run?), so it could not be put back. Give its jar (--former-jar) and,"
                        + " after --, all its arguments.");
            }
            if (!cluster.hasJar(told.get().jarId())) {
                throw new UserError("The cluster has lost the jar of job " + running.id() + " ("
                        + told.get().jarId() + "), so it could not be put back. Give it: --former-jar.");
            }
            return told.get();
        }
        String jarId = cluster.upload(JobPackage.read(file, job.entryClass()).file());
        if (told.isPresent()) {
            JobOrigin origin = told.get();
            return new JobOrigin(
                    jarId, origin.entryClass(), origin.arguments(), origin.parallelism(), origin.configuration());
        }
        return new JobOrigin(jarId, job.entryClass(), given, cluster.parallelism(running.id()), Map.of());
    }

    private static void requireSecrets(KnownJob job, JarRun run) {
        List<String> lacking = JobArgumentList.parse(run.arguments()).withheld();
        if (!lacking.isEmpty()) {
            throw new UserError("Secrets of a job are not kept on the cluster: give --" + String.join(", --", lacking)
                    + " of " + job.title() + " again, after --.");
        }
    }

    private static String said(JobPackage jar) {
        return jar.version().isEmpty() ? "" : " (Fairlead " + jar.version() + ")";
    }
}
