package io.fairlead.lab.simulate;

/**
 * One run.
 *
 * @param load demand, as a share of what the exits that are up at the beginning can do
 * @param stalenessS age of decisions when they reach the edges, s; infinite: none does
 */
record Setup(Scenario scenario, Policy policy, long seed, double load, double stalenessS) {

    /** The command that runs it again. */
    String replay() {
        return "fairlead simulate --scenario %s --policy %s --seed %d --load %s --staleness %s --exits %d --seconds %d"
                .formatted(
                        scenario.name(),
                        policy.word(),
                        seed,
                        Math.round(100 * load),
                        Double.isInfinite(stalenessS) ? "never" : String.valueOf(Math.round(stalenessS)),
                        scenario.exits(),
                        scenario.seconds());
    }
}
