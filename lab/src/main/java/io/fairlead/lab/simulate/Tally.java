package io.fairlead.lab.simulate;

import org.HdrHistogram.Histogram;

/** What is counted while a run lasts. */
final class Tally {

    private static final long MOST_US = 120_000_000;

    long requests;
    long aborted;
    long succeeded;
    double goodKilobytes;
    long attempts;
    long retries;
    long noExit;
    long refused;
    long blocked;
    long sessions;
    long sessionsCut;
    long sessionRequests;
    double cutHazard;
    long displaced;
    long rested;
    long choices;
    long choosingNanos;
    final Histogram connectUs = new Histogram(MOST_US, 3);
    final Histogram firstByteUs = new Histogram(MOST_US, 3);

    /** Choices by network and second. */
    final int[][] choicesByNetwork;

    final Calibration bySurvival = new Calibration();
    final Calibration byHazard = new Calibration();

    Tally(int seconds) {
        choicesByNetwork = new int[World.NETWORKS + 1][seconds + 1];
    }
}
