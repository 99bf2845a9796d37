package io.fairlead.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.proxy.tenant.SecretHashes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A tenant of the demo's proxy: made, changed and asked for by commands, as an operator would; its user comes with curl and with sockets. */
final class Customer {

    private final DemoSystem system;
    private final String tenant;
    private final String secret;

    Customer(DemoSystem system, String tenant, String secret) {
        this.system = system;
        this.tenant = tenant;
        this.secret = secret;
    }

    /** Makes or changes the tenant. */
    void set(String... fields) {
        List<String> words = new ArrayList<>(List.of("tenant", "set", tenant));
        words.addAll(List.of(fields));
        words.addAll(List.of("--author", "the test", "--reason", "a tenant comes and goes"));
        fairlead(words);
    }

    String hash() {
        return SecretHashes.hash(secret);
    }

    /** What {@code fairlead tenant usage} prints of today. */
    String usage() {
        return fairlead(List.of("tenant", "usage", tenant, "--days", "2"));
    }

    /** Runs a command where the demo is. */
    private String fairlead(List<String> words) {
        DemoOptions.ClickHouseServer facts = system.facts();
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        int code = Fairlead.execute(
                Map.of(
                        "FAIRLEAD_BOOTSTRAP_SERVERS",
                        String.valueOf(system.kafkaClient().get("bootstrap.servers")),
                        "FAIRLEAD_CLICKHOUSE",
                        facts.url(),
                        "FAIRLEAD_CLICKHOUSE_USER",
                        facts.user(),
                        "FAIRLEAD_CLICKHOUSE_PASSWORD",
                        facts.password()),
                out,
                out,
                words.toArray(String[]::new));
        assertThat(code).as("%s: %s", words, said).isZero();
        return said.toString();
    }

    /** What curl says: of the answers, their heads and bodies. */
    String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("curl", "--silent", "--show-error", "--include", "--max-time", "30"));
        command.addAll(List.of(arguments));
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String told = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor()).as(told).isZero();
        return told;
    }

    /** Asks through the proxy. */
    String ask(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--proxy", "http://" + tenant + ":" + secret + "@" + users()));
        all.addAll(List.of(arguments));
        return curl(all.toArray(String[]::new));
    }

    /** Tells what came of a request. */
    String tell(String json) throws IOException, InterruptedException {
        return curl("--user", tenant + ":" + secret, "--json", json, "http://" + users() + "/.fairlead/outcomes");
    }

    /** A tunnel in which nothing is said. */
    Socket tunnel(String target) throws IOException {
        Socket socket =
                new Socket(system.users().getHostString(), system.users().getPort());
        String login = Base64.getEncoder().encodeToString((tenant + ":" + secret).getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream()
                .write(("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\nProxy-Authorization: Basic " + login
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("the answer goes on after %s", head).isNotNegative();
            head.append((char) next);
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 200");
        return socket;
    }

    /** Outcomes of the tenant that are stored, a line each: verdict and status. */
    String outcomesStored() throws IOException, InterruptedException {
        DemoOptions.ClickHouseServer server = system.facts();
        return curl(
                "--header",
                "X-ClickHouse-User: " + server.user(),
                "--header",
                "X-ClickHouse-Key: " + server.password(),
                "--data-binary",
                "SELECT verdict, status FROM fairlead.raw_outcomes WHERE tenant = '" + tenant + "'",
                server.url());
    }

    private String users() {
        return system.users().getHostString() + ":" + system.users().getPort();
    }
}
