package io.fairlead.lab.simulate;

import java.util.List;

/**
 * What goes on in a simulated world, besides users' requests. Times in s; 0 leaves a plague out.
 *
 * @param exits number of exits
 * @param seconds simulated time that is measured
 * @param churn exits come and go: length of sessions is Weibull, by pool type
 * @param antagonistEvery mean time between the bad phases of an exit, in which something else uses it
 * @param outageEvery mean time between the outages of a whole network
 * @param deadTargetEvery mean time between the outages of a target
 * @param blockEvery mean requests through one exit to one class of targets until that blocks it
 * @param flakyShare share of sessions of exits that fail much of what they are given, fast
 * @param slowShare share of sessions of exits that are slow
 * @param burst demand rises to twice the load for a tenth of the time
 */
public record Scenario(
        String name,
        int exits,
        int seconds,
        boolean churn,
        int antagonistEvery,
        int outageEvery,
        int deadTargetEvery,
        int blockEvery,
        double flakyShare,
        double slowShare,
        boolean burst) {

    /** All, by name. */
    public static final List<Scenario> ALL = List.of(
            new Scenario("steady", 60, 300, false, 0, 0, 0, 0, 0, 0, false),
            new Scenario("churn", 60, 300, true, 300, 200, 150, 3000, 0.08, 0.05, false),
            new Scenario("antagonist", 60, 300, false, 120, 0, 0, 0, 0, 0.1, false),
            new Scenario("outage", 60, 300, false, 0, 90, 0, 0, 0, 0, false),
            new Scenario("target", 60, 300, false, 0, 0, 60, 0, 0, 0, false),
            new Scenario("blocks", 60, 300, false, 0, 0, 0, 1000, 0, 0, false),
            new Scenario("flaky", 60, 300, true, 0, 0, 0, 0, 0.2, 0.1, false),
            new Scenario("burst", 60, 300, true, 300, 0, 0, 0, 0.05, 0.05, true));

    /** The scenario of this name. */
    public static Scenario of(String name) {
        return ALL.stream()
                .filter(each -> each.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no scenario is called " + name + "; there are "
                        + String.join(", ", ALL.stream().map(Scenario::name).toList())));
    }

    /** The same with other measures. */
    Scenario sized(int otherExits, int otherSeconds) {
        return new Scenario(
                name,
                otherExits,
                otherSeconds,
                churn,
                antagonistEvery,
                outageEvery,
                deadTargetEvery,
                blockEvery,
                flakyShare,
                slowShare,
                burst);
    }
}
