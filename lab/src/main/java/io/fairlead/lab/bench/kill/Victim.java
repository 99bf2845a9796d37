package io.fairlead.lab.bench.kill;

import io.fairlead.lab.host.FlinkCluster;
import io.fairlead.lab.host.KafkaCluster;
import io.fairlead.schemas.topics.Topics;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What is killed. */
enum Victim {
    /** The first; the other has slots enough for all, and has all from then on. */
    TASK_MANAGER,

    /** The second: after the first it runs all jobs, so that whichever decided is hit. */
    OTHER_TASK_MANAGER,

    /** The one that leads; the other stands by. */
    JOB_MANAGER,

    /** The one that leads the first partition of attempts. */
    BROKER;

    /** @return which of its kind, counted from 1 */
    int kill(KafkaCluster kafka, FlinkCluster flink) throws Exception {
        int which =
                switch (this) {
                    case TASK_MANAGER, JOB_MANAGER -> 1;
                    case OTHER_TASK_MANAGER -> 2;
                    case BROKER -> kafka.leader(Topics.TELEMETRY_ATTEMPTS.name(), 0);
                };
        switch (this) {
            case TASK_MANAGER, OTHER_TASK_MANAGER -> flink.killTaskManager(which);
            case JOB_MANAGER -> flink.killLeader();
            case BROKER -> kafka.kill(which);
        }
        return which;
    }

    void restart(KafkaCluster kafka, FlinkCluster flink, int killed) throws Exception {
        switch (this) {
            case TASK_MANAGER, OTHER_TASK_MANAGER -> flink.restartTaskManager(killed);
            case JOB_MANAGER -> flink.restartFormerLeader();
            case BROKER -> kafka.restart(killed);
        }
    }

    String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** By its name on the command line. */
    static final class Named implements ITypeConverter<Victim> {
        @Override
        public Victim convert(String text) {
            return Arrays.stream(values())
                    .filter(victim -> victim.title().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of "
                            + Arrays.stream(values()).map(Victim::title).collect(Collectors.joining(", "))));
        }
    }
}
