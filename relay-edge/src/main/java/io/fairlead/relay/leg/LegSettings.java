package io.fairlead.relay.leg;

/**
 * Settings of legs. Begin with {@link #DEFAULTS} and change what differs.
 *
 * @param upstream streams at the media server
 * @param secondaryMasters spares whose streams are received and not sent
 * @param maxLegs legs of this relay server; over it viewers get 503
 * @param maxViewers viewers of one leg; over it viewers get 503
 * @param maxAsking viewers of a leg whose requests are with the media server at once; others wait their turn
 * @param lingerMs a leg is kept for so long after its last viewer
 * @param mergeMs tags are gathered for so long before they are written to the long link
 * @param firstPauseMs a stream that was lost or refused is asked for again after so long, if nobody else's can be had; doubles each time
 * @param mostPauseMs its end
 */
public record LegSettings(
        Upstream upstream,
        int secondaryMasters,
        int maxLegs,
        int maxViewers,
        int maxAsking,
        int lingerMs,
        int mergeMs,
        int firstPauseMs,
        int mostPauseMs) {

    public static final LegSettings DEFAULTS =
            new LegSettings(Upstream.STANDBY, 1, 20_000, 20_000, 64, 3_000, 20, 250, 8_000);

    public LegSettings {
        if (secondaryMasters < 0 || lingerMs < 0 || mergeMs < 0) {
            throw new IllegalArgumentException("secondaryMasters is " + secondaryMasters + ", lingerMs " + lingerMs
                    + ", mergeMs " + mergeMs + "; none may be negative");
        }
        if (maxLegs < 1 || maxViewers < 1 || maxAsking < 1) {
            throw new IllegalArgumentException("maxLegs is " + maxLegs + ", maxViewers " + maxViewers + ", maxAsking "
                    + maxAsking + "; all must be at least 1");
        }
        if (firstPauseMs < 1 || mostPauseMs < firstPauseMs) {
            throw new IllegalArgumentException("firstPauseMs is " + firstPauseMs + ", mostPauseMs " + mostPauseMs
                    + "; they must be at least 1 and rise");
        }
    }

    public LegSettings withUpstream(Upstream other, int spares) {
        return new LegSettings(
                other, spares, maxLegs, maxViewers, maxAsking, lingerMs, mergeMs, firstPauseMs, mostPauseMs);
    }

    /** With other times: after the last viewer, and before a stream is asked for again. */
    public LegSettings withWaits(int newLingerMs, int newFirstPauseMs, int newMostPauseMs) {
        return new LegSettings(
                upstream,
                secondaryMasters,
                maxLegs,
                maxViewers,
                maxAsking,
                newLingerMs,
                mergeMs,
                newFirstPauseMs,
                newMostPauseMs);
    }

    public LegSettings withMergeMs(int ms) {
        return new LegSettings(
                upstream, secondaryMasters, maxLegs, maxViewers, maxAsking, lingerMs, ms, firstPauseMs, mostPauseMs);
    }
}
