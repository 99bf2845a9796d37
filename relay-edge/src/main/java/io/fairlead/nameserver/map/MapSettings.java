package io.fairlead.nameserver.map;

/**
 * How groups are watched.
 *
 * @param silenceMs an edge that was heard and has been silent for so long is down
 * @param probeIntervalMs between two probes of an address
 * @param probeTimeoutMs of one probe
 * @param probesAlike so many probes in a row must end alike to change what is thought of an address
 * @param checkMs how often groups are judged
 * @param shedFromShare of a group's capacity from which on it sheds, where the map job says nothing
 * @param maxEntries of the map; those beyond are not applied
 * @param maxEdges that are remembered
 */
public record MapSettings(
        int silenceMs,
        int probeIntervalMs,
        int probeTimeoutMs,
        int probesAlike,
        int checkMs,
        double shedFromShare,
        int maxEntries,
        int maxEdges) {

    /** What counts where nothing else is said: a group that fails is out within 2 s. */
    public static final MapSettings DEFAULTS = new MapSettings(1_600, 500, 500, 2, 200, 0.85, 2_000_000, 100_000);

    public MapSettings {
        within("silenceMs", silenceMs, 100, 600_000);
        within("probeIntervalMs", probeIntervalMs, 50, 600_000);
        within("probeTimeoutMs", probeTimeoutMs, 50, 600_000);
        within("probesAlike", probesAlike, 1, 100);
        within("checkMs", checkMs, 10, 10_000);
        within("maxEntries", maxEntries, 1, 100_000_000);
        within("maxEdges", maxEdges, 1, 10_000_000);
        if (!(shedFromShare > 0 && shedFromShare <= 1)) {
            throw new IllegalArgumentException("shedFromShare is " + shedFromShare + " but must be over 0, at most 1");
        }
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + " but must be " + least + " to " + most);
        }
    }
}
