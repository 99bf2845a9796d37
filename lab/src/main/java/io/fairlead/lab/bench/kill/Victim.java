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
    TASK_MANAGER {
        @Override
        int kill(KafkaCluster kafka, FlinkCluster flink) {
            flink.killTaskManager(1);
            return 1;
        }

        @Override
        void restart(KafkaCluster kafka, FlinkCluster flink, int killed) throws Exception {
            flink.restartTaskManager(killed);
        }
    },

    /** The second: after the first it runs all jobs, so that whichever decided is hit. */
    OTHER_TASK_MANAGER {
        @Override
        int kill(KafkaCluster kafka, FlinkCluster flink) {
            flink.killTaskManager(2);
            return 2;
        }

        @Override
        void restart(KafkaCluster kafka, FlinkCluster flink, int killed) throws Exception {
            flink.restartTaskManager(killed);
        }
    },

    /** The one that leads; the other stands by. */
    JOB_MANAGER {
        @Override
        int kill(KafkaCluster kafka, FlinkCluster flink) {
            flink.killLeader();
            return 1;
        }

        @Override
        void restart(KafkaCluster kafka, FlinkCluster flink, int killed) throws Exception {
            flink.restartFormerLeader();
        }
    },

    /** The one that leads the first partition of attempts. */
    BROKER {
        @Override
        int kill(KafkaCluster kafka, FlinkCluster flink) throws Exception {
            int leader = kafka.leader(Topics.TELEMETRY_ATTEMPTS.name(), 0);
            kafka.kill(leader);
            return leader;
        }

        @Override
        void restart(KafkaCluster kafka, FlinkCluster flink, int killed) throws Exception {
            kafka.restart(killed);
        }
    };

    /** @return which of its kind, counted from 1 */
    abstract int kill(KafkaCluster kafka, FlinkCluster flink) throws Exception;

    abstract void restart(KafkaCluster kafka, FlinkCluster flink, int killed) throws Exception;

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
