package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("loop")
class ClickHouseProcessTest {
    private static final int BATCH_ROWS = 1_000;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void engineKilledDuringInsertsRevivesWithEveryAcknowledgedRow(@TempDir Path data) throws Exception {
        List<String> notices = new CopyOnWriteArrayList<>();
        try (ClickHouseProcess clickHouse = ClickHouseProcess.start(
                data, ClickHouseProcess.Options.defaults().withNotices(notices::add))) {
            URI before = clickHouse.url();
            execute(clickHouse, "CREATE DATABASE fairlead");
            execute(
                    clickHouse,
                    "CREATE TABLE fairlead.t (batch UInt32, n UInt32) ENGINE = MergeTree ORDER BY (batch, n)");
            AtomicInteger acknowledged = new AtomicInteger();
            Thread inserting = new Thread(() -> insertUntilRefused(clickHouse, acknowledged), "inserting");
            inserting.start();
            Awaitility.await().until(() -> acknowledged.get() > 20);

            long killed = clickHouse.pid();
            clickHouse.kill();
            inserting.join();
            Awaitility.await().until(() -> clickHouse.pid() != killed && answers(clickHouse));

            assertThat(clickHouse.url()).isEqualTo(before);
            assertThat(notices).anyMatch(said -> said.startsWith("ClickHouse died with exit code 137"));
            int batches = acknowledged.get();
            assertThat(execute(clickHouse, "SELECT count() FROM fairlead.t WHERE batch < " + batches))
                    .isEqualTo(Integer.toString(batches * BATCH_ROWS));
            assertThat(Integer.parseInt(execute(clickHouse, "SELECT count() FROM fairlead.t")))
                    .isLessThanOrEqualTo((batches + 1) * BATCH_ROWS);
        }
    }

    @Test
    void readerCanReadAndNothingElse(@TempDir Path data) throws Exception {
        try (ClickHouseProcess clickHouse = ClickHouseProcess.start(data, ClickHouseProcess.Options.defaults())) {
            execute(clickHouse, "CREATE DATABASE fairlead");
            execute(clickHouse, "CREATE TABLE fairlead.t (n UInt32) ENGINE = MergeTree ORDER BY n");
            execute(clickHouse, "INSERT INTO fairlead.t VALUES (7)");

            assertThat(asReader(clickHouse, "SELECT n FROM fairlead.t").body().strip())
                    .isEqualTo("7");
            assertThat(refusal(clickHouse, clickHouse.reader(), clickHouse.readerPassword(), "DROP TABLE fairlead.t"))
                    .contains("Not enough privileges");
            assertThat(refusal(clickHouse, clickHouse.reader(), clickHouse.readerPassword(), "SYSTEM SHUTDOWN"))
                    .contains("Not enough privileges");
            assertThat(refusal(clickHouse, "default", "", "SELECT n FROM fairlead.t"))
                    .contains("Not enough privileges");
            assertThat(refusal(clickHouse, "fairlead", "guess", "SELECT 1")).contains("Authentication failed");
        }
    }

    @Test
    void engineAskedForTooMuchMemoryRefusesTheQueryAndLivesOn(@TempDir Path data) throws Exception {
        try (ClickHouseProcess clickHouse = ClickHouseProcess.start(
                data, ClickHouseProcess.Options.defaults().withMemoryMib(512))) {
            HttpResponse<String> refused = send(
                    clickHouse,
                    clickHouse.user(),
                    clickHouse.password(),
                    "SELECT length(groupArray(number)) FROM numbers(200000000)");

            assertThat(refused.body()).contains("Code: 241");
            assertThat(execute(clickHouse, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void stopEndsRunningQueriesAndIsQuickAndOrderly(@TempDir Path data) throws Exception {
        List<String> notices = new CopyOnWriteArrayList<>();
        try (ClickHouseProcess clickHouse = ClickHouseProcess.start(
                data, ClickHouseProcess.Options.defaults().withNotices(notices::add))) {
            http.sendAsync(
                    request(
                            clickHouse,
                            clickHouse.user(),
                            clickHouse.password(),
                            "SELECT sum(cityHash64(number)) FROM system.numbers"),
                    HttpResponse.BodyHandlers.discarding());
            Awaitility.await().until(() -> execute(
                            clickHouse,
                            "SELECT count() FROM system.processes WHERE query LIKE '%cityHash64%'"
                                    + " AND query NOT LIKE '%processes%'")
                    .equals("1"));

            assertThat(Duration.ofNanos(timeNs(clickHouse::stop))).isLessThan(Duration.ofSeconds(8));

            assertThat(clickHouse.isAlive()).isFalse();
            assertThat(notices).isEmpty();
        }
    }

    private static long timeNs(Runnable work) {
        long startNs = System.nanoTime();
        work.run();
        return System.nanoTime() - startNs;
    }

    private void insertUntilRefused(ClickHouseProcess clickHouse, AtomicInteger acknowledged) {
        try {
            while (true) {
                execute(
                        clickHouse,
                        "INSERT INTO fairlead.t SELECT " + acknowledged.get() + ", number FROM numbers(" + BATCH_ROWS
                                + ")");
                acknowledged.incrementAndGet();
            }
        } catch (IOException killed) {
            // What this thread waits for.
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean answers(ClickHouseProcess clickHouse) throws InterruptedException {
        try {
            return execute(clickHouse, "SELECT 1").equals("1");
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpResponse<String> asReader(ClickHouseProcess clickHouse, String statement)
            throws IOException, InterruptedException {
        return send(clickHouse, clickHouse.reader(), clickHouse.readerPassword(), statement);
    }

    private String refusal(ClickHouseProcess clickHouse, String user, String password, String statement)
            throws IOException, InterruptedException {
        HttpResponse<String> reply = send(clickHouse, user, password, statement);
        assertThat(reply.statusCode()).isGreaterThanOrEqualTo(400);
        return reply.body();
    }

    private String execute(ClickHouseProcess clickHouse, String statement) throws IOException, InterruptedException {
        HttpResponse<String> reply = send(clickHouse, clickHouse.user(), clickHouse.password(), statement);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return reply.body().strip();
    }

    private HttpResponse<String> send(ClickHouseProcess clickHouse, String user, String password, String statement)
            throws IOException, InterruptedException {
        return http.send(request(clickHouse, user, password, statement), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(ClickHouseProcess clickHouse, String user, String password, String statement) {
        return HttpRequest.newBuilder(clickHouse.url())
                .header("X-ClickHouse-User", user)
                .header("X-ClickHouse-Key", password)
                .POST(HttpRequest.BodyPublishers.ofString(statement))
                .build();
    }
}
