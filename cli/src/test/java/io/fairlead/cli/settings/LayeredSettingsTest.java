package io.fairlead.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** File, environment and flags, in rising order; a name that nobody knows is an error. */
class LayeredSettingsTest {

    @TempDir
    Path directory;

    @Test
    void flagsRankOverTheEnvironmentOverTheFile() throws IOException {
        Path file = file("bootstrap-servers: from-file:1\nconsole:\n  console-port: 7001\n");
        assertThat(value(Map.of(), file, "console", "--bootstrap-servers")).isEqualTo("from-file:1");
        assertThat(value(Map.of(), file, "console", "--console-port")).isEqualTo("7001");
        Map<String, String> environment = Map.of("FAIRLEAD_BOOTSTRAP_SERVERS", "from-env:2");
        assertThat(value(environment, file, "console", "--bootstrap-servers")).isEqualTo("from-env:2");
        assertThat(value(environment, file, "console", "--bootstrap-servers", "--bootstrap-servers", "flag:3"))
                .isEqualTo("flag:3");
    }

    @Test
    void anUnknownVariableIsNamed() {
        Run run = run(Map.of("FAIRLEAD_BOOTSTRAP_SERVER", "x:1"), "topics", "apply");
        assertThat(run.status).isEqualTo(2);
        assertThat(run.err).contains("FAIRLEAD_BOOTSTRAP_SERVER ").contains("--bootstrap-server.");
    }

    @Test
    void anUnknownNameInTheFileIsNamed() throws IOException {
        Path file = file("bootstrap-servers: a:1\nconsole:\n  bootstrap-srvers: b:2\nnonsense: 1\n");
        Run run = run(Map.of(), "topics", "apply", "--settings", file.toString());
        assertThat(run.status).isEqualTo(2);
        assertThat(run.err)
                .contains("console: bootstrap-srvers")
                .contains("nonsense")
                .contains(file.toString());
    }

    @Test
    void aFileThatIsMissingOrNoYamlIsNamed() throws IOException {
        assertThat(run(Map.of("FAIRLEAD_SETTINGS", "/no/such.yaml"), "topics", "apply").err)
                .contains("/no/such.yaml does not exist");
        Path file = file("a: [1,");
        assertThat(run(Map.of("FAIRLEAD_SETTINGS", file.toString()), "topics", "apply").err)
                .contains("is no YAML");
    }

    @Test
    void aMistypedFlagIsAnsweredWithTheOneMeant() {
        Run run = run(Map.of(), "topics", "apply", "--dry-rnu");
        assertThat(run.status).isEqualTo(2);
        assertThat(run.err).contains("--dry-run").doesNotContain("\tat ");
    }

    @Test
    void everyCommandSaysWhatItDoes() {
        describe(Fairlead.commandLine());
    }

    private static void describe(CommandLine line) {
        assertThat(line.getCommandSpec().usageMessage().description())
                .as(line.getCommandSpec().qualifiedName())
                .isNotEmpty();
        line.getSubcommands().values().forEach(LayeredSettingsTest::describe);
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(directory.resolve("settings.yaml"), yaml);
    }

    private static String value(
            Map<String, String> environment, Path file, String command, String option, String... flags) {
        CommandLine line = Fairlead.commandLine();
        line.setDefaultValueProvider(LayeredSettings.of(line, environment, "--settings", file.toString()));
        String[] args = new String[flags.length + 1];
        args[0] = command;
        System.arraycopy(flags, 0, args, 1, flags.length);
        CommandLine.ParseResult parsed = line.parseArgs(args).subcommand();
        return parsed.commandSpec().findOption(option).getValue().toString();
    }

    private record Run(int status, String out, String err) {}

    private static Run run(Map<String, String> environment, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Fairlead.execute(environment, new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Run(status, out.toString(), err.toString());
    }
}
