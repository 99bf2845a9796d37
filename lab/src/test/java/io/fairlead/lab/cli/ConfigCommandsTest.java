package io.fairlead.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.lab.host.KafkaProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators say by {@code fairlead policy}, {@code tenant} and {@code exit}, on a real broker. */
@Tag("loop")
class ConfigCommandsTest {

    private static KafkaProcess kafka;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        kafka = KafkaProcess.start(directory, KafkaProcess.Options.defaults().withQuickStart());
        assertThat(on("topics", "apply").status).isZero();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void aPolicyIsSetSeenChangedAndTakenBackAndAllOfItIsHistory() {
        assertThat(on("policy", "get", "quality/type:mobile").out).contains("\"psiMs\"");
        Run set = on("policy", "set", "quality/type:mobile", "psiMs=300", "--author=ann", "--reason=slow networks");
        assertThat(set.err).isEmpty();
        assertThat(set.out).contains("quality/type:mobile is now revision 1", "psiMs", "300");
        assertThat(on("policy", "list").out).contains("quality/type:mobile", "by ann", "slow networks");
        assertThat(on("policy", "get", "quality/type:mobile").out).contains("300");

        Run late =
                on("policy", "set", "quality/type:mobile", "psiMs=200", "--author=bob", "--reason=no", "--revision=0");
        assertThat(late.status).isEqualTo(1);
        assertThat(late.err).contains("Revision 1 of quality/type:mobile is there, not 0");
        assertThat(on("policy", "get", "quality/type:mobile").out).contains("300");

        assertThat(on("policy", "reset", "quality/type:mobile", "--author=bob", "--reason=over").out)
                .contains("is taken back");
        assertThat(on("policy", "list").out).doesNotContain("quality/type:mobile");
        assertThat(on("policy", "history", "quality/type:mobile").out.lines())
                .hasSize(2)
                .anyMatch(line -> line.contains("by ann: slow networks"))
                .anyMatch(line -> line.contains("by bob: over (taken back)"));
    }

    @Test
    void aPolicyOutOfItsBoundsIsRefusedWithItsValueAndNothingIsWritten() {
        Run set = on("policy", "set", "quality/type:isp", "gamma=17", "--reason=a slip");
        assertThat(set.status).isEqualTo(1);
        assertThat(set.err)
                .contains("quality/type:isp would not be accepted", "gamma", "17")
                .doesNotContain("\tat ");
        assertThat(on("policy", "history", "quality/type:isp").out).contains("was never changed");
    }

    @Test
    void aFieldThatThereIsNotIsNamed() {
        Run set = on("policy", "set", "quality/type:isp", "gama=1", "--reason=a slip");
        assertThat(set.status).isEqualTo(1);
        assertThat(set.err).contains("gama").doesNotContain("\tat ");
    }

    @Test
    void aTenantIsAddedChangedAndRemovedWithoutItsSecretBeingShown() {
        String hash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        Run set = on("tenant", "set", "acme", "--secret-hash=" + hash, "--pools=residential", "--reason=new");
        assertThat(set.err).isEmpty();
        assertThat(set.status).isZero();
        assertThat(on("tenant", "set", "acme", "--max-in-flight=7", "--reason=as agreed").status)
                .isZero();
        Run list = on("tenant", "list");
        assertThat(list.out).contains("acme", "residential", "7").doesNotContain(hash);
        assertThat(on("tenant", "remove", "acme", "--reason=gone").status).isZero();
        assertThat(on("tenant", "list").out).doesNotContain("acme");
    }

    @Test
    void anExitIsTakenOutAndLetInAgain() {
        assertThat(on("exit", "kill", "exit-07", "--reason=abuse").status).isZero();
        assertThat(on("exit", "list").out).contains("exit-07");
        assertThat(on("exit", "admit", "exit-07", "--reason=clean").status).isZero();
    }

    private record Run(int status, String out, String err) {}

    private static Run on(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--bootstrap-servers=" + kafka.bootstrap());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Fairlead.execute(
                Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
        return new Run(status, out.toString(), err.toString());
    }
}
