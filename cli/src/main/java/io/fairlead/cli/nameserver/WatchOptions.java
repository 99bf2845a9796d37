package io.fairlead.cli.nameserver;

import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.tally.TallySettings;
import picocli.CommandLine.Option;

/** How a name server watches groups, and how it counts who asks. */
final class WatchOptions {

    @Option(
            names = "--edge-silence-ms",
            paramLabel = "MS",
            defaultValue = "1600",
            description = "An edge that has not reported for so long is down (default: ${DEFAULT-VALUE}).")
    private int silenceMs = 1_600;

    @Option(
            names = "--probe-interval-ms",
            paramLabel = "MS",
            defaultValue = "500",
            description = "Between two probes of an address of a group (default: ${DEFAULT-VALUE}).")
    private int probeIntervalMs = 500;

    @Option(
            names = "--probe-timeout-ms",
            paramLabel = "MS",
            defaultValue = "500",
            description = "Of one probe (default: ${DEFAULT-VALUE}).")
    private int probeTimeoutMs = 500;

    @Option(
            names = "--probes-alike",
            paramLabel = "N",
            defaultValue = "2",
            description =
                    "Probes in a row that must end alike before an address is down, or up (default: ${DEFAULT-VALUE}).")
    private int probesAlike = 2;

    @Option(
            names = "--max-map-entries",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Of the network map; those beyond are not applied (default: ${DEFAULT-VALUE}).")
    private int maxEntries = 2_000_000;

    @Option(
            names = "--tally-interval-ms",
            paramLabel = "MS",
            defaultValue = "5000",
            description = "What was counted is told so often (default: ${DEFAULT-VALUE}).")
    private int tallyIntervalMs = 5_000;

    @Option(
            names = "--max-tallied-resolvers",
            paramLabel = "N",
            defaultValue = "50000",
            description = "Counted at each event loop between two tellings (default: ${DEFAULT-VALUE}).")
    private int maxResolvers = 50_000;

    /** @throws IllegalArgumentException naming the one that is out of its bounds */
    MapSettings map() {
        MapSettings defaults = MapSettings.DEFAULTS;
        return new MapSettings(
                silenceMs,
                probeIntervalMs,
                probeTimeoutMs,
                probesAlike,
                defaults.checkMs(),
                defaults.shedFromShare(),
                maxEntries,
                defaults.maxEdges());
    }

    /** @throws IllegalArgumentException naming the one that is out of its bounds */
    TallySettings tally(double challengeShare) {
        return TallySettings.DEFAULTS
                .withChallengeShare(challengeShare)
                .withIntervalMs(tallyIntervalMs)
                .withMaxResolvers(maxResolvers);
    }
}
