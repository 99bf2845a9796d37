package io.fairlead.cli.flink;

import java.util.List;
import java.util.Map;

/**
 * What a running job was started from, kept with it on the cluster so that an upgrade can put it back.
 *
 * @param jarId of the uploaded jar
 * @param entryClass whose {@code main} built the job
 * @param arguments for {@code main}; those of {@code withheld} have no value here
 * @param parallelism of the job
 * @param configuration Flink's own settings that were given with it
 */
public record JobOrigin(
        String jarId,
        String entryClass,
        JobArgumentList arguments,
        int parallelism,
        Map<String, String> configuration) {
    public JobOrigin {
        configuration = Map.copyOf(configuration);
    }

    /** Names of the arguments whose values are secrets, which the cluster was not told to keep. */
    public List<String> withheld() {
        return arguments.withheld();
    }

    /**
     * The same start again.
     *
     * @param given where the secrets are
     */
    public JarRun again(JobArgumentList given) {
        return JarRun.of(entryClass, arguments.completedBy(given).list(), parallelism)
                .configured(configuration);
    }
}
