package io.fairlead.jobs.resolvers;

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
 * Where resolvers are, by which name servers they ask.
 *
 * <pre>
 * groups, policies, reports of edges ──▶ roster, one key ──offers──┐ (broadcast)
 * tallies and round trips ──▶ reader ──▶ watch, by resolver ◀──────┘ ──▶ calibration, one key ──▶ popularity, heartbeats
 *                   both ends of beacons ──▶ join, by name ──▲
 * </pre>
 */
public final class ResolverJob {

    /** Name of the job, as its heartbeats, dead letters and Flink name it. */
    public static final String NAME = "resolvers";

    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(10);

    /** What stands on these topics stands nowhere else: without a checkpoint they are read from their beginning. */
    private static final List<TopicSpec> STANDING = List.of(Topics.CONFIG_GROUPS, Topics.CONFIG_POLICIES);

    private static final String ONE_KEY = "all";

    private ResolverJob() {}

    /** @param arguments as {@code ResolverSettings} reads them */
    public static void main(String[] arguments) throws Exception {
        ResolverSettings settings = ResolverSettings.parse(arguments, System.getenv());
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        build(environment, settings);
        environment.execute("fairlead " + NAME);
    }

    static void build(StreamExecutionEnvironment environment, ResolverSettings settings) {
        JobRuntime.configure(environment, settings.checkpointInterval(), CHECKPOINT_TIMEOUT);
        environment.setBufferTimeout(settings.bufferTimeout().toMillis());

        Inflow inflow = new Inflow(environment, NAME, settings.bootstrapServers(), settings.group(), settings.kafka());
        SingleOutputStreamOperator<Offer> offers = inflow.stream("standing", STANDING, OffsetsInitializer.earliest())
                .union(inflow.stream("edges", List.of(Topics.TELEMETRY_EDGES), OffsetsInitializer.latest()))
                .keyBy(record -> ONE_KEY, Types.STRING)
                .process(new NameServerRoster(settings.bootstrapServers(), settings.kafka()), Offer.TYPE)
                .name("roster")
                .uid("resolvers-roster")
                .setParallelism(1);
        SingleOutputStreamOperator<ResolverSignal> signals = inflow.stream(
                        "tallies", List.of(Topics.TELEMETRY_RESOLVERS), OffsetsInitializer.earliest())
                .process(new ResolverReader(settings.bootstrapServers(), settings.kafka()), ResolverSignal.TYPE)
                .name("reader")
                .uid("resolvers-reader");
        DataStream<ResolverSignal> ties = signals.getSideOutput(ResolverReader.BEACONS)
                .keyBy(BeaconEnd::beacon, Types.STRING)
                .process(new BeaconJoin(), ResolverSignal.TYPE)
                .name("beacons")
                .uid("resolvers-beacons");
        DataStream<RawRecord> judged = signals.union(ties)
                .keyBy(ResolverSignal::resolver, Types.STRING)
                .connect(offers.broadcast(ResolverWatch.OFFERS))
                .process(new ResolverWatch(settings.look().toMillis()), RawRecords.TYPE)
                .name("watch")
                .uid("resolvers-watch");
        DataStream<RawRecord> told = judged.union(environment.fromData(List.of(Calibration.BEGIN), RawRecords.TYPE))
                .keyBy(record -> ONE_KEY, Types.STRING)
                .process(new Calibration(), RawRecords.TYPE)
                .name("calibration")
                .uid("resolvers-calibration")
                .setParallelism(1);
        Properties producer = new Properties();
        producer.putAll(settings.kafka());
        told.union(signals.getSideOutput(ResolverReader.DEAD), offers.getSideOutput(NameServerRoster.DEAD))
                .sinkTo(RawRecords.sink(settings.bootstrapServers(), producer))
                .name("told")
                .uid("resolvers-told")
                .setParallelism(1);
    }
}
