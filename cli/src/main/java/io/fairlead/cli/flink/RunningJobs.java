package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Finds the job that somebody means, by name or id. */
final class RunningJobs {

    private final FlinkRest cluster;

    RunningJobs(FlinkRest cluster) {
        this.cluster = cluster;
    }

    /** Those of a name that have not ended. */
    List<FlinkJob> of(KnownJob job) throws IOException, InterruptedException {
        return cluster.jobs().stream()
                .filter(each -> !each.ended() && each.name().equals(job.nameOnCluster()))
                .toList();
    }

    /**
     * The one.
     *
     * @param named name of a job, or an id
     * @throws UserError if there is none, or more than one
     */
    FlinkJob one(String named) throws IOException, InterruptedException {
        List<FlinkJob> all = cluster.jobs().stream().filter(job -> !job.ended()).toList();
        List<FlinkJob> meant = all.stream()
                .filter(job -> job.id().equals(named) || job.name().equals("fairlead " + named))
                .toList();
        if (meant.size() == 1) {
            return meant.get(0);
        }
        throw new UserError(
                meant.isEmpty()
                        ? "No job " + named + " runs on this cluster; "
                                + (all.isEmpty() ? "none does." : "these do: " + told(all) + ".")
                        : "Several jobs " + named + " run; say which by its id: " + told(meant) + ".");
    }

    private static String told(List<FlinkJob> jobs) {
        return jobs.stream().map(job -> job.id() + " (" + job.name() + ")").collect(Collectors.joining(", "));
    }
}
