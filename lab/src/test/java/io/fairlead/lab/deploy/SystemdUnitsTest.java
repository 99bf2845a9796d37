package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.settings.LayeredSettings;
import io.fairlead.lab.host.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** {@code deploy/systemd}: units run commands that there are, with the settings beside them. */
class SystemdUnitsTest {

    private static final Pattern STARTS = Pattern.compile("(?m)^ExecStart(?:Pre)?=/opt/fairlead/bin/fairlead (.*)$");

    static List<Path> units() throws IOException {
        try (Stream<Path> files = Files.list(ProjectHome.find().directory().resolve("deploy/systemd"))) {
            return files.filter(file -> file.toString().endsWith(".service"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("units")
    void commandsAndSettingsAreKnown(Path unit) throws IOException {
        Matcher starts = STARTS.matcher(Files.readString(unit));
        int commands = 0;
        for (; starts.find(); commands++) {
            String[] words = starts.group(1)
                    .replace("/etc/fairlead/", settings(unit).getParent() + "/")
                    .split(" ", -1);
            CommandLine line = Fairlead.commandLine();
            line.setDefaultValueProvider(LayeredSettings.of(line, Map.of(), words));
            CommandLine.ParseResult parsed = line.parseArgs(words);
            assertThat(parsed.hasSubcommand()).as(starts.group(1)).isTrue();
            assertThat(words).as("settings of its own").contains(settings(unit).toString());
        }
        assertThat(commands).isPositive();
    }

    /** What is on a disk of its own must be where the unit may write. */
    @ParameterizedTest
    @MethodSource("units")
    void dataLiesInTheDirectoryOfItsOwn(Path unit) throws IOException {
        String text = Files.readString(unit);
        String name = name(unit);
        assertThat(text).contains("User=fairlead", "StateDirectory=fairlead/" + name, "ProtectSystem=strict");
        String settings = Files.readString(settings(unit));
        if (!name.equals("console")) {
            assertThat(settings).contains(": /var/lib/fairlead/" + name);
        }
    }

    private static String name(Path unit) {
        return unit.getFileName().toString().replaceFirst("fairlead-(.*)\\.service", "$1");
    }

    private static Path settings(Path unit) {
        return unit.resolveSibling("settings").resolve(name(unit) + ".yaml");
    }
}
