package io.fairlead.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fairlead topics apply} on a real broker: creates, repeats without effect, corrects, says what it can't reach. */
@Tag("loop")
class TopicsApplyTest {

    @TempDir
    Path directory;

    @Test
    void appliesRepeatsAndCorrects() throws Exception {
        try (KafkaProcess kafka = KafkaProcess.start(directory, KafkaProcess.Options.defaults())) {
            String servers = kafka.bootstrap();
            assertThat(run("topics", "apply", "--bootstrap-servers", servers, "--dry-run").status)
                    .isEqualTo(3);

            Run first = run("topics", "apply", "--bootstrap-servers", servers);
            assertThat(first.err).isEmpty();
            assertThat(first.status).isZero();
            assertThat(first.out)
                    .contains(Topics.all().size() + " of " + Topics.all().size() + " topics changed.");

            Run second = run("topics", "apply", "--bootstrap-servers", servers);
            assertThat(second.out).startsWith("Nothing to change");

            try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
                admin.incrementalAlterConfigs(Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, Topics.TELEMETRY_EDGES.name()),
                                List.of(new AlterConfigOp(
                                        new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
            }
            Run third = run("topics", "apply", "--bootstrap-servers", servers);
            assertThat(third.out).contains("fairlead.telemetry.edges  retention.ms 1000 → 259200000");
            assertThat(run("topics", "apply", "--bootstrap-servers", servers, "--dry-run").status)
                    .isZero();
        }
    }

    @Test
    void aBrokerThatIsNotThereIsASentence() {
        Run run = run("topics", "apply", "--bootstrap-servers", "127.0.0.1:1");
        assertThat(run.status).isEqualTo(1);
        assertThat(run.err).contains("Kafka at 127.0.0.1:1 did not").doesNotContain("\tat ");
    }

    private record Run(int status, String out, String err) {}

    private static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Fairlead.execute(Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Run(status, out.toString(), err.toString());
    }
}
