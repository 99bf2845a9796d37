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

    @Option(
            names = "--max-subnets-per-resolver",
            paramLabel = "N",
            defaultValue = "32",
            description =
                    "Client subnets of a resolver that are told, the others only counted together (default: ${DEFAULT-VALUE}).")
    private int maxSubnets = 32;

    @Option(
            names = "--max-round-trips-per-resolver",
            paramLabel = "N",
            defaultValue = "64",
            description = "Of TCP connections between two tellings (default: ${DEFAULT-VALUE}).")
    private int rttSamples = 64;

    @Option(
            names = "--repeat-ms",
            paramLabel = "MS",
            defaultValue = "2000",
            description = "The same question of a resolver counts again after this (default: ${DEFAULT-VALUE}).")
    private int repeatMs = 2_000;

    @Option(
            names = "--repeat-slots",
            paramLabel = "N",
            defaultValue = "65536",
            description = "Questions remembered for that at each event loop, a power of 2 (default: ${DEFAULT-VALUE}).")
    private int repeatSlots = 65_536;

    @Option(
            names = "--meet-again-ms",
            paramLabel = "MS",
            defaultValue = "3600000",
            description =
                    "A resolver that has not come over TCP for so long, nor been asked to, is challenged ten times as often, though it shows a cookie: its round trip is known no more (default: ${DEFAULT-VALUE}).")
    private int meetAgainMs = 3_600_000;

    @Option(
            names = "--max-beacons",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "Beacons told at each event loop between two tellings; others are answered only (default: ${DEFAULT-VALUE}).")
    private int maxBeacons = 1_000;

    @Option(
            names = "--map-check-ms",
            paramLabel = "MS",
            defaultValue = "200",
            description = "What was told of map and groups is taken in so often (default: ${DEFAULT-VALUE}).")
    private int checkMs = 200;

    @Option(
            names = "--shed-from-share",
            paramLabel = "SHARE",
            defaultValue = "0.85",
            description =
                    "Of a group's capacity, from which on it is named in part only, until the map job says its own (default: ${DEFAULT-VALUE}).")
    private double shedFromShare = 0.85;

    @Option(
            names = "--max-edges",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Edges whose reports are remembered (default: ${DEFAULT-VALUE}).")
    private int maxEdges = 100_000;

    /** @throws IllegalArgumentException naming the one that is out of its bounds */
    MapSettings map() {
        return new MapSettings(
                silenceMs, probeIntervalMs, probeTimeoutMs, probesAlike, checkMs, shedFromShare, maxEntries, maxEdges);
    }

    /** @throws IllegalArgumentException naming the one that is out of its bounds */
    TallySettings tally(double challengeShare) {
        return TallySettings.DEFAULTS
                .withChallengeShare(challengeShare)
                .withMeetAgainMs(meetAgainMs)
                .withIntervalMs(tallyIntervalMs)
                .withMaxResolvers(maxResolvers)
                .withOfOne(maxSubnets, rttSamples)
                .withRepeats(repeatMs, repeatSlots)
                .withMaxBeacons(maxBeacons);
    }
}
