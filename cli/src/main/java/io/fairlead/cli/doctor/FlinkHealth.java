package io.fairlead.cli.doctor;

import io.fairlead.cli.UserError;
import io.fairlead.cli.flink.FlinkCheckpoints;
import io.fairlead.cli.flink.FlinkCluster;
import io.fairlead.cli.flink.FlinkJob;
import io.fairlead.cli.flink.FlinkRest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a Flink cluster says of the jobs. Blocks; for one thread. */
public final class FlinkHealth {

    private static final String PREFIX = "fairlead ";
    private static final Duration CHECKPOINT_AGE = Duration.ofMinutes(10);

    private final FlinkRest cluster;
    private final InstantSource clock;

    public FlinkHealth(FlinkRest cluster, InstantSource clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    /**
     * Whether each of Fairlead's jobs runs with all its tasks and has a checkpoint of late, and none has ended without a successor.
     *
     * @return how many do
     * @throws UserError what is wrong of each that does not
     */
    public String jobs() throws IOException, InterruptedException {
        FlinkCluster overview = cluster.cluster();
        List<FlinkJob> known = cluster.jobs().stream()
                .filter(job -> job.name().startsWith(PREFIX))
                .toList();
        List<FlinkJob> ours = known.stream().filter(job -> !job.ended()).toList();
        if (ours.isEmpty()) {
            throw new UserError(
                    "none of Fairlead runs on this cluster (Flink " + overview.version() + ", " + overview.freeSlots()
                            + " of " + overview.slots() + " slots free); start them: fairlead jobs submit");
        }
        List<String> wrong = new ArrayList<>();
        for (FlinkJob job : ours) {
            FlinkCheckpoints checkpoints = cluster.checkpoints(job.id());
            Instant durable =
                    checkpoints.latestAtMs() == 0 ? job.startedAt() : Instant.ofEpochMilli(checkpoints.latestAtMs());
            if (!job.fullyRunning()) {
                wrong.add(job.name() + " is " + job.state() + " with " + job.runningTasks() + " of " + job.tasks()
                        + " tasks; " + overview.freeSlots()
                        + " slots are free, and Flink's page of it says what fails");
            } else if (durable.isBefore(clock.instant().minus(CHECKPOINT_AGE))) {
                wrong.add(job.name() + " has had no checkpoint since " + durable
                        + "; a restart would go back there. Flink's page of it says why, under Checkpoints");
            }
        }
        missing(known, ours)
                .forEach(job -> wrong.add(job.name() + " has ended (" + job.state()
                        + ") and none runs in its place; if it is still wanted, start it from its last state: fairlead jobs submit "
                        + job.name().substring(PREFIX.length()) + " --from PATH"));
        if (!wrong.isEmpty()) {
            throw new UserError(String.join("; ", wrong));
        }
        return ours.size() + " run, each with a checkpoint of the last " + CHECKPOINT_AGE.toMinutes() + " min";
    }

    /** Of each name that no job runs by any more, the one that ran last. The cluster forgets them after a while, or when it starts anew. */
    private static Collection<FlinkJob> missing(List<FlinkJob> known, List<FlinkJob> ours) {
        Map<String, FlinkJob> last = new TreeMap<>();
        known.forEach(job -> last.merge(
                job.name(), job, (held, other) -> other.startedAt().isAfter(held.startedAt()) ? other : held));
        ours.forEach(job -> last.remove(job.name()));
        return last.values();
    }
}
