package io.fairlead.jobs.relays;

import io.fairlead.jobs.desk.DeskOperator;
import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.Inflow;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The plans of all relay clients of one service.
 *
 * <pre>
 * policies, the plans that stand ──────┐
 * legs, links, reports of edges ───────┴─▶ desk, one key ──▶ plans, heartbeats
 * </pre>
 */
public final class RelayJob {

    /** Name of the job, as its heartbeats, dead letters and Flink name it. */
    public static final String NAME = "relays";

    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(10);

    /** What stands on these topics stands nowhere else: without a checkpoint they are read from their beginning. */
    private static final List<TopicSpec> STANDING = List.of(Topics.CONFIG_POLICIES, Topics.DECISIONS_RELAYS);

    private RelayJob() {}

    /** @param arguments as {@code RelaySettings} reads them */
    public static void main(String[] arguments) throws Exception {
        RelaySettings settings = RelaySettings.parse(arguments, System.getenv());
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        build(environment, settings);
        environment.execute("fairlead " + NAME);
    }

    static void build(StreamExecutionEnvironment environment, RelaySettings settings) {
        JobRuntime.configure(environment, settings.checkpointInterval(), CHECKPOINT_TIMEOUT);
        environment.setBufferTimeout(settings.bufferTimeout().toMillis());
        String service = settings.service();
        Properties producer = new Properties();
        producer.putAll(settings.kafka());
        Inflow inflow = new Inflow(environment, NAME, settings.bootstrapServers(), settings.group(), settings.kafka());
        inflow.stream("standing", STANDING, OffsetsInitializer.earliest())
                .union(inflow.stream(
                        "reports",
                        List.of(Topics.TELEMETRY_RELAY, Topics.TELEMETRY_EDGES),
                        OffsetsInitializer.latest()))
                .keyBy(record -> service, Types.STRING)
                .process(
                        new DeskOperator(NAME, RelayDesk::open, settings.bootstrapServers(), settings.kafka()),
                        RawRecords.TYPE)
                .name("desk")
                .uid("relays-desk")
                .setParallelism(1)
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("told")
                .uid("relays-told")
                .setParallelism(1);
    }
}
