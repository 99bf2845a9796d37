package io.fairlead.lab.deploy;

import static io.fairlead.lab.deploy.DeployFiles.found;
import static io.fairlead.lab.deploy.DeployFiles.list;
import static io.fairlead.lab.deploy.DeployFiles.map;
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
import picocli.CommandLine;

/** {@code docker-compose.yml} says what the commands, the build and the files beside it say. */
class ComposeFileTest {

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    private Path home = Path.of("");
    private Map<String, Map<String, Object>> services = Map.of();

    @BeforeEach
    void read() throws IOException {
        home = ProjectHome.find().directory();
        Map<String, Object> file =
                DeployFiles.documents(home.resolve("docker-compose.yml")).get(0);
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
        ours().forEach((name, service) -> assertThat(service.get("image"))
                .as(name)
                .isEqualTo((name.equals("agents") ? "fairlead-lab:" : "fairlead:") + found(pom, "version")));
        assertThat(Files.readString(home.resolve("Dockerfile")))
                .contains("FROM flink:" + found(pom, "flink.version") + "-java17 AS jobs");
    }

    @Test
    void everyImageIsATargetOfTheBuild() throws IOException {
        String dockerfile = Files.readString(home.resolve("Dockerfile"));
        ours().forEach((name, service) -> {
            String target =
                    service.get("build") instanceof Map<?, ?> build ? String.valueOf(build.get("target")) : "fairlead";
            assertThat(dockerfile).as(name).containsPattern("(?m)^FROM \\S+ AS " + target + "$");
        });
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
}
