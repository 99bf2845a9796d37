package io.fairlead.jobs.quality;

import io.fairlead.jobs.setup.JobArguments;
import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.jobs.source.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Runs a recording through {@link QualityPipeline} twice in one go: under the policies that were in force, and under these with a new one
 * laid over. Ends by itself; what it found is a {@link ReplayResult} in a file.
 */
public final class ReplayJob {

    static final Map<String, String> DEFAULTS = Map.of(
            "recording", "",
            "policies-before", "",
            "policies-after", "",
            "result", "",
            "from-ms", "0",
            "step-ms", "5000",
            "out-of-order-ms", "200");

    private ReplayJob() {}

    /** @param arguments paths of recordings and of the result, as the cluster sees them, and {@code --from-ms} */
    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        build(environment, JobArguments.parse("replay", DEFAULTS, arguments, Map.of()));
        environment.execute("fairlead replay");
    }

    static void build(StreamExecutionEnvironment environment, JobArguments settings) throws IOException {
        JobRuntime.configure(environment, Duration.ofMinutes(10), Duration.ofMinutes(10));
        environment.getCheckpointConfig().disableCheckpointing(); // what ends is begun again
        environment.setParallelism(1); // see ReplayGate
        environment.setBufferTimeout(0); // each step waits for the one before
        String result = settings.text("result");
        SingleOutputStreamOperator<RawRecord> telemetry = environment
                .fromData(List.of(settings.text("recording")), Types.STRING)
                .transform(
                        "recording",
                        RawRecords.TYPE,
                        new ReplayReader(
                                result,
                                settings.number("step-ms", 100, 60_000),
                                settings.number("out-of-order-ms", 0, 60_000)));
        DataStream<RawRecord> before = decisions(environment, telemetry, settings.text("policies-before"), "before");
        DataStream<RawRecord> after = decisions(environment, telemetry, settings.text("policies-after"), "after");
        before.connect(after)
                .transform(
                        "comparison",
                        Types.LONG,
                        new ReplayComparison(result, settings.number("from-ms", 0, Long.MAX_VALUE)))
                .sinkTo(new org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink<>());
    }

    private static DataStream<RawRecord> decisions(
            StreamExecutionEnvironment environment,
            SingleOutputStreamOperator<RawRecord> telemetry,
            String policies,
            String name)
            throws IOException {
        QualityPipeline.Sources sources = new QualityPipeline.Sources(
                telemetry,
                telemetry.getSideOutput(ReplayReader.EDGES),
                environment.fromData(read(Path.of(policies)), RawRecords.TYPE),
                environment.fromData(List.of(new Ruling.Tick(0)), Ruling.TYPE),
                null);
        return QualityPipeline.replayed(sources, name).decisions();
    }

    /** At least one, so that Flink takes them: without any, a tombstone of the defaults. */
    private static List<RawRecord> read(Path file) throws IOException {
        List<RawRecord> records = new ArrayList<>();
        try (Recording.Reader recording = new Recording.Reader(file)) {
            for (RawRecord each = recording.next(); each != null; each = recording.next()) {
                records.add(each);
            }
        }
        return records.isEmpty() ? List.of(new RawRecord("", 0, -1, 0, null, null)) : records;
    }
}
