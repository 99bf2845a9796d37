package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The jobs of the job jar. */
enum KnownJob {
    FACTS("io.fairlead.jobs.facts.FactsJob", false),
    MAP("io.fairlead.jobs.map.MapJob", true),
    POOLS("io.fairlead.jobs.pools.PoolJob", true),
    QUALITY("io.fairlead.jobs.quality.QualityJob", true),
    RELAYS("io.fairlead.jobs.relays.RelayJob", true),
    RESOLVERS("io.fairlead.jobs.resolvers.ResolverJob", true);

    private final String entryClass;
    private final boolean heartbeats;

    KnownJob(String entryClass, boolean heartbeats) {
        this.entryClass = entryClass;
        this.heartbeats = heartbeats;
    }

    /** @throws UserError if there is no job of that name */
    static KnownJob named(String name) {
        return Arrays.stream(values())
                .filter(job -> job.title().equals(name))
                .findFirst()
                .orElseThrow(() -> new UserError("There is no job " + name + "; jobs are: "
                        + Arrays.stream(values()).map(KnownJob::title).collect(Collectors.joining(", ")) + "."));
    }

    /** As operators and heartbeats name it. */
    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As Flink names it. */
    String nameOnCluster() {
        return "fairlead " + title();
    }

    String entryClass() {
        return entryClass;
    }

    /** Whether it says each second on {@code fairlead.decisions.heartbeats} that it lives. */
    boolean heartbeats() {
        return heartbeats;
    }
}
