package io.fairlead.lab.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.cli.Fairlead;
import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.cli.config.ConsolePolicyChanges;
import io.fairlead.dashboards.access.AccessSettings;
import io.fairlead.dashboards.access.Role;
import io.fairlead.dashboards.access.TokenFile;
import io.fairlead.dashboards.console.Console;
import io.fairlead.dashboards.console.ConsoleDoor;
import io.fairlead.dashboards.console.ConsoleSettings;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.config.QualityPolicy;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators change by the console stands in the real store, with their names; nobody else changes anything. */
@Tag("loop")
class ConsoleChangesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CSRF = "X-Fairlead-CSRF";
    private static final AtomicReference<Instant> NOW = new AtomicReference<>();

    private static Instant begin;
    private static KafkaProcess kafka;
    private static ConfigStore store;
    private static TokenFile tokens;
    private static Console console;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        begin = Instant.now();
        NOW.set(begin);
        kafka = KafkaProcess.start(
                directory.resolve("kafka"), KafkaProcess.Options.defaults().withQuickStart());
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        assertThat(Fairlead.execute(Map.of(), out, out, "topics", "apply", "--bootstrap-servers=" + kafka.bootstrap()))
                .as("%s", said)
                .isZero();
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrap());
        store = new ConfigStore(client);
        tokens = new TokenFile(directory.resolve("tokens.json"));
        InstantSource clock = NOW::get;
        console = Console.start(
                ConsoleSettings.of("http://127.0.0.1:1", "reader", "", kafka.bootstrap())
                        .listeningOn("127.0.0.1", 0),
                ConsoleDoor.byPlainHttp(AccessSettings.byTokens(tokens.path())),
                Optional.of(new ConsolePolicyChanges(client)),
                clock);
    }

    @AfterAll
    static void stop() {
        console.close();
        kafka.close();
    }

    @Test
    void anOperatorChangesAPolicyAndTakesItBackInTheNameOfHisToken() throws Exception {
        Person otto = logIn("otto", Role.OPERATOR);
        HttpResponse<String> set = change(otto, otto.csrf, fields("quality/type:mobile", "psiMs", 300, 0));
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
        assertThat(JSON.readTree(set.body()).path("done").asText())
                .contains("quality/type:mobile is now revision 1", "psiMs", "300");
        assertThat(inForce("quality/type:mobile").getPsiMs()).isEqualTo(300);

        HttpResponse<String> overtaken = change(otto, otto.csrf, fields("quality/type:mobile", "psiMs", 200, 0));
        assertThat(overtaken.statusCode()).isEqualTo(409);
        assertThat(problem(overtaken)).contains("Revision 1 of quality/type:mobile is there, not 0");
        HttpResponse<String> wrong = change(otto, otto.csrf, fields("quality/type:mobile", "psiMs", -5, 1));
        assertThat(wrong.statusCode()).isEqualTo(409);
        assertThat(problem(wrong)).contains("quality/type:mobile would not be accepted", "psiMs");
        HttpResponse<String> unknown = change(otto, otto.csrf, fields("quality/type:mobile", "psi", 5, 1));
        assertThat(unknown.statusCode()).isEqualTo(409);
        assertThat(problem(unknown)).contains("psi");
        assertThat(inForce("quality/type:mobile").getPsiMs()).isEqualTo(300);

        assertThat(change(otto, otto.csrf, fields("quality/type:mobile", "psiMs", 250, 1))
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> back = rollback(otto, otto.csrf, "quality/type:mobile", 1, 2);
        assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
        assertThat(inForce("quality/type:mobile").getPsiMs()).isEqualTo(300);
        assertThat(history("quality/type:mobile"))
                .containsExactly("1 otto slow networks", "2 otto slow networks", "3 otto it was better");
    }

    @Test
    void nobodyElseChangesAnything() throws Exception {
        store.write(
                Topics.CONFIG_POLICIES,
                "quality/type:isp",
                Attribution.of("ann", "to begin with"),
                next -> PolicyRecords.write(
                        PolicyRecords.defaults("quality", Scope.parse("type:isp")), next.authorship()));
        Map<String, Object> wanted = fields("quality/type:isp", "psiMs", 300, 1);

        Person vera = logIn("vera", Role.VIEWER);
        HttpResponse<String> looks = change(vera, vera.csrf, wanted);
        assertThat(looks.statusCode()).isEqualTo(403);
        assertThat(problem(looks)).contains("'vera' may look and not change", "--role operator");
        assertThat(rollback(vera, vera.csrf, "quality/type:isp", 0, 1).statusCode())
                .isEqualTo(403);

        Person otto = logIn("otto", Role.OPERATOR);
        for (String csrf : List.of("", "guess", vera.csrf)) {
            HttpResponse<String> forged = change(otto, csrf, wanted);
            assertThat(forged.statusCode()).isEqualTo(403);
            assertThat(problem(forged)).contains("Load the page again");
            assertThat(rollback(otto, csrf, "quality/type:isp", 0, 1).statusCode())
                    .isEqualTo(403);
        }

        Person brief = logIn("bea", Role.OPERATOR);
        NOW.set(begin.plus(Duration.ofDays(2)));
        try {
            HttpResponse<String> late = change(brief, brief.csrf, wanted);
            assertThat(late.statusCode()).isEqualTo(401);
            assertThat(problem(late)).contains("ended");
            HttpResponse<String> bearer = http.send(
                    HttpRequest.newBuilder(console.url().resolve("/api/policy-changes"))
                            .header("Authorization", "Bearer " + brief.token)
                            .POST(BodyPublishers.ofString(JSON.writeValueAsString(wanted)))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(bearer.statusCode()).isEqualTo(401);
            assertThat(problem(bearer)).contains("The token 'bea' ended at", "fairlead console token add bea");
        } finally {
            NOW.set(begin);
        }
        assertThat(history("quality/type:isp")).containsExactly("1 ann to begin with");
    }

    // ---- a browser's part

    private record Person(String token, String cookie, String csrf) {}

    private Person logIn(String name, Role role) throws Exception {
        String token = tokens.add(name, role, begin.plus(Duration.ofDays(1)));
        HttpResponse<String> answer = post("/api/login", Map.of("token", token), "", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String cookie =
                answer.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst("^(fairlead=[^;]*);.*", "$1");
        return new Person(
                token, cookie, JSON.readTree(answer.body()).path("csrf").asText());
    }

    private static Map<String, Object> fields(String key, String field, int value, int seen) {
        return Map.of("key", key, "fields", Map.of(field, value), "expectedRevision", seen, "reason", "slow networks");
    }

    private HttpResponse<String> change(Person by, String csrf, Map<String, Object> asked) throws Exception {
        return post("/api/policy-changes", asked, by.cookie, csrf);
    }

    private HttpResponse<String> rollback(Person by, String csrf, String key, int to, int seen) throws Exception {
        return post(
                "/api/policy-rollbacks",
                Map.of("key", key, "toRevision", to, "expectedRevision", seen, "reason", "it was better"),
                by.cookie,
                csrf);
    }

    private HttpResponse<String> post(String path, Map<String, Object> body, String cookie, String csrf)
            throws Exception {
        return http.send(
                HttpRequest.newBuilder(console.url().resolve(path))
                        .header("Cookie", cookie)
                        .header(CSRF, csrf)
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                BodyHandlers.ofString());
    }

    private static String problem(HttpResponse<String> answer) throws Exception {
        JsonNode said = JSON.readTree(answer.body());
        return said.path("problem").asText();
    }

    // ---- the store's part

    private static QualityPolicy inForce(String key) {
        return (QualityPolicy) store.read(Topics.CONFIG_POLICIES).get(key).value();
    }

    private static List<String> history(String key) {
        return store.history(key).stream()
                .map(ConfigChanged::getAuthorship)
                .map(by -> by.getRevision() + " " + by.getAuthor() + " " + by.getReason())
                .toList();
    }
}
