package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.jobs.setup.JobRuntime;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.jobs.source.Recording;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All operators of the job on a cluster, fed from what is written down here instead of topics. */
class QualityPipelineTest {

    private static final long START = 1_790_000_000_000L;
    private static final long MINUTE_MS = 60_000;
    private static final long STEP_MS = 5_000;
    private static final int EXITS = 8;
    private static final long CABLE = 64_500;
    private static final long MOBILE = 64_501;

    @TempDir
    Path directory;

    @Test
    void neitherADeadTargetNorAClientNorANetworkIsHeldAgainstAnExitAndABadExitIs() throws Exception {
        List<ExitScore> quiet = decisions(story(false), new Configuration());
        List<ExitScore> faulty = decisions(story(true), new Configuration());
        Map<String, ExitScore> expected = newest(quiet);
        Map<String, ExitScore> told = newest(faulty);
        for (int i = 0; i < EXITS; i++) {
            String exit = "exit-" + i;
            assertThat(told.get(exit).getQuality())
                    .as(exit + ": " + told.get(exit).getReasons())
                    .isCloseTo(expected.get(exit).getQuality(), within(1.0));
        }
        assertThat(told.get("bad").getQuality()).isLessThan(expected.get("bad").getQuality() - 20);
        assertThat(told.get("bad").getReasons().get(0)).startsWith("fails: ");
        assertThat(faulty.stream().filter(score -> score.getFailingTargets().contains("shop")))
                .as("the dead target is told")
                .anySatisfy(score -> assertThat(score.getReasons())
                        .contains("a target of shop fails whatever the exit: not held against it"));
        assertThat(faulty.stream().filter(score -> score.getNetworkSuccess() < 0.1))
                .as("the outage is told as the network's")
                .isNotEmpty()
                .allSatisfy(score -> {
                    assertThat(score.getAsn()).isEqualTo(MOBILE);
                    assertThat(score.getQuality()).isLessThan(10);
                    assertThat(score.getSuccess().getMean()).isGreaterThan(0.9);
                    assertThat(score.getReasons()).anyMatch(reason -> reason.startsWith("its network fails: "));
                });
    }

    @Test
    void aSavepointOfAnOlderVersionIsRestoredWithAllItsEvidence() throws Exception {
        long endMs = 1_780_000_000_000L + 20 * MINUTE_MS;
        Tales tales = new Tales(endMs);
        for (long atMs = endMs + 1_000; atMs < endMs + MINUTE_MS; atMs += 1_000) {
            tales.tick(atMs);
            if (atMs % 15_000 == 0) {
                for (String exit : List.of("sound", "failing", "flapping")) {
                    tales.heartbeat(atMs, exit, CABLE);
                }
            }
        }
        Configuration restore = new Configuration();
        restore.set(
                StateRecoveryOptions.SAVEPOINT_PATH,
                unpacked("savepoint-0.1.0-ee5b22e.txt").toUri().toString());
        restore.set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true); // sources and sinks are others here
        Map<String, ExitScore> told = newest(decisions(tales.records, restore));
        assertThat(told).containsOnlyKeys("sound", "failing", "flapping");
        assertThat(told.values()).allSatisfy(score -> {
            assertThat(score.getPsiMs()).isEqualTo(120);
            assertThat(score.getBenchmarkMs()).isBetween(290.0, 310.0);
            assertThat(score.getDisconnectBasis()).isEqualTo("hazard");
        });
        assertThat(told.get("sound").getSuccess().getMean()).isGreaterThan(0.95);
        assertThat(told.get("failing").getSuccess().getMean()).isBetween(0.3, 0.7);
        assertThat(told.get("failing").getSuccess().getWeight()).isGreaterThan(50);
        assertThat(told.get("flapping").getDisconnect().getMean())
                .isGreaterThan(2 * told.get("sound").getDisconnect().getMean());
        assertThat(told.get("flapping").getSuccess().getMean())
                .as("what waited for its verdict counts")
                .isLessThan(told.get("sound").getSuccess().getMean() - 0.01);
    }

    // ----

    /** Three minutes of sound traffic; with faults: a dead target, a client that goes away, an outage of a network and a bad exit. */
    private static List<RawRecord> story(boolean faults) {
        Tales tales = new Tales(START);
        for (int i = 0; i < EXITS; i++) {
            tales.connected(START, "exit-" + i, asn(i));
        }
        tales.connected(START, "bad", CABLE);
        for (int second = 1; second < 190; second++) {
            long atMs = START + second * 1_000L;
            boolean dead = faults && second > 30 && second < 60;
            boolean outage = faults && second > 80 && second < 95;
            for (int i = 0; i < EXITS; i++) {
                String exit = "exit-" + i;
                boolean cut = outage && asn(i) == MOBILE;
                for (String target : List.of("a.example", "b.example")) {
                    attempted(tales, atMs + i, exit, asn(i), target, cut);
                }
                attempted(tales, atMs + i, exit, asn(i), "dead.example", dead || cut);
                if (second % 15 == 0) {
                    tales.heartbeat(atMs + i, exit, asn(i));
                    benchmarked(tales, atMs + i, exit, "a.example", cut);
                    benchmarked(tales, atMs + i, exit, "dead.example", dead || cut);
                }
            }
            if (faults && second % 2 == 0) {
                tales.attempted(atMs, "exit-0", CABLE, "a.example", Outcome.CLIENT_ABORTED, FaultLayer.CLIENT);
            }
            if (second % 15 == 0) {
                tales.heartbeat(atMs, "bad", CABLE);
                benchmarked(tales, atMs, "bad", "a.example", false);
            }
            attempted(tales, atMs, "bad", CABLE, "a.example", faults && second > 120);
            attempted(tales, atMs, "bad", CABLE, "b.example", faults && second > 120);
        }
        tales.tick(START + 200_000);
        return tales.records;
    }

    private static void attempted(Tales tales, long atMs, String exit, long asn, String target, boolean fails) {
        tales.attempted(
                atMs,
                exit,
                asn,
                target,
                fails ? Outcome.CONNECTION_TIMEOUT : Outcome.OK,
                fails ? FaultLayer.AMBIGUOUS : FaultLayer.NONE);
    }

    private static void benchmarked(Tales tales, long atMs, String exit, String target, boolean fails) {
        tales.benchmarked(
                atMs,
                exit,
                target,
                fails ? Outcome.CONNECTION_TIMEOUT : Outcome.OK,
                fails ? FaultLayer.AMBIGUOUS : FaultLayer.NONE);
    }

    private static long asn(int exit) {
        return exit % 2 == 0 ? CABLE : MOBILE;
    }

    /** What is decided of records, with all that changes told; in steps, so that nothing hangs on how fast the machine is. */
    private List<ExitScore> decisions(List<RawRecord> records, Configuration configuration) throws Exception {
        Path recording = Files.createTempFile(directory, "recording", "");
        try (Recording.Writer writer = new Recording.Writer(recording)) {
            for (RawRecord each : records) {
                writer.write(each);
            }
        }
        String gate = recording.toString();
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
        JobRuntime.configure(environment, Duration.ofMinutes(10), Duration.ofMinutes(1));
        environment.configure(configuration);
        environment.getCheckpointConfig().disableCheckpointing(); // the end would wait for the next one
        environment.setBufferTimeout(0);
        Tales nothing = new Tales(START);
        nothing.tick(START);
        QualityPipeline.Told told = QualityPipeline.replayed(
                new QualityPipeline.Sources(
                        environment
                                .fromData(List.of(recording.toString()), Types.STRING)
                                .transform("recording", RawRecords.TYPE, new ReplayReader(gate, STEP_MS, 200)),
                        environment.fromData(nothing.records, RawRecords.TYPE),
                        environment.fromData(policies(configuration), RawRecords.TYPE),
                        environment.fromData(List.<Ruling>of(new Ruling.Tick(1)), Ruling.TYPE),
                        null),
                QualityJob.NAME);
        List<ExitScore> scores = new ArrayList<>();
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        try (CloseableIterator<RawRecord> each = told.decisions()
                .transform("gate", RawRecords.TYPE, new Gatekeeper(gate))
                .executeAndCollect("a test")) {
            while (each.hasNext()) {
                RawRecord record = each.next();
                byte[] value = record.value();
                if (record.topic().equals(Topics.DECISIONS_EXITS.name()) && value != null) {
                    scores.add((ExitScore) reader.read(value));
                }
            }
        }
        return scores;
    }

    /** A restored job knows its policies. */
    private static List<RawRecord> policies(Configuration configuration) {
        QualityPolicy policy = configuration.contains(StateRecoveryOptions.SAVEPOINT_PATH)
                ? QualityPolicy.defaults().withReferences(120, 60)
                : QualityPolicy.defaults();
        var record = (io.fairlead.schemas.config.QualityPolicy)
                PolicyRecords.write(policy, new Authorship("ann", "a test", 1L, 1L));
        record.setTellPoints(0.01);
        record.setTellIntervalMs(0);
        return List.of(new RawRecord(
                Topics.CONFIG_POLICIES.name(),
                0,
                7,
                1,
                "quality/default".getBytes(StandardCharsets.UTF_8),
                WireEncoder.encode(record)));
    }

    /** The last while they were online: when there is no more to read, all time goes by, and they are told as silent. */
    private static Map<String, ExitScore> newest(List<ExitScore> scores) {
        Map<String, ExitScore> newest = new HashMap<>();
        scores.stream()
                .filter(score -> score.getState() == ExitState.ONLINE)
                .forEach(score -> newest.put(score.getExitId(), score));
        return newest;
    }

    private Path unpacked(String resource) throws Exception {
        try (InputStream text = Objects.requireNonNull(QualityPipelineTest.class.getResourceAsStream(resource))) {
            String packed = new String(text.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.joining());
            try (InputStream gzip = new GZIPInputStream(
                    new ByteArrayInputStream(Base64.getDecoder().decode(packed)))) {
                Files.write(directory.resolve("_metadata"), gzip.readAllBytes());
            }
        }
        return directory;
    }

    private static final class Gatekeeper extends AbstractStreamOperator<RawRecord>
            implements OneInputStreamOperator<RawRecord, RawRecord> {

        private static final long serialVersionUID = 1L;

        private final String gate;

        Gatekeeper(String gate) {
            this.gate = gate;
        }

        @Override
        public void processElement(StreamRecord<RawRecord> element) {
            output.collect(element);
        }

        @Override
        public void processWatermark(Watermark mark) throws Exception {
            ReplayGate.of(gate).pass(mark.getTimestamp());
            super.processWatermark(mark);
        }
    }
}
