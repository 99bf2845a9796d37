package io.fairlead.jobs.pools;

import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.Inflow;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The pools of one fleet.
 *
 * <pre>
 * scores, exits, edges, config ─────────────┐
 * attempts, requests ──▶ tally (by pool) ───┼─▶ curation, one key ──▶ assignments (exactly once)
 *                                           └──────────────────────▶ forecasts, verdicts on canaries, heartbeats, what is refused (at least once)
 * </pre>
 */
public final class PoolJob {

    /** Name of the job, as its heartbeats, dead letters and Flink name it. */
    public static final String NAME = "pools";

    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(10);

    /** What stands on these topics stands nowhere else: without a checkpoint they are read from their beginning. */
    private static final List<TopicSpec> STANDING = List.of(
            Topics.CONFIG_POLICIES,
            Topics.CONFIG_POOLS,
            Topics.CONFIG_EXITS,
            Topics.DECISIONS_EXITS,
            Topics.DECISIONS_POOLS,
            Topics.DECISIONS_CANARIES);

    private static final List<TopicSpec> PASSING = List.of(Topics.TELEMETRY_EXITS, Topics.TELEMETRY_EDGES);

    private PoolJob() {}

    /** @param arguments as {@code PoolSettings} reads them */
    public static void main(String[] arguments) throws Exception {
        PoolSettings settings = PoolSettings.parse(arguments, System.getenv());
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        build(environment, settings);
        environment.execute("fairlead " + NAME);
    }

    static void build(StreamExecutionEnvironment environment, PoolSettings settings) {
        JobRuntime.configure(environment, settings.checkpointInterval(), CHECKPOINT_TIMEOUT);
        environment.setBufferTimeout(settings.bufferTimeout().toMillis());

        Inflow inflow = new Inflow(environment, NAME, settings.bootstrapServers(), settings.group(), settings.kafka());
        DataStream<PoolSignal> told = inflow.stream("standing", STANDING, OffsetsInitializer.earliest())
                .union(inflow.stream("passing", PASSING, OffsetsInitializer.earliest()))
                .map(PoolSignal.Told::new, PoolSignal.TYPE)
                .name("told")
                .uid("pools-told");
        SingleOutputStreamOperator<PoolSignal> demand = inflow.stream(
                        "attempts",
                        List.of(Topics.TELEMETRY_ATTEMPTS, Topics.TELEMETRY_REQUESTS),
                        OffsetsInitializer.latest())
                .transform("tally", PoolSignal.TYPE, new DemandTally(settings.bootstrapServers(), settings.kafka()))
                .uid("pools-tally");

        String fleet = settings.fleet();
        SingleOutputStreamOperator<RawRecord> assignments = told.union(demand)
                .keyBy(signal -> fleet, Types.STRING)
                .process(new PoolCuration(settings.bootstrapServers(), settings.kafka()), RawRecords.TYPE)
                .name("curation")
                .uid("pools-curation")
                .setParallelism(1);
        Properties producer = new Properties();
        producer.putAll(settings.kafka());
        assignments
                .sinkTo(RawRecords.exactlyOnce(
                        settings.bootstrapServers(), producer, Topics.DECISIONS_POOLS, settings.group() + "-" + fleet))
                .name("assignments")
                .uid("pools-assignments")
                .setParallelism(1);
        assignments
                .getSideOutput(PoolCuration.BESIDE)
                .union(demand.getSideOutput(DemandTally.DEAD))
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("beside")
                .uid("pools-beside")
                .setParallelism(1);
    }
}
