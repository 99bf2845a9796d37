package io.fairlead.cli.flink;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a job of an uploaded jar is to be started.
 *
 * @param entryClass whose {@code main} builds the job
 * @param arguments for {@code main}
 * @param parallelism of the job where it does not say; at least 1
 * @param restoreFrom path of a savepoint or a retained checkpoint as the cluster sees it, or null for an empty state; it stays the
 *     owner's and is not deleted
 * @param dropUnknownState whether state of operators that the job no longer has may be left behind
 * @param configuration Flink's own settings of this job, such as {@code state.backend.type}; what the job sets itself stands above it
 */
public record JarRun(
        String entryClass,
        List<String> arguments,
        int parallelism,
        @Nullable String restoreFrom,
        boolean dropUnknownState,
        Map<String, String> configuration) {
    public JarRun {
        if (parallelism < 1) {
            throw new IllegalArgumentException(
                    "The parallelism of " + entryClass + " must be at least 1, not " + parallelism);
        }
        arguments = List.copyOf(arguments);
        configuration = Map.copyOf(configuration);
    }

    public static JarRun of(String entryClass, List<String> arguments, int parallelism) {
        return new JarRun(entryClass, arguments, parallelism, null, false, Map.of());
    }

    public JarRun restoredFrom(String savepoint) {
        return new JarRun(entryClass, arguments, parallelism, savepoint, dropUnknownState, configuration);
    }

    public JarRun droppingUnknownState() {
        return new JarRun(entryClass, arguments, parallelism, restoreFrom, true, configuration);
    }

    public JarRun configured(Map<String, String> other) {
        return new JarRun(entryClass, arguments, parallelism, restoreFrom, dropUnknownState, other);
    }
}
