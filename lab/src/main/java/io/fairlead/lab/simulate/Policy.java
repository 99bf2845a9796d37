package io.fairlead.lab.simulate;

import io.fairlead.proxy.pick.PickPolicy;
import java.util.Arrays;
import java.util.List;

/** The policies that can be compared. */
enum Policy {
    RANDOM,
    ROUND_ROBIN,
    LEAST_REQUESTS,
    POWER_OF_TWO,
    PEAK_EWMA,
    C3,
    PREQUAL,
    LAST_LATENCY,
    STATIC_SORT,
    BEST,
    BAND,
    HOT_COLD,
    ORACLE;

    /** As users spell it. */
    String word() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    boolean isOurs() {
        return this == BEST || this == BAND || this == HOT_COLD;
    }

    /** Those named, or all. */
    static List<Policy> named(List<String> words) {
        if (words.contains("all")) {
            return List.of(values());
        }
        return words.stream().map(Policy::named).toList();
    }

    private static Policy named(String word) {
        return Arrays.stream(values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no policy is called " + word + "; there are all, "
                        + String.join(
                                ", ", Arrays.stream(values()).map(Policy::word).toList())));
    }

    Chooser onEdge(World world, Timeline timeline, Chance chance) {
        List<SimulatedExit> exits = world.exits;
        return switch (this) {
            case RANDOM -> new Peers.AtRandom(exits, timeline, chance);
            case ROUND_ROBIN -> new Peers.RoundRobin(exits, timeline, chance);
            case LEAST_REQUESTS -> new Peers.LeastRequests(exits, timeline, chance, 0);
            case POWER_OF_TWO -> new Peers.LeastRequests(exits, timeline, chance, 2);
            case PEAK_EWMA -> new Peers.PeakEwma(exits, timeline, chance);
            case C3 -> new Peers.C3(exits, timeline, chance);
            case PREQUAL -> new Peers.Prequal(exits, timeline, chance);
            case LAST_LATENCY -> new Peers.LastLatency(exits, timeline, chance);
            case STATIC_SORT -> new Peers.StaticSort(exits, timeline, chance);
            case BEST -> new TableChooser(PickPolicy.BEST, exits, timeline, chance);
            case BAND -> new TableChooser(PickPolicy.BAND, exits, timeline, chance);
            case HOT_COLD -> new TableChooser(PickPolicy.HOT_COLD, exits, timeline, chance);
            case ORACLE -> new Peers.Oracle(exits, timeline, chance, world);
        };
    }
}
