package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.canary.CanaryArms;
import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A canary in the whole job on a cluster: its exits fail while it decides, and until then only. */
@Timeout(180)
class CanaryPipelineTest {

    private static final long VERSION = 8;
    private static final double SHARE = 0.5;
    private static final int EXITS = 12;

    /** The cluster is in this process. */
    private static final AtomicBoolean CANARY_DECIDES = new AtomicBoolean();

    @Test
    void aCanaryThatGoesWrongTakesItselfBackAndItsExitsAreDecidedAsTheOthersAgain() throws Exception {
        CANARY_DECIDES.set(false);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
        JobRuntime.configure(environment, Duration.ofMinutes(10), Duration.ofMinutes(1));
        environment.getCheckpointConfig().disableCheckpointing(); // what is collected would wait for the next one
        environment.setBufferTimeout(0);
        QualityPipeline.Told told = QualityPipeline.of(
                new QualityPipeline.Sources(
                        traffic(environment),
                        never(environment),
                        environment.fromData(policies(), RawRecords.TYPE),
                        environment.fromData(List.<Ruling>of(new Ruling.Tick(1)), Ruling.TYPE),
                        never(environment)),
                "",
                new Properties());
        List<CanaryStage> stages = new ArrayList<>();
        List<DecisionVersion> versions = new ArrayList<>();
        Set<String> decided = new HashSet<>();
        Set<String> back = new HashSet<>();
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        try (CloseableIterator<RawRecord> each = told.decisions().executeAndCollect("a canary")) {
            // the decisions and the verdict take ways of their own to the desk that numbers them
            while (back.isEmpty() || !stages.contains(CanaryStage.ROLLED_BACK)) {
                byte[] value = each.next().value();
                SpecificRecord record = value == null ? null : reader.read(value);
                if (record instanceof CanaryVerdict verdict) {
                    versions.add(verdict.getVersion());
                    if (!stages.contains(verdict.getStage())) {
                        stages.add(verdict.getStage());
                    }
                    CANARY_DECIDES.set(verdict.getStage() == CanaryStage.RUNNING);
                } else if (record instanceof ExitScore score) {
                    versions.add(score.getVersion());
                    if (score.getPolicyVersion() == VERSION) {
                        decided.add(score.getExitId());
                        back.remove(score.getExitId());
                    } else if (decided.contains(score.getExitId())) {
                        back.add(score.getExitId());
                    }
                }
            }
        }
        assertThat(stages).containsExactly(CanaryStage.BASELINE, CanaryStage.RUNNING, CanaryStage.ROLLED_BACK);
        assertThat(decided).allMatch(exit -> CanaryArms.decides(VERSION, exit, SHARE));
        assertThat(versions)
                .as("one place numbers them")
                .isSortedAccordingTo(Comparator.comparingLong(DecisionVersion::getJobEpoch)
                        .thenComparingLong(DecisionVersion::getCounter))
                .doesNotHaveDuplicates();
    }

    /** Tries without end, 10 of them a heartbeat apart; whoever a canary decides fails each second. */
    private static DataStream<RawRecord> traffic(StreamExecutionEnvironment environment) {
        GeneratorFunction<Long, RawRecord> next = number -> {
            long atMs = System.currentTimeMillis();
            String exit = "exit-" + number % EXITS;
            Tales tales = new Tales(1, number);
            boolean fails = CANARY_DECIDES.get() && number / EXITS % 2 == 0 && CanaryArms.decides(VERSION, exit, SHARE);
            if (number / EXITS % 10 == 0) {
                tales.heartbeat(atMs, exit, 64_500);
            } else {
                tales.attempted(
                        atMs,
                        exit,
                        64_500,
                        "a.example",
                        fails ? Outcome.CONNECTION_TIMEOUT : Outcome.OK,
                        fails ? FaultLayer.EXIT : FaultLayer.NONE);
            }
            return tales.records.get(0);
        };
        return environment.fromSource(
                new DataGeneratorSource<>(next, Long.MAX_VALUE, RateLimiterStrategy.perSecond(240), RawRecords.TYPE),
                WatermarkStrategy.<RawRecord>forBoundedOutOfOrderness(Duration.ofMillis(200))
                        .withTimestampAssigner((record, brokerMs) -> QualityPipeline.observedAtMs(record)),
                "traffic");
    }

    /** A topic that nothing comes on. */
    private static DataStream<RawRecord> never(StreamExecutionEnvironment environment) {
        return environment.fromSource(
                new DataGeneratorSource<>(number -> new RawRecord("", 0, -1, 0, null, null), 0, RawRecords.TYPE),
                QualityPipeline.neverHoldingBack(),
                "nothing");
    }

    private static List<RawRecord> policies() {
        Authorship author = new Authorship("ann", "a test", 1L, 1L);
        QualityPolicy policy = QualityPolicy.defaults();
        return List.of(
                record("quality/default", VERSION - 1, PolicyRecords.write(policy, author)),
                record(
                        CanaryRecords.key("quality/default"),
                        VERSION,
                        CanaryRecords.write(
                                "quality/default",
                                new CanaryTerms(SHARE, 1_000, 3_600_000, 0.05, 1.5, 100),
                                PolicyRecords.write(policy.withReferences(3_000, 4), author),
                                author)));
    }

    private static RawRecord record(String key, long offset, SpecificRecord record) {
        return new RawRecord(
                Topics.CONFIG_POLICIES.name(),
                0,
                offset,
                1,
                key.getBytes(StandardCharsets.UTF_8),
                WireEncoder.encode(record));
    }
}
