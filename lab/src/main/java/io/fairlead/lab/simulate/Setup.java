package io.fairlead.lab.simulate;

/**
 * One run.
 *
 * @param load demand, as a share of what the exits that are up at the beginning can do
 * @param stalenessS age of decisions when they reach the edges, s; infinite: none does
 * @param planeDownS from when measuring begins, decisions and heartbeats of jobs stay away for so long, s: Kafka or Flink
 *     is down
 */
record Setup(Scenario scenario, Policy policy, long seed, double load, double stalenessS, int planeDownS) {

    /** One with jobs that run throughout. */
    Setup(Scenario scenario, Policy policy, long seed, double load, double stalenessS) {
        this(scenario, policy, seed, load, stalenessS, 0);
    }

    /** What is the same in the runs of several policies and seeds. */
    String title() {
        String age = Double.isInfinite(stalenessS) ? "no decisions" : "decisions " + Math.round(stalenessS) + " s old";
        String down = planeDownS == 0 ? "" : ", none in the first " + planeDownS + " s";
        return "%s, load %d %%, %s%s".formatted(scenario.name(), Math.round(100 * load), age, down);
    }

    /** The command that runs it again. */
    String replay() {
        return "fairlead simulate --scenario %s --policy %s --seed %d --load %s --staleness %s --exits %d --seconds %d%s"
                .formatted(
                        scenario.name(),
                        policy.word(),
                        seed,
                        Math.round(100 * load),
                        Double.isInfinite(stalenessS) ? "never" : String.valueOf(Math.round(stalenessS)),
                        scenario.exits(),
                        scenario.seconds(),
                        planeDownS == 0 ? "" : " --plane-down " + planeDownS);
    }
}
