package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.settings.LayeredSettings;
import io.fairlead.lab.host.ProjectHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;

/** {@code docker-compose.yml} says what the commands, the build and the files beside it say. */
class ComposeFileTest {

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    private Path home = Path.of("");
    private Map<String, Map<String, Object>> services = Map.of();

    @BeforeEach
    void read() throws IOException {
        home = ProjectHome.find().directory();
        Map<String, Object> file = new Yaml().load(Files.readString(home.resolve("docker-compose.yml")));
        services = new LinkedHashMap<>();
        map(file.get("services")).forEach((name, service) -> services.put(name, map(service)));
    }

    @Test
    void everyServiceRunsOnceOrSaysHowItIs() {
        services.forEach((name, service) ->
                assertThat(runsOnce(service)).as(name).isNotEqualTo(service.containsKey("healthcheck")));
    }

    @Test
    void nobodyWaitsForWhatCannotCome() {
        services.forEach((name, service) -> map(service.get("depends_on")).forEach((needed, how) -> {
            assertThat(services).as(name).containsKey(needed);
            assertThat(map(how).get("condition"))
                    .as("%s waits for %s", name, needed)
                    .isEqualTo(runsOnce(services.get(needed)) ? "service_completed_successfully" : "service_healthy");
        }));
    }

    @Test
    void everyCommandIsOneThatFairleadKnows() {
        List<List<String>> commands = new ArrayList<>();
        ours().forEach((name, service) -> commands.addAll(commands(service)));
        assertThat(commands)
                .extracting(command -> command.get(0))
                .contains("topics", "jobs", "proxy", "fleet", "console");
        for (List<String> command : commands) {
            CommandLine.ParseResult parsed = Fairlead.commandLine().parseArgs(command.toArray(String[]::new));
            assertThat(parsed.hasSubcommand()).as("%s", command).isTrue();
        }
    }

    @Test
    void everySettingInTheEnvironmentIsOneThatFairleadKnows() {
        ours().forEach((name, service) -> {
            Map<String, String> environment = new LinkedHashMap<>();
            map(service.get("environment")).forEach((key, value) -> environment.put(key, String.valueOf(value)));
            assertThat(environment).as(name).containsKey("FAIRLEAD_BOOTSTRAP_SERVERS");
            LayeredSettings.of(Fairlead.commandLine(), environment, "topics", "apply");
        });
    }

    @Test
    void versionsAreThoseOfTheBuild() throws IOException {
        String pom = Files.readString(home.resolve("pom.xml"));
        assertThat(services.get("jobmanager").get("image"))
                .isEqualTo("flink:" + found(pom, "flink.version") + "-java17");
        assertThat(services.get("taskmanager").get("image"))
                .isEqualTo(services.get("jobmanager").get("image"));
        assertThat(services.get("checkpoints").get("image"))
                .isEqualTo(services.get("jobmanager").get("image"));
        assertThat(services.get("kafka").get("image")).isEqualTo("apache/kafka:" + found(pom, "kafka.version"));
        ours().forEach((name, service) ->
                assertThat(service.get("image")).as(name).isEqualTo("fairlead:" + found(pom, "version")));
    }

    @Test
    void everyFileThatIsMountedIsThere() {
        services.forEach((name, service) -> list(service.get("volumes")).stream()
                .map(volume -> volume.toString().split(":", -1)[0])
                .filter(source -> source.startsWith("."))
                .forEach(source -> assertThat(home.resolve(source)).as(name).exists()));
        assertThat(home.resolve("deploy/fairlead")).isExecutable();
    }

    @Test
    void theBenchmarkPolicyWouldBeAccepted() {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        int code = Fairlead.execute(
                Map.of(),
                out,
                out,
                "policy",
                "validate",
                "benchmark",
                "--file",
                home.resolve("deploy/benchmark.json").toString());
        assertThat(code).as(said.toString()).isZero();
    }

    @Test
    void dockerComposeItselfTakesTheFile() throws Exception {
        Assumptions.assumeTrue(Docker.run(home, "version").code() == 0, "there is no docker compose here");
        Docker.Answer answer = Docker.run(home, "config", "--quiet");
        assertThat(answer.code()).as(answer.said()).isZero();
    }

    private record Docker() {

        record Answer(int code, String said) {}

        static Answer run(Path home, String... arguments) throws InterruptedException {
            List<String> command = new ArrayList<>(List.of("docker", "compose"));
            command.addAll(List.of(arguments));
            try {
                Process docker = new ProcessBuilder(command)
                        .directory(home.toFile())
                        .redirectErrorStream(true)
                        .start();
                String said = new String(docker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Answer(docker.waitFor(), said);
            } catch (IOException e) {
                return new Answer(-1, String.valueOf(e.getMessage()));
            }
        }
    }

    private Map<String, Map<String, Object>> ours() {
        Map<String, Map<String, Object>> ours = new LinkedHashMap<>(services);
        ours.values().removeIf(service -> !service.containsKey("build"));
        return ours;
    }

    private static boolean runsOnce(Map<String, Object> service) {
        return "no".equals(service.get("restart"));
    }

    /** The command lines of a service, without {@code fairlead} itself: its own, or those in its script. */
    private static List<List<String>> commands(Map<String, Object> service) {
        List<String> command =
                list(service.get("command")).stream().map(String::valueOf).toList();
        if (!service.containsKey("entrypoint")) {
            return List.of(command);
        }
        List<List<String>> commands = new ArrayList<>();
        for (String line : String.join("\n", command).replace("\\\n", " ").split("\\||;|\\n|\\)", -1)) {
            List<String> words = words(line.strip());
            int start = words.indexOf("fairlead");
            if (start >= 0) {
                commands.add(words.subList(start + 1, words.size()).stream()
                        .takeWhile(word -> !word.startsWith(">"))
                        .toList());
            }
        }
        return commands;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        return words;
    }

    private static String found(String pom, String element) {
        Matcher value = Pattern.compile("<" + element + ">([^<]+)</").matcher(pom);
        assertThat(value.find()).as(element).isTrue();
        return value.group(1);
    }

    @SuppressWarnings("unchecked") // as YAML is read
    private static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static List<?> list(Object value) {
        return value == null ? List.of() : value instanceof List<?> many ? many : List.of(value);
    }
}
