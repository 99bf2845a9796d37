package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.lab.host.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** What README and documents tell to type is what the command line takes. */
class DocumentedCommandsTest {

    private static final Pattern COMMAND = Pattern.compile("^(?:FAIRLEAD_([A-Z_]+)=\\S+ )?(?:\\./)?fairlead (.+)$");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    private static final Pattern CHOICE = Pattern.compile("(\\S+)((?: \\| \\S+)+)");
    private static final Pattern OPTIONAL_CHOICE = Pattern.compile("\\[([^\\[\\]|]*) \\|[^\\[\\]]*\\]");

    /** What the script does itself, and the command line does not know. */
    private static final Set<String> OF_THE_SCRIPT =
            Set.of("build", "test", "package", "format", "schemas", "savepoint");

    static List<Path> documents() throws Exception {
        Path home = ProjectHome.find().directory();
        try (Stream<Path> docs = Files.list(home.resolve("docs"))) {
            return Stream.concat(Stream.of(home.resolve("README.md")), docs.filter(file -> file.toString()
                            .endsWith(".md")))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyCommandOfABlockIsTaken(Path document) throws IOException {
        for (List<String> command : commands(Files.readString(document))) {
            if (!OF_THE_SCRIPT.contains(command.get(0)) && !command.contains("…")) {
                try {
                    unasked(Fairlead.commandLine()).parseArgs(command.toArray(String[]::new));
                } catch (ParameterException e) {
                    throw new AssertionError(document + ": " + String.join(" ", command) + ": " + e.getMessage(), e);
                }
            }
        }
    }

    @Test
    void blocksAreReadAsTheyAreMeant() {
        assertThat(commands("""
                        ```
                        ./fairlead bench links | far
                        fairlead policy set quality psiMs=1 --reason "as it is" [--dry-run]   # docs/policies.md
                        FAIRLEAD_FLINK=… fairlead jobs list \\
                            --within 9
                        ```
                        fairlead is named here
                        """))
                .containsExactly(
                        List.of("bench", "links"),
                        List.of("bench", "far"),
                        List.of("policy", "set", "quality", "psiMs=1", "--reason", "as it is", "--dry-run"),
                        List.of("jobs", "list", "--within", "9", "--flink=X"));
        assertThat(OF_THE_SCRIPT).noneMatch(Fairlead.commandLine().getSubcommands()::containsKey);
    }

    /** With options that would ask whoever types for a secret: here nobody answers. */
    private static CommandLine unasked(CommandLine line) {
        CommandSpec command = line.getCommandSpec();
        for (OptionSpec option : List.copyOf(command.options())) {
            if (option.interactive()) {
                command.remove(option);
                command.addOption(OptionSpec.builder(option)
                        .interactive(false)
                        .arity("0..1")
                        .build());
            }
        }
        line.getSubcommands().values().forEach(DocumentedCommandsTest::unasked);
        return line;
    }

    /** Words of all commands in blocks of code; what is optional is there, and of several choices each. */
    private static List<List<String>> commands(String text) {
        List<List<String>> commands = new ArrayList<>();
        boolean inBlock = false;
        for (String line : text.replace("\\\n", " ").lines().toList()) {
            Matcher command = COMMAND.matcher(line.strip());
            if (line.startsWith("```")) {
                inBlock = !inBlock;
            } else if (inBlock && command.matches()) {
                String said = OPTIONAL_CHOICE
                        .matcher(command.group(2).replaceFirst("\\s+# .*$", "") + setting(command.group(1)))
                        .replaceAll("$1");
                choices(said.replaceAll("(^| )\\[([^\\]]*)\\](?= |$)", "$1$2"))
                        .forEach(each -> commands.add(words(each)));
            }
        }
        return commands;
    }

    /** The flag that a variable stands for. */
    private static String setting(@Nullable String variable) {
        return variable == null ? "" : " --" + variable.toLowerCase(Locale.ROOT).replace('_', '-') + "=X";
    }

    private static List<String> choices(String command) {
        Matcher choice = CHOICE.matcher(command);
        if (!choice.find()) {
            return List.of(command);
        }
        List<String> all = new ArrayList<>();
        for (String one : choice.group().split(" \\| ")) {
            all.add(command.substring(0, choice.start()) + one + command.substring(choice.end()));
        }
        return all;
    }

    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        return words;
    }
}
