package io.fairlead.nameserver.tally;

/**
 * How questions are counted.
 *
 * @param intervalMs between two tellings
 * @param maxResolvers counted at each event loop between two tellings; over it, light ones make place for new ones
 * @param maxSubnets client subnets that are listed of a resolver
 * @param repeatMs the same question of a resolver counts again after this
 * @param repeatSlots questions that are remembered for that at each event loop; a power of 2
 * @param challengeShare of unproven questions that are answered truncated, so that their source proves itself (0–1); ten times as many, proven or not, of a source that was not met of late
 * @param meetAgainMs a source that came over TCP, or was asked to, is met for so long
 * @param rttSamples round trips of a resolver that are kept between two tellings
 * @param maxBeacons beacons that are kept at each event loop between two tellings; over it they are counted only
 */
public record TallySettings(
        int intervalMs,
        int maxResolvers,
        int maxSubnets,
        int repeatMs,
        int repeatSlots,
        double challengeShare,
        int meetAgainMs,
        int rttSamples,
        int maxBeacons) {

    /** What counts where nothing else is said. */
    public static final TallySettings DEFAULTS =
            new TallySettings(5_000, 50_000, 32, 2_000, 65_536, 0.002, 3_600_000, 64, 1_000);

    public TallySettings {
        within("intervalMs", intervalMs, 100, 600_000);
        within("maxResolvers", maxResolvers, 16, 10_000_000);
        within("maxSubnets", maxSubnets, 0, 1_024);
        within("repeatMs", repeatMs, 0, 600_000);
        within("repeatSlots", repeatSlots, 1, 1 << 24);
        within("meetAgainMs", meetAgainMs, 1_000, 86_400_000);
        within("rttSamples", rttSamples, 1, 4_096);
        within("maxBeacons", maxBeacons, 0, 1_000_000);
        if (Integer.bitCount(repeatSlots) != 1) {
            throw new IllegalArgumentException("repeatSlots is " + repeatSlots + " but must be a power of 2");
        }
        if (!(challengeShare >= 0 && challengeShare <= 1)) {
            throw new IllegalArgumentException("challengeShare is " + challengeShare + " but must be 0 to 1");
        }
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + " but must be " + least + " to " + most);
        }
    }

    public TallySettings withChallengeShare(double share) {
        return new TallySettings(
                intervalMs,
                maxResolvers,
                maxSubnets,
                repeatMs,
                repeatSlots,
                share,
                meetAgainMs,
                rttSamples,
                maxBeacons);
    }

    public TallySettings withMeetAgainMs(int ms) {
        return new TallySettings(
                intervalMs,
                maxResolvers,
                maxSubnets,
                repeatMs,
                repeatSlots,
                challengeShare,
                ms,
                rttSamples,
                maxBeacons);
    }

    public TallySettings withIntervalMs(int ms) {
        return new TallySettings(
                ms,
                maxResolvers,
                maxSubnets,
                repeatMs,
                repeatSlots,
                challengeShare,
                meetAgainMs,
                rttSamples,
                maxBeacons);
    }

    public TallySettings withMaxResolvers(int resolvers) {
        return new TallySettings(
                intervalMs,
                resolvers,
                maxSubnets,
                repeatMs,
                repeatSlots,
                challengeShare,
                meetAgainMs,
                rttSamples,
                maxBeacons);
    }

    /** With other bounds for what is kept of one resolver. */
    public TallySettings withOfOne(int subnets, int samples) {
        return new TallySettings(
                intervalMs,
                maxResolvers,
                subnets,
                repeatMs,
                repeatSlots,
                challengeShare,
                meetAgainMs,
                samples,
                maxBeacons);
    }

    /** With another bound for the questions that are remembered, so that repeats count once. */
    public TallySettings withRepeats(int ms, int slots) {
        return new TallySettings(
                intervalMs, maxResolvers, maxSubnets, ms, slots, challengeShare, meetAgainMs, rttSamples, maxBeacons);
    }

    public TallySettings withMaxBeacons(int beacons) {
        return new TallySettings(
                intervalMs,
                maxResolvers,
                maxSubnets,
                repeatMs,
                repeatSlots,
                challengeShare,
                meetAgainMs,
                rttSamples,
                beacons);
    }
}
