package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.setup.JobArguments;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.Recording;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.DataInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording through both pipelines, on a cluster. */
class ReplayJobTest {

    private static final long START = 1_790_000_000_000L;

    @TempDir
    Path directory;

    @Test
    void theSamePolicyDecidesTheSameAndAnotherIsToldApartWithItsReasons() throws Exception {
        write(directory.resolve("recording"), story());
        write(directory.resolve("none"), List.of());
        ReplayResult same = replay("none", "none", "same");
        assertThat(same.exitsDiffering()).as(same.greatest().toString()).isZero();
        assertThat(same.exits()).isEqualTo(3);
        assertThat(same.looked()).isGreaterThan(60);
        assertThat(same.decisionsAfter()).isEqualTo(same.decisionsBefore()).isPositive();

        write(
                directory.resolve("strict"),
                List.of(policy(QualityPolicy.defaults().withReferences(30, 40))));
        ReplayResult strict = replay("none", "strict", "strict");
        assertThat(strict.exitsDiffering()).isEqualTo(3);
        assertThat(strict.meanQualityAfter()).isLessThan(strict.meanQualityBefore() - 20);
        assertThat(strict.looksDiffering()).isEqualTo(strict.looked());
        assertThat(strict.greatest()).hasSize(3).allSatisfy(each -> {
            assertThat(each.points()).isLessThan(-20);
            assertThat(each.atMs()).isBetween(START + 60_000, START + 180_000);
            assertThat(each.after().reasons())
                    .anyMatch(reason -> reason.startsWith("benchmark slow: 300 ms against 60"));
            assertThat(each.before().reasons()).noneMatch(reason -> reason.startsWith("benchmark"));
        });
    }

    private ReplayResult replay(String before, String after, String name) throws Exception {
        Path result = directory.resolve(name + "-result");
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
        ReplayJob.build(
                environment,
                JobArguments.parse(
                        "replay",
                        ReplayJob.DEFAULTS,
                        new String[] {
                            "--recording", directory.resolve("recording").toString(),
                            "--policies-before", directory.resolve(before).toString(),
                            "--policies-after", directory.resolve(after).toString(),
                            "--result", result.toString(),
                            "--from-ms", Long.toString(START + 60_000)
                        },
                        Map.of()));
        environment.execute("a test");
        try (DataInputStream in = new DataInputStream(Files.newInputStream(result))) {
            return ReplayResult.read(in);
        }
    }

    private static List<RawRecord> story() {
        Tales tales = new Tales(START);
        List<String> exits = List.of("a", "b", "c");
        exits.forEach(exit -> tales.connected(START, exit, 1));
        for (int second = 1; second < 180; second++) {
            long atMs = START + second * 1_000L;
            for (String exit : exits) {
                boolean fails = exit.equals("c") && second > 90;
                tales.attempted(
                        atMs,
                        exit,
                        1,
                        "a.example",
                        fails ? Outcome.CONNECTION_RESET : Outcome.OK,
                        fails ? FaultLayer.AMBIGUOUS : FaultLayer.NONE);
                if (second % 10 == 0) {
                    tales.heartbeat(atMs, exit, 1);
                    tales.benchmarked(atMs, exit, "a.example", Outcome.OK, FaultLayer.NONE);
                }
            }
        }
        return tales.records;
    }

    private static RawRecord policy(QualityPolicy policy) {
        return new RawRecord(
                Topics.CONFIG_POLICIES.name(),
                0,
                7,
                1,
                "quality/default".getBytes(StandardCharsets.UTF_8),
                WireEncoder.encode(PolicyRecords.write(policy, new Authorship("ann", "a test", 1L, 1L))));
    }

    private static void write(Path file, List<RawRecord> records) throws Exception {
        try (Recording.Writer writer = new Recording.Writer(file)) {
            for (RawRecord each : records) {
                writer.write(each);
            }
        }
    }
}
