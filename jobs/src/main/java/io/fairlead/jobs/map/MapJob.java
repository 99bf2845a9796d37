package io.fairlead.jobs.map;

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
 * The map of one service.
 *
 * <pre>
 * groups, policies, popularity, the entries that stand ──┐
 * tallies, round trips, reports of edges ────────────────┴─▶ desk, one key ──▶ entries, prices, state of the map, heartbeats
 * </pre>
 */
public final class MapJob {

    /** Name of the job, as its heartbeats, dead letters and Flink name it. */
    public static final String NAME = "map";

    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(10);

    /** What stands on these topics stands nowhere else: without a checkpoint they are read from their beginning. */
    private static final List<TopicSpec> STANDING =
            List.of(Topics.CONFIG_GROUPS, Topics.CONFIG_POLICIES, Topics.DECISIONS_POPULARITY, Topics.DECISIONS_MAP);

    private MapJob() {}

    /** @param arguments as {@code MapSettings} reads them */
    public static void main(String[] arguments) throws Exception {
        MapSettings settings = MapSettings.parse(arguments, System.getenv());
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        build(environment, settings);
        environment.execute("fairlead " + NAME);
    }

    static void build(StreamExecutionEnvironment environment, MapSettings settings) {
        JobRuntime.configure(environment, settings.checkpointInterval(), CHECKPOINT_TIMEOUT);
        environment.setBufferTimeout(settings.bufferTimeout().toMillis());
        String service = settings.service();
        long epochMs = settings.epoch().toMillis();
        int maxParts = settings.limits().parts();
        int maxUnproven = settings.limits().unproven();
        Properties producer = new Properties();
        producer.putAll(settings.kafka());
        Inflow inflow = new Inflow(environment, NAME, settings.bootstrapServers(), settings.group(), settings.kafka());
        inflow.stream("standing", STANDING, OffsetsInitializer.earliest())
                .union(
                        inflow.stream("resolvers", List.of(Topics.TELEMETRY_RESOLVERS), OffsetsInitializer.earliest()),
                        inflow.stream("edges", List.of(Topics.TELEMETRY_EDGES), OffsetsInitializer.latest()))
                .keyBy(record -> service, Types.STRING)
                .process(
                        new DeskOperator(
                                NAME,
                                (pieces, nowMs) ->
                                        MapDesk.open(pieces, nowMs, epochMs, new Parts.Limits(maxParts, maxUnproven)),
                                settings.bootstrapServers(),
                                settings.kafka()),
                        RawRecords.TYPE)
                .name("desk")
                .uid("map-desk")
                .setParallelism(1)
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("told")
                .uid("map-told")
                .setParallelism(1);
    }
}
