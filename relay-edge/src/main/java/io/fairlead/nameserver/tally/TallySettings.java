package io.fairlead.nameserver.tally;

/**
 * How questions are counted.
 *
 * @param intervalMs between two tellings
 * @param maxResolvers counted at each event loop between two tellings; over it, light ones make place for new ones
 * @param maxSubnets client subnets that are listed of a resolver
 * @param repeatMs the same question of a resolver counts again after this
 * @param repeatSlots questions that are remembered for that at each event loop; a power of 2
 * @param challengeShare of unproven questions that are answered truncated, so that their source proves itself (0–1)
 * @param rttSamples round trips of a resolver that are kept between two tellings
 */
public record TallySettings(
        int intervalMs,
        int maxResolvers,
        int maxSubnets,
        int repeatMs,
        int repeatSlots,
        double challengeShare,
        int rttSamples) {

    /** What counts where nothing else is said. */
    public static final TallySettings DEFAULTS = new TallySettings(5_000, 50_000, 32, 2_000, 65_536, 0.002, 64);

    public TallySettings {
        within("intervalMs", intervalMs, 100, 600_000);
        within("maxResolvers", maxResolvers, 16, 10_000_000);
        within("maxSubnets", maxSubnets, 0, 1_024);
        within("repeatMs", repeatMs, 0, 600_000);
        within("repeatSlots", repeatSlots, 1, 1 << 24);
        within("rttSamples", rttSamples, 1, 4_096);
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
        return new TallySettings(intervalMs, maxResolvers, maxSubnets, repeatMs, repeatSlots, share, rttSamples);
    }

    public TallySettings withIntervalMs(int ms) {
        return new TallySettings(ms, maxResolvers, maxSubnets, repeatMs, repeatSlots, challengeShare, rttSamples);
    }

    public TallySettings withMaxResolvers(int resolvers) {
        return new TallySettings(intervalMs, resolvers, maxSubnets, repeatMs, repeatSlots, challengeShare, rttSamples);
    }
}
