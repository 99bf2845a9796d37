package io.fairlead.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.UserError;
import io.fairlead.jobs.quality.ReplayResult;
import io.fairlead.jobs.quality.ReplayResult.Difference;
import io.fairlead.jobs.quality.ReplayResult.Standing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReplayCommandTest {

    @TempDir
    Path directory;

    private String policy = "";

    @BeforeEach
    void write() throws Exception {
        Path file = directory.resolve("new.json");
        Files.writeString(file, "{\"psiMs\": 40}");
        policy = file.toString();
    }

    @Test
    void whatCanNotBeReplayedIsSaidWithTheValueAndWhatToDo() throws Exception {
        assertThat(refused("--from", "yesterday", "--policy", policy))
                .isEqualTo(
                        "--from is 'yesterday'; write a time such as 2026-01-31T08:00:00Z, or an age such as 90s, 30m, 2h or 1d.");
        assertThat(refused("--from", "1h", "--to", "2h", "--policy", policy)).contains("nothing is between them");
        assertThat(refused("--from", "1h", "--policy", "missing.json"))
                .startsWith("The policy missing.json can't be read");
        Files.writeString(Path.of(policy), "{psi");
        assertThat(refused("--from", "1h", "--policy", policy)).contains("is no JSON");
        Files.writeString(Path.of(policy), "{\"psiMs\": -4}");
        assertThat(refused("--from", "1h", "--policy", policy))
                .startsWith("quality/default of ")
                .contains("would not be accepted")
                .contains("psiMs");
        assertThat(refused("--from", "1h", "--policy", "colour=" + policy)).contains("colour");
        assertThat(refused("--from", "1h", "--policy", policy, "--kafka", "a:1", "--clickhouse", "http://a"))
                .isEqualTo("Give --kafka or --clickhouse, not both.");
    }

    @Test
    void aStoreThatIsNotThereIsNamed() {
        assertThat(refused("--from", "1h", "--policy", policy, "--clickhouse", "http://127.0.0.1:1"))
                .startsWith("ClickHouse at ")
                .contains("127.0.0.1:1")
                .contains("(--clickhouse)");
    }

    @Test
    void theReportSaysHowManyWouldDifferAndTheGreatestWithTheirReasons() {
        ReplayResult result = new ReplayResult(
                1_790_000_000_000L,
                1_790_000_600_000L,
                12,
                2,
                100,
                130,
                1_000,
                250,
                71.25,
                60.5,
                List.of(
                        new Difference(
                                "exit-7",
                                1_790_000_060_000L,
                                new Standing("ONLINE", 88.1, 8, List.of()),
                                new Standing("ONLINE", 40.2, 8, List.of("benchmark slow: 300 ms against 60 ms (−40)"))),
                        new Difference(
                                "exit-8",
                                1,
                                new Standing("NONE", 0, 0, List.of()),
                                new Standing("NONE", 0, 0, List.of()))));
        String text = new ReplayReport(result, 5_000, "Kafka at a:1", List.of("new.json")).text(1);
        assertThat(text)
                .contains("5,000 records of Kafka at a:1", "12 exits", "71.3   60.5")
                .contains("would change 250 of 1,000 decisions")
                .contains("2 of 12 exits would be decided otherwise, 25.0 % of their time")
                .contains("exit-7 at 2026-09-21T14:14:20Z: -47.9 points")
                .contains("new       online   40.2, capacity 8: benchmark slow: 300 ms against 60 ms (−40)")
                .doesNotContain("exit-8");
    }

    private static String refused(String... arguments) {
        AtomicReference<String> said = new AtomicReference<>("");
        int code = new CommandLine(new ReplayCommand())
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    assertThat(e).isInstanceOf(UserError.class);
                    said.set(String.valueOf(e.getMessage()));
                    return 1;
                })
                .execute(arguments);
        assertThat(code).isEqualTo(1);
        return said.get();
    }
}
