package io.fairlead.jobs.yardstick;

import io.fairlead.jobs.setup.JobArguments;
import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/** Decodes attempts, keys them by exit and keeps the last one of every exit as an Avro value; nothing comes of it. */
public final class KeyedStateJob {

    /** Name of the job, and of its consumer group. */
    public static final String NAME = "yardstick";

    private static final Map<String, String> DEFAULTS =
            Map.of("bootstrap-servers", "127.0.0.1:9092", "group", "fairlead-" + NAME, "checkpoint-ms", "10000");
    private static final TypeInformation<ProxiedAttempt> ATTEMPT =
            new LeanTypeInformation<>(ProxiedAttempt.class, AttemptSerializer.INSTANCE);

    private KeyedStateJob() {}

    /** @param arguments {@code --bootstrap-servers}, {@code --group}, {@code --checkpoint-ms}, {@code --kafka.NAME} */
    public static void main(String[] arguments) throws Exception {
        JobArguments settings = JobArguments.parse(NAME, DEFAULTS, arguments, System.getenv());
        String bootstrap = settings.text("bootstrap-servers");
        Properties kafka = settings.kafka();
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        JobRuntime.configure(
                environment, Duration.ofMillis(settings.number("checkpoint-ms", 100, 600_000)), Duration.ofMinutes(10));
        environment
                .fromSource(
                        RawRecords.source(bootstrap, settings.text("group"), List.of(Topics.TELEMETRY_ATTEMPTS), kafka),
                        WatermarkStrategy.noWatermarks(),
                        "telemetry",
                        RawRecords.TYPE)
                .flatMap(new Decode(bootstrap, kafka), ATTEMPT)
                .keyBy(ProxiedAttempt::getExitId, Types.STRING)
                .process(new KeepLast(), ATTEMPT)
                .sinkTo(new DiscardingSink<>());
        environment.execute("fairlead " + NAME);
    }

    @SuppressWarnings("NullAway.Init") // Flink calls open before anything else
    private static final class Decode extends RichFlatMapFunction<RawRecord, ProxiedAttempt> {
        private static final long serialVersionUID = 1L;

        private final String bootstrapServers;
        private final Properties clientProperties;
        private transient ContractReader reader;

        Decode(String bootstrapServers, Properties clientProperties) {
            this.bootstrapServers = bootstrapServers;
            this.clientProperties = clientProperties;
        }

        @Override
        public void open(OpenContext context) {
            reader = new ContractReader(bootstrapServers, clientProperties);
        }

        @Override
        public void flatMap(RawRecord raw, Collector<ProxiedAttempt> out) throws UnreadableRecordException {
            if (raw.value() != null && reader.read(raw.value(), raw.brokerTimeMs()) instanceof ProxiedAttempt attempt) {
                out.collect(attempt);
            }
        }
    }

    @SuppressWarnings("NullAway.Init") // Flink calls open before anything else
    private static final class KeepLast extends KeyedProcessFunction<String, ProxiedAttempt, ProxiedAttempt> {
        private static final long serialVersionUID = 1L;

        private transient ValueState<ProxiedAttempt> last;

        @Override
        public void open(OpenContext context) {
            last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", ATTEMPT));
        }

        @Override
        public void processElement(ProxiedAttempt attempt, Context context, Collector<ProxiedAttempt> out)
                throws Exception {
            last.update(attempt);
        }
    }
}
