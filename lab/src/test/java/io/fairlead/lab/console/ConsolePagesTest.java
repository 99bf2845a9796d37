package io.fairlead.lab.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.dashboards.access.AccessSettings;
import io.fairlead.dashboards.access.Role;
import io.fairlead.dashboards.access.TokenFile;
import io.fairlead.dashboards.console.Console;
import io.fairlead.dashboards.console.ConsoleDoor;
import io.fairlead.dashboards.console.ConsoleSettings;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.Host;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ProjectHome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console's pages in the real Chromium, over a real Kafka and ClickHouse: with nothing, with everything, and with everything broken. */
@Tag("loop")
@Timeout(600)
class ConsolePagesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SCRIPT_SECONDS = 400;
    private static final long PERIOD_S = 4;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    static KafkaProcess kafka;
    static ClickHouseProcess engine;
    static SeededFleet fleet;
    static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
        engine = ClickHouseProcess.start(directory.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
        fleet = new SeededFleet(kafka, engine, 24);
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() throws Exception {
        if (fleet != null) {
            fleet.close();
        }
        Host.closeAll(Stream.of(kafka, engine).filter(Objects::nonNull).toList());
    }

    @Test
    void everyPageIsAccessibleFitsItsScreenAndLeadsFromARedNumberToWhoWasHit() throws Exception {
        try (Console console = Console.start(settings())) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                JsonNode overview = overview(console);
                assertThat(stateOfSources(overview)).isEqualTo("GOOD");
                assertThat(overview.path("findings")).as("nothing was told yet").isEmpty();
            });
            pages(console, "empty");

            fleet.decide();
            fleet.traffic(3, 10);
            fleet.theRest();
            ScheduledExecutorService life = Executors.newSingleThreadScheduledExecutor();
            try {
                life.scheduleWithFixedDelay(ConsolePagesTest::live, 0, PERIOD_S, TimeUnit.SECONDS);
                await().atMost(PATIENCE).untilAsserted(() -> saysSinceWhenAndWhoWasHit(overview(console)));
                pages(console, "full");
            } finally {
                life.shutdownNow();
                life.awaitTermination(10, TimeUnit.SECONDS);
            }
        }
    }

    /** A minute's failures and a room's viewers are of that minute only: they have to go on. */
    private static void live() {
        try {
            fleet.second(50);
            fleet.failures(1, 50);
            fleet.rooms();
        } catch (Exception e) {
            throw new IllegalStateException("The seeded fleet stands still", e);
        }
    }

    private static void saysSinceWhenAndWhoWasHit(JsonNode overview) {
        assertThat(overview.path("findings").findValuesAsText("area"))
                .contains("requests", "exits", "pools", "relays", "map");
        assertThat(found(overview, "Pool " + SeededPools.DEGRADED)
                        .path("sinceMs")
                        .asLong())
                .as("since it was last healthy")
                .isBetween(System.currentTimeMillis() - 3_600_000, System.currentTimeMillis() - 540_000);
        assertThat(overview.path("tenants").get(0).path("tenant").asText()).isEqualTo("acme");
        assertThat(overview.path("changes")).hasSize(2);
    }

    @Test
    void whenNothingAnswersTheOverviewSaysSo() throws Exception {
        try (Console console = Console.start(ConsoleSettings.of("http://127.0.0.1:1", "reader", "", "127.0.0.1:1")
                .listeningOn("127.0.0.1", 0))) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            overview(console).path("findings").findValuesAsText("what"))
                    .contains("Kafka does not answer", "ClickHouse does not answer"));
            pages(console, "broken");
        }
    }

    @Test
    void nobodySeesAPageWithoutATokenAndWithOneHeComesWhereHeWantedTo() throws Exception {
        TokenFile tokens = new TokenFile(directory.resolve("tokens.json"));
        String token = tokens.add("vera", Role.VIEWER, Instant.now().plus(Duration.ofHours(1)));
        try (Console console = Console.start(
                settings(),
                ConsoleDoor.byPlainHttp(AccessSettings.byTokens(tokens.path())),
                Optional.empty(),
                InstantSource.system())) {
            pages(console, "login", token);
        }
    }

    private static ConsoleSettings settings() {
        return ConsoleSettings.of(engine.url().toString(), engine.reader(), engine.readerPassword(), kafka.bootstrap())
                .listeningOn("127.0.0.1", 0);
    }

    private static JsonNode overview(Console console) throws IOException, InterruptedException {
        URI url = console.url().resolve("/api/overview");
        return JSON.readTree(http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
                .body());
    }

    private static String stateOfSources(JsonNode overview) {
        for (JsonNode area : overview.path("areas")) {
            if (area.path("id").asText().equals("sources")) {
                return area.path("state").asText();
            }
        }
        return "";
    }

    private static JsonNode found(JsonNode overview, String begins) {
        for (JsonNode finding : overview.path("findings")) {
            if (finding.path("what").asText().startsWith(begins)) {
                return finding;
            }
        }
        throw new AssertionError("No finding begins with '" + begins + "': " + overview.path("findings"));
    }

    /** What {@code npm test} runs: axe over every page, in both themes and widths, and what the keyboard does. */
    private static void pages(Console console, String... with) throws IOException, InterruptedException {
        Path web = ProjectHome.find().directory().resolve("dashboards/web");
        List<String> command =
                new ArrayList<>(List.of("node", "test/run.mjs", console.url().toString()));
        command.addAll(List.of(with));
        Process node = new ProcessBuilder(command)
                .directory(web.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor(SCRIPT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).as(said).isZero();
    }
}
