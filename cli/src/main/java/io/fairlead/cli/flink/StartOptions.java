package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that starts a job: its jar, and what Flink is to do for it. */
final class StartOptions {

    /** Where a job keeps its state while it runs. */
    enum State {
        /** On the Java heap: the fastest, for what fits there. */
        HEAP,
        /** In RocksDB on the task managers' disks, with checkpoints of what has changed. */
        ROCKSDB
    }

    @Option(
            names = "--jar",
            paramLabel = "FILE",
            required = true,
            description = "The job jar, fairlead-jobs-VERSION-flink.jar.")
    private Path jar = Path.of("");

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "Parallelism of the job (default: 1, or as it was).")
    private @Nullable Integer parallelism;

    @Option(
            names = "--state",
            paramLabel = "WHERE",
            description =
                    "Where state is kept: heap, or rocksdb with incremental checkpoints (default: as the cluster says, or as it was). Savepoints fit both.")
    private @Nullable State state;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting of Flink's own for this job, such as execution.checkpointing.timeout=5min.")
    private List<String> settings = List.of();

    @Option(names = "--other-version", description = "The jar may be of another version than this command.")
    private boolean otherVersion;

    @Option(
            names = "--drop-unknown-state",
            description = "Leave behind what the savepoint has of operators that the job no longer has.")
    private boolean dropUnknownState;

    @Option(
            names = "--within-seconds",
            paramLabel = "N",
            defaultValue = "300",
            description = "How long it may take until every task runs (default: ${DEFAULT-VALUE}).")
    private long withinSeconds = 300;

    /** The jar, checked against cluster and command. */
    JobPackage jarFor(String entryClass, FlinkCluster cluster) {
        JobPackage found = JobPackage.read(jar, entryClass);
        found.requireFlink(cluster);
        if (!otherVersion) {
            found.requireVersion(StartOptions.class.getPackage().getImplementationVersion());
        }
        return found;
    }

    /** Lays what was said over how it was. */
    JarRun over(JarRun run) {
        Map<String, String> configuration = new LinkedHashMap<>(run.configuration());
        if (state != null) {
            configuration.put("state.backend.type", state == State.HEAP ? "hashmap" : "rocksdb");
            configuration.put("execution.checkpointing.incremental", Boolean.toString(state == State.ROCKSDB));
        }
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new UserError("--set takes NAME=VALUE, not '" + setting + "'.");
            }
            configuration.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        Integer asked = parallelism;
        if (asked != null && asked < 1) {
            throw new UserError("--parallelism is " + asked + "; it must be at least 1.");
        }
        JarRun changed = JarRun.of(run.entryClass(), run.arguments(), asked == null ? run.parallelism() : asked)
                .configured(configuration);
        return dropUnknownState ? changed.droppingUnknownState() : changed;
    }

    Duration within() {
        return Duration.ofSeconds(withinSeconds);
    }
}
