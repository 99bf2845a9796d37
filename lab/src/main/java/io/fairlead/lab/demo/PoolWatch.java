package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Watches, from outside, what pools do about a network that becomes worse: when it is noticed, who is replaced, what users feel. */
final class PoolWatch {

    /** Success of a pool's requests that users should not see it fall under. */
    static final double LEAST_SUCCESS = 0.97;

    private static final int TELL_EVERY_S = 5;
    private static final long SETTLES_WITHIN_S = 180;
    private static final int CALM_S = 20;

    /** Success is looked at over so many seconds: one second of a small pool has few requests. */
    private static final int WINDOW_S = 5;

    private final ConsoleReader reader;
    private final URI console;
    private final URI control;
    private final PoolView pools;
    private final PrintWriter out;
    private final String network;
    private final Set<String> exits;
    private final Map<String, Story> stories = new TreeMap<>();
    private final long begunMs = System.currentTimeMillis();
    private long noticedS = -1;

    /** What happens to one pool that had members of the network. */
    private static final class Story {
        private final Set<String> had;
        private final TreeMap<Long, PoolView.Second> traffic = new TreeMap<>();
        private Set<String> left = new TreeSet<>();
        private long feltS = -1;
        private long replacedS = -1;
        private double lowestForeseen = 1;
        private double likeliest;

        Story(Set<String> had) {
            this.had = had;
        }
    }

    private PoolWatch(ConsoleReader reader, URI console, URI control, long asn, Set<String> exits, PrintWriter out) {
        this.reader = reader;
        this.console = console;
        this.control = control;
        this.pools = new PoolView(reader, console);
        this.network = "AS" + asn;
        this.exits = exits;
        this.out = out;
    }

    /**
     * Looks who is where.
     *
     * @throws IllegalArgumentException if the network has no exit
     */
    static PoolWatch begin(ConsoleReader reader, URI console, URI control, long asn, PrintWriter out)
            throws IOException, InterruptedException {
        Set<String> exits = new TreeSet<>();
        Set<String> networks = new TreeSet<>();
        for (JsonNode exit : reader.get(control.resolve("/exits"))) {
            networks.add("AS" + exit.get("asn").asLong());
            if (exit.get("asn").asLong() == asn) {
                exits.add(exit.get("exitId").asText());
            }
        }
        if (exits.isEmpty()) {
            throw new IllegalArgumentException(
                    "There is no exit of AS" + asn + "; there are " + String.join(", ", networks) + ".");
        }
        PoolWatch watch = new PoolWatch(reader, console, control, asn, exits, out);
        for (String pool : watch.pools.pools().keySet()) {
            Set<String> had = watch.membersOf(pool, watch.pools.exits());
            if (!had.isEmpty()) {
                watch.stories.put(pool, new Story(had));
                out.println("Pool " + pool + " has " + String.join(", ", had) + " of AS" + asn + ".");
            }
        }
        if (watch.stories.isEmpty()) {
            out.println("No pool has an exit of AS" + asn + " just now; it has " + String.join(", ", exits) + ".");
        }
        out.flush();
        return watch;
    }

    private Set<String> membersOf(String pool, List<PoolView.Exit> all) {
        Set<String> members = new TreeSet<>();
        all.stream()
                .filter(exit -> exits.contains(exit.id()) && exit.pools().contains(pool))
                .forEach(exit -> members.add(exit.id()));
        return members;
    }

    /**
     * Watches until every pool has replaced what it had of the network, and users have felt nothing for a while.
     *
     * @param lasts the network becomes worse for so long
     */
    void watch(Duration lasts) throws IOException, InterruptedException {
        long calmSinceS = -1;
        for (long second = 0; second < lasts.toSeconds() + SETTLES_WITHIN_S; second = elapsedS()) {
            look(second);
            boolean settled = stories.values().stream().allMatch(story -> story.replacedS >= 0);
            calmSinceS = settled ? (calmSinceS < 0 ? second : calmSinceS) : -1;
            boolean over = second >= lasts.toSeconds() || settled;
            if (over && calmSinceS >= 0 && second - calmSinceS >= CALM_S) {
                break;
            }
            TimeUnit.SECONDS.sleep(1);
        }
        stories.forEach(this::verdict);
        out.flush();
    }

    private long elapsedS() {
        return (System.currentTimeMillis() - begunMs) / 1_000;
    }

    private void look(long second) throws IOException, InterruptedException {
        Map<String, PoolView.Pool> now = pools.pools();
        List<PoolView.Exit> members = pools.exits();
        if (noticedS < 0 && isNoticed()) {
            noticedS = second;
        }
        for (Map.Entry<String, Story> each : stories.entrySet()) {
            Story story = each.getValue();
            PoolView.Pool pool = now.get(each.getKey());
            if (pool == null) {
                continue;
            }
            pools.traffic(pool.id()).forEach(one -> story.traffic.put(one.atSeconds(), one));
            Set<String> still = membersOf(pool.id(), members);
            story.left = new TreeSet<>(story.had);
            story.left.removeAll(still);
            story.lowestForeseen = Math.min(story.lowestForeseen, pool.foreseen());
            story.likeliest = Math.max(story.likeliest, pool.unhealthy());
            if (story.feltS < 0 && !story.left.isEmpty()) {
                story.feltS = second;
            }
            if (story.replacedS < 0 && still.isEmpty()) {
                story.replacedS = second;
            }
            if (second % TELL_EVERY_S == 0) {
                tell(second, pool, story, still);
            }
        }
        out.flush();
    }

    /** Any of its exits is told as gone. */
    private boolean isNoticed() throws IOException, InterruptedException {
        for (JsonNode exit : reader.get(console.resolve("/api/fleet")).get("exits")) {
            if (exits.contains(exit.get("id").asText())
                    && !exit.get("state").asText().equals("ONLINE")) {
                return true;
            }
        }
        return false;
    }

    private void tell(long second, PoolView.Pool pool, Story story, Set<String> still)
            throws IOException, InterruptedException {
        out.printf(
                Locale.ROOT,
                "%4d s  %s %s  |  pool %s: %d members, %d of %s left, health %.2f foreseen %.2f least %.2f%s, success %s%n",
                second,
                network,
                impairment(),
                pool.id(),
                pool.members(),
                still.size(),
                network,
                pool.health(),
                pool.foreseen(),
                pool.minHealth(),
                pool.unhealthy() < 0
                        ? ""
                        : String.format(Locale.ROOT, " (%.0f %% likely to fall under it)", pool.unhealthy() * 100),
                percent(lately(story)));
    }

    private String impairment() throws IOException, InterruptedException {
        for (JsonNode exit : reader.get(control.resolve("/exits"))) {
            if (exits.contains(exit.get("exitId").asText()) && exit.get("good").asBoolean()) {
                return exit.get("impairment").asText();
            }
        }
        return "";
    }

    private static double lately(Story story) {
        return story.traffic.isEmpty() ? Double.NaN : success(story, story.traffic.lastKey() - WINDOW_S);
    }

    /** Of the seconds from one on; NaN: no request. */
    private static double success(Story story, long fromSeconds) {
        long requests = 0;
        long failures = 0;
        for (PoolView.Second each :
                story.traffic.subMap(fromSeconds, fromSeconds + WINDOW_S).values()) {
            requests += each.requests();
            failures += each.failures();
        }
        return requests == 0 ? Double.NaN : 1 - (double) failures / requests;
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "not known" : String.format(Locale.ROOT, "%.1f %%", share * 100);
    }

    private void verdict(String pool, Story story) {
        long begunS = begunMs / 1_000;
        double lowest = Double.NaN;
        long lowestAtS = 0;
        long lastUnderS = -1;
        Set<Long> windows = new HashSet<>(story.traffic.keySet());
        for (long from : new TreeSet<>(windows)) {
            double success = success(story, from);
            if (from >= begunS && !Double.isNaN(success)) {
                if (Double.isNaN(lowest) || success < lowest) {
                    lowest = success;
                    lowestAtS = from - begunS;
                }
                lastUnderS = success < LEAST_SUCCESS ? from + WINDOW_S - begunS : lastUnderS;
            }
        }
        out.printf("Pool %s:%n", pool);
        if (noticedS >= 0) {
            out.printf("  after %d s the first of its exits was told as gone%n", noticedS);
        }
        out.printf(
                Locale.ROOT,
                "  health foreseen fell to %.2f, and it was at most %.0f %% likely to fall under its minimum%n",
                story.lowestForeseen,
                Math.max(0, story.likeliest) * 100);
        out.printf(
                "  %s%n",
                story.replacedS >= 0
                        ? "all " + story.had.size() + " were replaced after " + story.replacedS + " s, the first after "
                                + story.feltS + " s"
                                + (noticedS >= 0 && noticedS <= story.replacedS
                                        ? ": " + (story.replacedS - noticedS) + " s after the first was noticed"
                                        : "")
                        : "not all were replaced: " + story.left.size() + " of " + story.had.size() + " have left");
        out.printf(
                Locale.ROOT,
                "  success was lowest after %d s: %s over %d s%s%n",
                lowestAtS,
                percent(lowest),
                WINDOW_S,
                lastUnderS < 0
                        ? "; it never fell under " + percent(LEAST_SUCCESS)
                        : "; it was back over " + percent(LEAST_SUCCESS) + " for good after " + lastUnderS + " s");
        out.printf(
                "  who left, and why: ./fairlead pool why %s %s%n",
                pool, story.had.iterator().next());
    }
}
