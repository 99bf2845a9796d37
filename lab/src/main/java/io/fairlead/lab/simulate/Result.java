package io.fairlead.lab.simulate;

/**
 * What one run came to. Shares are 0–1, times ms.
 *
 * @param success of the requests that their users did not give up
 * @param goodput kilobytes a second of requests that succeeded
 * @param cut sessions whose exit went away before their time
 * @param cutExpected the same, as the true hazard of the exits that they were on lets expect: its mean is that of {@code cut}, and chance moves it less
 * @param displaced share of the requests of sessions that found no room on their exit, and went to another
 * @param rested share of the requests of sessions whose exit rested for the target, and which went to another
 * @param retriesPerSuccess tries after the first
 * @param overloaded share of the time that exits were up in which they ran more than they can
 * @param farOverloaded the same, by more than one request, which probes what it can
 * @param fairness Jain's index of the exits' load over their capacity
 * @param noExit share of requests for which no exit was to be had
 * @param refused share of tries that an exit refused because it was full
 * @param offCapacity by how much the capacity that was learnt is off the truth, mean of exits
 * @param divertS time from a network's outage until less than a quarter of its traffic goes there; NaN: none was seen
 * @param chooseNanos by the clock, of one choice: depends on the machine
 * @param ambiguous failures that had to be attributed
 * @param attributedRight of these; NaN: there were none
 * @param movedByOthers most by which faults of targets, networks and clients moved an exit's quality, points
 * @param digest of all choices in their order
 */
record Result(
        Setup setup,
        long requests,
        double success,
        double goodput,
        double connectP50,
        double connectP99,
        double connectP999,
        double firstByteP50,
        double firstByteP99,
        double firstByteP999,
        double cut,
        double cutExpected,
        double displaced,
        double rested,
        double retriesPerSuccess,
        double overloaded,
        double farOverloaded,
        double fairness,
        double blocked,
        double noExit,
        double refused,
        double offCapacity,
        double divertS,
        double chooseNanos,
        long ambiguous,
        double attributedRight,
        double movedByOthers,
        Calibration bySurvival,
        Calibration byHazard,
        long events,
        long digest) {}
