package io.fairlead.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.dashboards.access.AccessSettings;
import io.fairlead.dashboards.access.Role;
import io.fairlead.dashboards.access.TokenFile;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console's door over real HTTP: who gets in, who may change anything, and what the others are told. */
@Timeout(300)
class ConsoleLogInTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant START = Instant.parse("2026-11-27T12:00:00Z");
    private static final Map<String, Object> CHANGE =
            Map.of("key", "quality/default", "toRevision", 3, "expectedRevision", 4, "reason", "it was better");

    @TempDir
    Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final List<String> written = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private TokenFile tokens;
    private String viewer;
    private String operator;
    private Console console;

    @BeforeEach
    void start() throws IOException {
        Path file = directory.resolve("tokens.json");
        tokens = new TokenFile(file);
        viewer = tokens.add("vera", Role.VIEWER, START.plus(Duration.ofDays(1)));
        operator = tokens.add("otto", Role.OPERATOR, START.plus(Duration.ofDays(1)));
        console = console(AccessSettings.byTokens(file));
    }

    @AfterEach
    void stop() {
        console.close();
    }

    private Console console(AccessSettings access) throws IOException {
        InstantSource clock = now::get;
        return Console.start(
                ConsoleSettings.of("http://127.0.0.1:1", "reader", "", "127.0.0.1:1")
                        .listeningOn("127.0.0.1", 0),
                ConsoleDoor.byPlainHttp(access),
                Optional.of(new Recorded()),
                clock);
    }

    /** Writes down what it is told, and knows revision 4 only. */
    private final class Recorded implements PolicyChanges {

        @Override
        public String rollback(String key, long to, long expected, String author, String reason)
                throws RefusedException {
            check(expected);
            written.add(author + " " + key + " " + to + " " + reason);
            return "done";
        }

        @Override
        public String set(String key, String fields, long expected, String author, String reason)
                throws RefusedException {
            check(expected);
            written.add(author + " " + key + " " + fields + " " + reason);
            return "set";
        }

        private void check(long expected) throws RefusedException {
            if (expected != 4) {
                throw new RefusedException(
                        "Revision 4 is there, not " + expected + ".", new IllegalStateException("overtaken"));
            }
        }
    }

    @Test
    void aFileOfTokensHoldsNoTokenAndIsReadByItsUserAlone() throws IOException {
        Path file = tokens.path();
        assertThat(file)
                .content()
                .doesNotContain(viewer)
                .doesNotContain(operator)
                .contains("vera");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, "{\"tokens\": [{\"name\": \"x\", \"role\": \"king\"}]}");
        assertThatThrownBy(() -> new TokenFile(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("fairlead console token add");
    }

    @Test
    void nothingIsShownToWhomNobodyKnows() throws Exception {
        assertThat(get("/fleet?exit=1", "").statusCode()).isEqualTo(302);
        assertThat(get("/fleet?exit=1", "").headers().firstValue("Location")).hasValue("/login?to=%2Ffleet%3Fexit%3D1");
        for (String path : List.of("/api/fleet", "/api/overview", "/api/live", "/metrics")) {
            HttpResponse<String> refused = get(path, "");
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.body()).as(path).contains("fairlead console token add");
        }
        assertThat(get("/login", "").statusCode()).isEqualTo(200);
        assertThat(get("/login", "")
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "form-action 'none'", "frame-ancestors 'none'");
    }

    @Test
    void aViewerLooksAndIsToldWhyHeMayNotChange() throws Exception {
        Person vera = logIn(viewer);
        assertThat(get("/api/fleet", vera.cookie).statusCode()).isEqualTo(200);
        assertThat(get("/fleet", vera.cookie).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = change(vera.cookie, vera.csrf, Map.of());
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(problem(refused)).contains("'vera' may look and not change", "--role operator");
        assertThat(written).isEmpty();
    }

    @Test
    void anOperatorChangesInHisNameFromAPageOfThisConsoleAlone() throws Exception {
        Person otto = logIn(operator);
        for (String csrf : List.of("", "guess", logIn(operator).csrf)) {
            HttpResponse<String> forged = change(otto.cookie, csrf, Map.of());
            assertThat(forged.statusCode()).isEqualTo(403);
            assertThat(problem(forged)).contains("Load the page again");
        }
        HttpResponse<String> foreign = change(otto.cookie, otto.csrf, Map.of("Origin", "https://evil.example"));
        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(problem(foreign)).contains("another site (https://evil.example)");
        assertThat(written).isEmpty();
        HttpResponse<String> done = change(otto.cookie, otto.csrf, Map.of("Origin", origin()));
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(written).containsExactly("otto quality/default 3 it was better");
        HttpResponse<String> late = post(
                "/api/policy-rollbacks",
                Map.of("key", "quality/default", "toRevision", 3, "expectedRevision", 9, "reason", "again"),
                "fairlead=" + otto.cookie,
                Map.of(ConsoleGate.CSRF_HEADER, otto.csrf));
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(problem(late)).contains("Revision 4 is there, not 9");
        assertThat(get("/metrics", otto.cookie).body())
                .contains(
                        "fairlead_console_changes_total{result=\"ok\"} 1.0",
                        "fairlead_console_changes_total{result=\"refused\"} 1.0",
                        "fairlead_console_refused_total{result=\"csrf\"} 3.0",
                        "fairlead_console_sessions 2.0");
    }

    @Test
    void anOperatorSetsFieldsAndIsToldWhatIsMissing() throws Exception {
        Person otto = logIn(operator);
        Map<String, String> csrf = Map.of(ConsoleGate.CSRF_HEADER, otto.csrf);
        Map<String, Object> asked = new HashMap<>(Map.of(
                "key",
                "quality/default",
                "fields",
                Map.of("psiMs", 300),
                "expectedRevision",
                4,
                "reason",
                "slow networks"));
        HttpResponse<String> done = post("/api/policy-changes", asked, "fairlead=" + otto.cookie, csrf);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(written).containsExactly("otto quality/default {\"psiMs\":300} slow networks");
        asked.put("reason", " ");
        HttpResponse<String> without = post("/api/policy-changes", asked, "fairlead=" + otto.cookie, csrf);
        assertThat(without.statusCode()).isEqualTo(400);
        assertThat(problem(without)).contains("why (reason)");
        assertThat(post("/api/policy-changes", asked, "fairlead=" + otto.cookie, Map.of())
                        .statusCode())
                .isEqualTo(403);
        assertThat(written).hasSize(1);
    }

    @Test
    void aScriptSendsItsTokenWithEachQuestion() throws Exception {
        Map<String, String> bearer = Map.of("Authorization", "Bearer " + operator);
        assertThat(post("/api/policy-rollbacks", CHANGE, "", bearer).statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused =
                post("/api/policy-rollbacks", CHANGE, "", Map.of("Authorization", "Bearer " + viewer));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(written).hasSize(1);
    }

    @Test
    void aCookieIsOutOfReachOfScriptsAndOfOtherSites() throws Exception {
        assertThat(setCookie(logInAnswer(viewer)))
                .contains("HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain("Secure");
        try (Console behindTls = Console.start(
                ConsoleSettings.of("http://127.0.0.1:1", "reader", "", "127.0.0.1:1")
                        .listeningOn("127.0.0.1", 0),
                new ConsoleDoor(AccessSettings.byTokens(tokens.path()), null, null, true),
                Optional.empty(),
                now::get)) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(behindTls.url().resolve("/api/login"))
                            .POST(BodyPublishers.ofString("{\"token\":\"" + viewer + "\"}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(setCookie(answer)).startsWith("__Host-fairlead=").contains("Secure", "HttpOnly");
        }
    }

    @Test
    void theConsoleSpeaksTlsByItsOwnCertificateAndItsCookieNothingElse() throws Exception {
        KeyStore made = selfSigned();
        Path certificate = directory.resolve("chain.pem");
        Path key = directory.resolve("key.pem");
        pem(certificate, "CERTIFICATE", made.getCertificate("console").getEncoded());
        pem(key, "PRIVATE KEY", made.getKey("console", "changeit".toCharArray()).getEncoded());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(made);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        try (Console secure = Console.start(
                ConsoleSettings.of("http://127.0.0.1:1", "reader", "", "127.0.0.1:1")
                        .listeningOn("127.0.0.1", 0),
                new ConsoleDoor(AccessSettings.byTokens(tokens.path()), certificate, key, false),
                Optional.empty(),
                now::get)) {
            assertThat(secure.url()).hasScheme("https");
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .sslContext(tls)
                    .build()
                    .send(
                            HttpRequest.newBuilder(secure.url().resolve("/api/login"))
                                    .POST(BodyPublishers.ofString("{\"token\":\"" + viewer + "\"}"))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(setCookie(answer)).startsWith("__Host-fairlead=").contains("Secure");
        }
        Files.writeString(key, "-----BEGIN RSA PRIVATE KEY-----");
        assertThatThrownBy(() -> ConsoleTls.of(new ConsoleDoor(AccessSettings.open(), certificate, key, false)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("openssl pkcs8 -topk8");
    }

    private KeyStore selfSigned() throws Exception {
        Path store = directory.resolve("made.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "console",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=console",
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-validity",
                        "2",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        return KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    }

    private static void pem(Path file, String what, byte[] der) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + what
                        + "-----\n");
    }

    @Test
    void aTokenThatEndsOrIsTakenAwayEndsItsSessionsAndSaysWhatToDo() throws Exception {
        String brief = tokens.add("bea", Role.VIEWER, START.plusSeconds(60));
        Person bea = logIn(brief);
        Person otto = logIn(operator);
        now.set(START.plusSeconds(60));
        assertThat(problem(get("/api/fleet", bea.cookie)))
                .contains("The token 'bea' ended at 2026-11-27T12:01:00Z", "fairlead console token add bea");
        assertThat(problem(logInAnswer(brief))).contains("The token 'bea' ended");
        assertThat(tokens.remove("otto")).isTrue();
        assertThat(problem(get("/api/fleet", otto.cookie))).contains("The token 'otto' was taken away");
        Person vera = logIn(viewer);
        now.set(now.get().plus(Duration.ofHours(AccessSettings.SESSION_HOURS)));
        assertThat(problem(get("/api/fleet", vera.cookie)))
                .contains("This session has ended after 12 h. Log in again.");
        Person again = logIn(viewer);
        assertThat(post("/api/logout", Map.of(), "fairlead=" + again.cookie, Map.of())
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/api/fleet", again.cookie).statusCode()).isEqualTo(401);
    }

    @Test
    void whoIsWrongTooOftenWaits() throws Exception {
        for (int i = 0; i < AccessSettings.FAILURES; i++) {
            assertThat(logInAnswer("fairlead_guess" + i).statusCode()).isEqualTo(401);
        }
        HttpResponse<String> tooOften = logInAnswer(viewer);
        assertThat(tooOften.statusCode()).isEqualTo(429);
        assertThat(problem(tooOften)).contains("Try again in 60 s");
        assertThat(tooOften.headers().firstValue("Retry-After")).hasValue("60");
        now.set(START.plus(AccessSettings.FAILURES_SPAN));
        Person vera = logIn(viewer);
        assertThat(get("/metrics", vera.cookie).body())
                .contains(
                        "fairlead_console_logins_total{result=\"refused\"} 10.0",
                        "fairlead_console_logins_total{result=\"too_often\"} 1.0");
    }

    @Test
    void withoutTokensEverybodyLooksAndNobodyChanges() throws Exception {
        try (Console open = console(AccessSettings.open())) {
            assertThat(http.send(
                                    HttpRequest.newBuilder(open.url().resolve("/api/fleet"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            HttpResponse<String> refused = http.send(
                    HttpRequest.newBuilder(open.url().resolve("/api/policy-rollbacks"))
                            .POST(BodyPublishers.ofString(JSON.writeValueAsString(CHANGE)))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(problem(refused)).contains("This console only shows", "--console-tokens");
            assertThat(written).isEmpty();
        }
    }

    // ---- a browser's part

    private record Person(String cookie, String csrf) {}

    private Person logIn(String token) throws Exception {
        HttpResponse<String> answer = logInAnswer(token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String cookie = setCookie(answer).replaceFirst("^fairlead=([^;]*);.*", "$1");
        return new Person(cookie, JSON.readTree(answer.body()).path("csrf").asText());
    }

    private HttpResponse<String> logInAnswer(String token) throws Exception {
        return post("/api/login", Map.of("token", token), "", Map.of());
    }

    private static String setCookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElse("");
    }

    private HttpResponse<String> change(String cookie, String csrf, Map<String, String> more) throws Exception {
        Map<String, String> headers = new HashMap<>(more);
        headers.put(ConsoleGate.CSRF_HEADER, csrf);
        return post("/api/policy-rollbacks", CHANGE, "fairlead=" + cookie, headers);
    }

    private HttpResponse<String> get(String path, String cookie) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(console.url().resolve(path));
        if (!cookie.isEmpty()) {
            request.header("Cookie", "fairlead=" + cookie);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, Map<String, Object> body, String cookie, Map<String, String> headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(console.url().resolve(path))
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        headers.forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private String origin() {
        return "http://" + console.url().getAuthority();
    }

    private static String problem(HttpResponse<String> answer) throws IOException {
        JsonNode said = JSON.readTree(answer.body());
        return said.path("problem").asText();
    }
}
