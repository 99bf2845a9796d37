package io.fairlead.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.settings.LayeredSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ClientSettingsTest {

    @TempDir
    private Path directory;

    @Test
    void otherCommandsFindTheDemoAndItsOwnNextStartIsNotLedAstray() throws IOException {
        ClientSettings.write(
                directory,
                "127.0.0.1:19092",
                "http://127.0.0.1:18081",
                new DemoOptions.ClickHouseServer("http://127.0.0.1:18123", "reader", "it's"));

        assertThat(option("--bootstrap-servers", "policy", "get")).isEqualTo("127.0.0.1:19092");
        assertThat(option("--flink", "jobs", "list")).isEqualTo("http://127.0.0.1:18081");
        assertThat(option("--kafka", "replay"))
                .as("a replay reads from one store")
                .isEmpty();
        assertThat(option("--clickhouse", "replay")).isEqualTo("http://127.0.0.1:18123");
        assertThat(option("--clickhouse-user", "replay")).isEqualTo("reader");
        assertThat(option("--clickhouse-password", "replay")).isEqualTo("it's");
        assertThat(option("--clickhouse", "doctor")).isEqualTo("http://127.0.0.1:18123");
        assertThat(option("--clickhouse-password", "console")).isEqualTo("it's");
        assertThat(option("--clickhouse", "demo")).isEmpty();
    }

    @Test
    void theyAreReadByTheirOwnerOnlyAndWrittenAnewAtEachStart() throws IOException {
        var reader = new DemoOptions.ClickHouseServer("http://127.0.0.1:18123", "reader", "secret");
        ClientSettings.write(directory, "127.0.0.1:1", "http://127.0.0.1:2", reader);
        ClientSettings.write(directory, "127.0.0.1:3", "http://127.0.0.1:4", reader);

        Path file = directory.resolve(ClientSettings.FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).contains("127.0.0.1:3").doesNotContain("127.0.0.1:1'");
    }

    /** What a command takes for an option that is not on its command line; empty: it knows nothing of it. */
    private String option(String name, String... command) throws IOException {
        CommandLine line = Fairlead.commandLine();
        LayeredSettings settings = LayeredSettings.of(
                line,
                Map.of(),
                "--settings",
                directory.resolve(ClientSettings.FILE).toString());
        for (String each : command) {
            line = line.getSubcommands().get(each);
        }
        String value = settings.defaultValue(line.getCommandSpec().findOption(name));
        return value == null ? "" : value;
    }
}
