package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigEntry;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.lab.fleet.Impairment;
import io.fairlead.lab.host.CommandProcess;
import io.fairlead.lab.rooms.LiveRooms;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Plays the demo's scenario and judges whether the loop closed: exits are scored, bad ones get less traffic, a policy is stamped on
 * decisions, an exit that is made worse loses its traffic, and every place counts the same. Judges counts, never a latency.
 */
final class DemoCheck {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration SETTLING = Duration.ofSeconds(15);
    private static final Duration ON_THE_WAY = Duration.ofSeconds(3);
    private static final Duration MEASURING = Duration.ofSeconds(25);
    private static final int LOOK_EVERY_MS = 200;
    private static final int CLOSED_LOOP_USERS = 8;
    private static final int CLOSED_LOOP_REQUESTS = 2_000;

    /** A bad exit's share of traffic must be under this part of a good one's. */
    private static final double BAD_SHARE_MAX = 0.5;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final DemoSystem system;
    private final Traffic traffic;
    private final PoolTraffic pools;
    private final ConsoleReader reader;
    private final FleetView view;
    private final Consumer<String> progress;
    private final ObjectNode summary = JSON.createObjectNode();
    private final List<String> failures = new ArrayList<>();

    DemoCheck(
            DemoSystem system,
            Traffic traffic,
            PoolTraffic pools,
            ConsoleReader reader,
            FleetView view,
            Consumer<String> progress) {
        this.system = system;
        this.traffic = traffic;
        this.pools = pools;
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
        pools.rate(system.options().requestsPerSecond() * PoolTraffic.SHARE);
        if (scored) {
            poolsFormed();
            progress.accept("traffic runs; measuring who carries it");
            TimeUnit.MILLISECONDS.sleep(SETTLING.toMillis());
            Map<String, Double> before = shares("before");
            expect(
                    perExit("before", "bad") < BAD_SHARE_MAX * perExit("before", "good"),
                    "a bad exit gets less traffic than a good one");
            closedLoop();
            policy();
            victim(before);
        }
        rooms();
        summary.put("memoryMiB", system.rssBytes() >> 20);
        counts();
        Traffic.Report report = traffic.report();
        summary.put("requests", report.requests());
        summary.put("success", rounded(report.success()));
        summary.put("loopClosed", closed());
        failures.forEach(summary.withArray("failures")::add);
        return summary;
    }

    /** Both pools have the members they want, and who is in the exclusive one is in no other. */
    private void poolsFormed() throws InterruptedException {
        long begunNanos = System.nanoTime();
        PoolView looks = new PoolView(reader, system.consoleUrl());
        boolean formed = await("both pools have members enough", () -> {
            Map<String, PoolView.Pool> now = looks.pools();
            return List.of(DemoConfig.SHOPS, DemoConfig.TICKETS).stream()
                    .allMatch(id -> now.containsKey(id)
                            && now.get(id).members() >= now.get(id).least());
        });
        if (formed) {
            summary.put("poolsFormedSeconds", seconds(begunNanos));
        }
        await("no exclusive exit is in two pools", () -> looks.exits().stream()
                .allMatch(exit -> exit.owner().isEmpty() || exit.pools().size() <= 1));
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
                .write(
                        Topics.CONFIG_POLICIES,
                        key,
                        Attribution.of("demo --check", "does a policy reach decisions?"),
                        next -> {
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

    /** Whoever carries most is made worse: any other may carry nothing at that time, as one that is a pool's alone. */
    private void victim(Map<String, Double> before) throws IOException, InterruptedException {
        String victim = before.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("");
        expect(!victim.isEmpty(), "some exit carries traffic");
        if (victim.isEmpty()) {
            return;
        }
        double shareBefore = before.getOrDefault(victim, 0.0);
        progress.accept("making " + victim + " worse: 800 ms more");
        reader.change(system.control().resolve("/exits/" + victim + "/impairment"), Impairment.delay(800, 100));
        long begunNanos = System.nanoTime();
        boolean lowered = await(victim + " is scored lower", () -> view.rows().stream()
                .filter(row -> row.exitId().equals(victim))
                .anyMatch(row -> row.quality() < 60));
        if (lowered) {
            summary.put("impairedToScoredSeconds", seconds(begunNanos));
        }
        double shareAfter = shares("after").getOrDefault(victim, 0.0);
        summary.put("victim", victim);
        summary.put("victimShareBefore", rounded(shareBefore));
        summary.put("victimShareAfter", rounded(shareAfter));
        expect(shareAfter < BAD_SHARE_MAX * shareBefore, victim + " loses its traffic when it is made worse");
        reader.delete(system.control().resolve("/exits/" + victim + "/impairment"));
    }

    /** The live room stands, follows its plan, and loses nobody at promotions. */
    private void rooms() throws IOException, InterruptedException {
        if (!system.options().rooms()) {
            return;
        }
        JsonNode[] last = new JsonNode[1];
        boolean watched = await("all viewers watch the room, on one stream a relay client, as planned", () -> {
            CommandProcess started = system.rooms();
            if (started == null) {
                return false;
            }
            JsonNode now = DemoRooms.picture(reader, URI.create(started.address("control")));
            last[0] = now;
            boolean planned = StreamSupport.stream(now.get("clients").spliterator(), false)
                    .allMatch(client -> client.get("planCounts").asBoolean());
            return planned
                    && now.get("viewers").asInt() == DemoRooms.VIEWERS
                    && now.get("carriers").asInt() == now.get("clients").size();
        });
        ObjectNode told = summary.putObject("rooms");
        CommandProcess started = system.rooms();
        if (!watched || started == null) {
            told.set("last", last[0]);
            return;
        }
        URI control = URI.create(started.address("control"));
        promotion(told, control, "leave-master");
        promotion(told, control, "silence-upstream");
        JsonNode now = DemoRooms.picture(reader, control);
        List.of("source", "viewers", "carriers", "startP50Ms", "startP95Ms", "frames", "lostFrames", "cutOff")
                .forEach(field -> told.set(field, now.get(field)));
        told.put("savedShare", rounded(DemoRooms.saved(now)));
        expect(now.get("cutOff").asInt() == 0, "no viewer of the room is cut off");
        started.stop(); // relays tell of themselves all the time
    }

    private void promotion(ObjectNode told, URI control, String word) throws InterruptedException {
        await(word + ": another is promoted, and nobody is cut off", () -> {
            JsonNode seen = DemoRooms.promotion(control, LiveRooms.CLIENTS.get(0), word);
            told.set(word.equals("leave-master") ? "leaveMaster" : "silenceUpstream", seen);
            return seen.get("cutOff").asInt() == 0;
        });
    }

    private void counts() throws IOException, InterruptedException {
        traffic.rate(0);
        pools.rate(0);
        await("no request is under way", () -> traffic.inFlight() + pools.inFlight() == 0);
        system.fleet().stop(); // exits tell of themselves all the time
        Accounts.Look[] last = new Accounts.Look[1];
        try (Accounts accounts = new Accounts(system, reader)) {
            await("edge, Kafka and ClickHouse count the same, nothing lost or doubled", () -> {
                Accounts.Look look = accounts.look(ON_THE_WAY);
                last[0] = look;
                return look.agree();
            });
        }
        ObjectNode told = summary.putObject("counts");
        Accounts.Look look = last[0];
        if (look != null) {
            // In the order of looking: each lane tells a mark every second, so that each is a few more than the one
            // before.
            told.set("edgeAtFirst", JSON.valueToTree(look.before()));
            told.set("clickHouse", JSON.valueToTree(look.clickHouse()));
            told.set("kafka", JSON.valueToTree(look.kafka()));
            told.set("edge", JSON.valueToTree(look.after()));
            told.put("lost", look.lost());
            told.put("doubled", look.doubled());
        }
    }

    /** Who carries the traffic now, by what its answers say: the share of each exit. */
    private Map<String, Double> shares(String when) throws IOException, InterruptedException {
        Map<String, Long> begun = traffic.byExit();
        TimeUnit.MILLISECONDS.sleep(MEASURING.toMillis());
        Map<String, Long> carried = new HashMap<>(traffic.byExit());
        begun.forEach((exit, count) -> carried.merge(exit, -count, Long::sum));
        double all =
                Math.max(1, carried.values().stream().mapToLong(Long::longValue).sum());
        Map<String, Double> shares =
                carried.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue() / all));
        ObjectNode told = summary.putObject(when);
        List<FleetView.Row> rows = view.rows();
        for (boolean good : new boolean[] {true, false}) {
            List<FleetView.Row> some =
                    rows.stream().filter(row -> row.good() == good).toList();
            ObjectNode side = told.putObject(good ? "good" : "bad");
            side.put("exits", some.size());
            side.put(
                    "share",
                    rounded(some.stream()
                            .mapToDouble(row -> shares.getOrDefault(row.exitId(), 0.0))
                            .sum()));
            side.put(
                    "quality",
                    rounded(some.stream()
                            .mapToDouble(FleetView.Row::quality)
                            .average()
                            .orElse(0)));
        }
        return shares;
    }

    private double perExit(String when, String side) {
        JsonNode told = summary.path(when).path(side);
        return told.path("share").asDouble() / Math.max(1, told.path("exits").asInt());
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
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
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
