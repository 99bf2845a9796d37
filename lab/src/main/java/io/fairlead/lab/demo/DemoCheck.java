package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.cli.config.ConfigEntry;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.lab.fleet.Impairment;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Plays the demo's scenario and judges whether the loop closed: exits are scored, bad ones get less traffic, a policy is stamped on
 * decisions, an exit that is made worse loses its traffic, and every place counts the same. Judges counts, never a latency.
 */
final class DemoCheck {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration SETTLING = Duration.ofSeconds(75);
    private static final String VICTIM = "exit-01";
    private static final int CLOSED_LOOP_USERS = 8;
    private static final int CLOSED_LOOP_REQUESTS = 2_000;

    /** A bad exit's share of traffic must be under this part of a good one's. */
    private static final double BAD_SHARE_MAX = 0.5;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final DemoSystem system;
    private final Traffic traffic;
    private final ConsoleReader reader;
    private final FleetView view;
    private final Consumer<String> progress;
    private final ObjectNode summary = JSON.createObjectNode();
    private final List<String> failures = new ArrayList<>();

    DemoCheck(DemoSystem system, Traffic traffic, ConsoleReader reader, FleetView view, Consumer<String> progress) {
        this.system = system;
        this.traffic = traffic;
        this.reader = reader;
        this.view = view;
        this.progress = progress;
    }

    /** The loop closed in every respect. */
    boolean closed() {
        return failures.isEmpty();
    }

    /**
     * Plays it.
     *
     * @param startSeconds how long the start took
     * @return what was seen
     */
    ObjectNode play(double startSeconds) throws IOException, InterruptedException {
        summary.put("startSeconds", rounded(startSeconds));
        boolean scored = await("every exit is scored", () -> {
            List<FleetView.Row> rows = view.rows();
            return rows.size() >= system.options().exits()
                    && rows.stream().filter(row -> row.state().equals("ONLINE")).count() >= rows.size() * 0.75;
        });
        traffic.rate(system.options().requestsPerSecond());
        if (scored) {
            // The console counts the traffic of a minute: one that began before exits were told apart must be over.
            progress.accept("traffic runs; waiting until a minute of it can be told apart");
            settle();
            shares("before");
            expect(
                    perExit("before", "bad") < BAD_SHARE_MAX * perExit("before", "good"),
                    "a bad exit gets less traffic than a good one");
            closedLoop();
            policy();
            victim();
        }
        counts();
        summary.put("memoryMiB", system.rssBytes() >> 20);
        Traffic.Report report = traffic.report();
        summary.put("requests", report.requests());
        summary.put("success", rounded(report.success()));
        summary.put("loopClosed", closed());
        failures.forEach(summary.withArray("failures")::add);
        return summary;
    }

    private void closedLoop() throws InterruptedException {
        Traffic.Report report = traffic.closedLoop(CLOSED_LOOP_USERS, CLOSED_LOOP_REQUESTS);
        ObjectNode told = summary.putObject("closedLoop");
        told.put("users", CLOSED_LOOP_USERS);
        told.put("requests", report.requests());
        told.put("success", rounded(report.success()));
        told.put("p50Ms", rounded(report.p50Ms()));
        told.put("p99Ms", rounded(report.p99Ms()));
    }

    private void policy() throws IOException, InterruptedException {
        String key = "quality/default";
        long begunNanos = System.nanoTime();
        ConfigStore.Change change = new ConfigStore(system.kafkaClient())
                .write(Topics.CONFIG_POLICIES, key, "demo --check", "does a policy reach decisions?", null, next -> {
                    ConfigEntry present = next.present();
                    QualityPolicy now = present == null
                            ? QualityPolicy.defaults()
                            : (QualityPolicy) PolicyRecords.read(present.value());
                    double psiMs = now.psiMs() == 150 ? 140 : 150;
                    return PolicyRecords.write(now.withReferences(psiMs, now.omegaMs()), next.authorship());
                });
        boolean stamped = await("the policy is stamped on decisions", () -> {
            JsonNode exits =
                    reader.get(system.consoleUrl().resolve("/api/fleet")).get("exits");
            for (JsonNode exit : exits) {
                if (exit.get("policyVersion").asLong() >= change.offset()) {
                    return true;
                }
            }
            return false;
        });
        if (stamped) {
            summary.put("policyToDecisionSeconds", seconds(begunNanos));
        }
    }

    private void victim() throws IOException, InterruptedException {
        double before = share(VICTIM);
        progress.accept("making " + VICTIM + " worse: 800 ms more");
        reader.change(system.control().resolve("/exits/" + VICTIM + "/impairment"), Impairment.delay(800, 100));
        long begunNanos = System.nanoTime();
        boolean lowered = await(VICTIM + " is scored lower", () -> view.rows().stream()
                .filter(row -> row.exitId().equals(VICTIM))
                .anyMatch(row -> row.quality() < 60));
        if (lowered) {
            summary.put("impairedToScoredSeconds", seconds(begunNanos));
        }
        settle();
        double after = share(VICTIM);
        shares("after");
        summary.put("victimShareBefore", rounded(before));
        summary.put("victimShareAfter", rounded(after));
        expect(after < BAD_SHARE_MAX * before, VICTIM + " loses its traffic when it is made worse");
        reader.delete(system.control().resolve("/exits/" + VICTIM + "/impairment"));
    }

    private void counts() throws IOException, InterruptedException {
        traffic.rate(0);
        await("no request is under way", () -> traffic.inFlight() == 0);
        Accounts accounts = new Accounts(system, reader);
        Accounts.Look[] last = new Accounts.Look[1];
        // Ticks and heartbeats go on: the three are looked at until one look finds them equal.
        await("edge, Kafka and ClickHouse count the same", () -> {
            Accounts.Look look = accounts.look();
            last[0] = look;
            return look.edge().equals(look.kafka()) && look.edge().equals(look.clickHouse());
        });
        ObjectNode told = summary.putObject("counts");
        if (last[0] != null) {
            told.set("edge", JSON.valueToTree(last[0].edge()));
            told.set("kafka", JSON.valueToTree(last[0].kafka()));
            told.set("clickHouse", JSON.valueToTree(last[0].clickHouse()));
            told.put("lost", last[0].lost());
            expect(last[0].lost() == 0, "the edge lost no telemetry");
        }
    }

    private void shares(String when) throws IOException, InterruptedException {
        List<FleetView.Row> rows = view.rows();
        ObjectNode told = summary.putObject(when);
        for (boolean good : new boolean[] {true, false}) {
            List<FleetView.Row> some =
                    rows.stream().filter(row -> row.good() == good).toList();
            ObjectNode side = told.putObject(good ? "good" : "bad");
            side.put("exits", some.size());
            side.put(
                    "share",
                    rounded(some.stream().mapToDouble(FleetView.Row::share).sum()));
            side.put(
                    "quality",
                    rounded(some.stream()
                            .mapToDouble(FleetView.Row::quality)
                            .average()
                            .orElse(0)));
        }
    }

    private double perExit(String when, String side) {
        JsonNode told = summary.path(when).path(side);
        return told.path("share").asDouble() / Math.max(1, told.path("exits").asInt());
    }

    private double share(String exitId) throws IOException, InterruptedException {
        return view.rows().stream()
                .filter(row -> row.exitId().equals(exitId))
                .mapToDouble(FleetView.Row::share)
                .sum();
    }

    private static void settle() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(SETTLING.toMillis());
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private boolean await(String what, Condition condition) throws InterruptedException {
        progress.accept("waiting: " + what);
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        String trouble = "";
        while (System.nanoTime() - deadlineNanos < 0) {
            try {
                if (condition.holds()) {
                    return true;
                }
                trouble = "";
            } catch (IOException e) {
                trouble = ": " + e.getMessage();
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
        expect(false, what + " (not within " + PATIENCE.toSeconds() + " s" + trouble + ")");
        return false;
    }

    private void expect(boolean holds, String what) {
        if (!holds) {
            failures.add(what);
        }
    }

    private static double seconds(long sinceNanos) {
        return rounded((System.nanoTime() - sinceNanos) / 1e9);
    }

    private static double rounded(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.4f", value));
    }
}
