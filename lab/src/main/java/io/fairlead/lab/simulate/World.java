package io.fairlead.lab.simulate;

import java.util.ArrayList;
import java.util.List;

/** Exits, networks and targets as they really are, and what becomes of them. Its chance does not depend on what anybody chooses. */
final class World {

    static final int NETWORKS = 12;
    static final int CLASSES = 4;
    static final int TARGETS_PER_CLASS = 5;
    static final String POOL = "main";
    static final String OTHER_POOL = "other";
    static final String[] TENANTS = {"acme", "bravo"};

    /** Exits come and go this long before it counts, so that ages and histories are as in a fleet that lives. */
    static final long HISTORY_US = 7_200_000_000L;

    private static final double SILENT_SHARE = 0.3;
    /** Of the ends of sessions. */
    static final double ANNOUNCED_SHARE = 0.15;

    private static final double NOTICE_MS = 10_000;
    private static final double US = 1e6;
    private static final double WAVE_S = 240;

    /** Who hears of exits that come and go, as edges see it. */
    interface Watch {
        void online(SimulatedExit exit);

        /** @param dropped unannounced */
        void offline(SimulatedExit exit, boolean dropped);

        /** The link is dead or gone: what runs through it is lost. */
        void cut(SimulatedExit exit);
    }

    final List<SimulatedExit> exits = new ArrayList<>();
    final boolean[] networkOut = new boolean[NETWORKS + 1];
    final boolean[] targetDead = new boolean[CLASSES * TARGETS_PER_CLASS];

    /** Outages of networks that began while it counted: network and time, s. */
    final List<long[]> outages = new ArrayList<>();

    private final Scenario scenario;
    private final Timeline timeline;
    private final Watch watch;
    private final long seed;

    World(Scenario scenario, long seed, Timeline timeline, Watch watch) {
        this.scenario = scenario;
        this.seed = seed;
        this.timeline = timeline;
        this.watch = watch;
        for (int i = 0; i < scenario.exits(); i++) {
            exits.add(new SimulatedExit(i, new Chance(seed, 1, i)));
        }
    }

    /** Plans what happens by itself, from before the beginning. */
    void begin() {
        for (SimulatedExit exit : exits) {
            Chance chance = new Chance(seed, 2, exit.number);
            double firstMs = scenario.churn() ? chance.share() * exit.kind.awayS() * 1_000 : 0;
            timeline.at(timeline.nowUs() + (long) (firstMs * 1_000), () -> up(exit, chance));
            if (scenario.antagonistEvery() > 0) {
                Chance moods = new Chance(seed, 3, exit.number);
                timeline.at((long) (US * moods.exponential(scenario.antagonistEvery())), () -> antagonize(exit, moods));
            }
        }
        if (scenario.outageEvery() > 0) {
            Chance chance = new Chance(seed, 4, 0);
            timeline.at((long) (US * chance.exponential(scenario.outageEvery())), () -> outage(chance));
        }
        if (scenario.deadTargetEvery() > 0) {
            Chance chance = new Chance(seed, 5, 0);
            timeline.at((long) (US * chance.exponential(scenario.deadTargetEvery())), () -> deadTarget(chance));
        }
    }

    /** What all exits that everybody may use could do together, mean of the measured time: lives a world without users for it. */
    static double requestsPerSecond(Scenario scenario, long seed, double meanKilobytes) {
        Timeline timeline = new Timeline();
        timeline.startAt(-HISTORY_US);
        World world = new World(scenario, seed, timeline, new Watch() {
            @Override
            public void online(SimulatedExit exit) {}

            @Override
            public void offline(SimulatedExit exit, boolean dropped) {}

            @Override
            public void cut(SimulatedExit exit) {}
        });
        world.begin();
        double[] sum = {0};
        for (int second = 0; second < scenario.seconds(); second++) {
            timeline.at(second * 1_000_000L, () -> sum[0] += world.requestsPerSecondNow(meanKilobytes));
        }
        timeline.runUntil(scenario.seconds() * 1_000_000L, () -> {});
        return sum[0] / scenario.seconds();
    }

    private double requestsPerSecondNow(double meanKilobytes) {
        double perSecond = 0;
        for (SimulatedExit exit : exits) {
            if (exit.online && !exit.silent && !networkOut[exit.asn] && exit.isFor(TENANTS[0], POOL)) {
                double takes = exit.rttNowMs() * 3e-3
                        + 0.15
                        + meanKilobytes / exit.kilobytesPerSecond * exit.slowness * exit.antagonist;
                perSecond += exit.capacityNow() / takes * (1 - exit.failing);
            }
        }
        return perSecond;
    }

    /** Demand rises and falls, 1 on average. */
    double wave(long nowUs) {
        double seconds = nowUs / US;
        double wave = 1 + 0.15 * Math.sin(2 * Math.PI * seconds / WAVE_S);
        boolean burst = scenario.burst() && seconds > 0.45 * scenario.seconds() && seconds < 0.55 * scenario.seconds();
        return burst ? 2 * wave : wave;
    }

    private void up(SimulatedExit exit, Chance chance) {
        exit.count(timeline.nowUs());
        exit.begin(timeline.nowUs(), scenario, chance);
        exit.online = true;
        watch.online(exit);
        if (scenario.churn()) {
            double lives = exit.kind.sessions().quantileMs(chance.share());
            // Homes sleep and wake: sessions that would end in a trough of the day end sooner.
            double tide = 1 + 0.3 * Math.sin(2 * Math.PI * timeline.nowUs() / US / WAVE_S);
            exit.tide = tide;
            timeline.after(Math.max(200, lives * tide), () -> down(exit, chance));
        }
    }

    private void down(SimulatedExit exit, Chance chance) {
        double how = chance.share();
        double awayMs = 1_000 * chance.exponential(exit.kind.awayS());
        if (how < SILENT_SHARE) {
            exit.silent = true;
            timeline.after(NOTICE_MS, () -> gone(exit, true, awayMs, chance));
        } else {
            gone(exit, how >= SILENT_SHARE + ANNOUNCED_SHARE, awayMs, chance);
        }
    }

    private void gone(SimulatedExit exit, boolean dropped, double awayMs, Chance chance) {
        exit.count(timeline.nowUs());
        exit.online = false;
        watch.offline(exit, dropped);
        watch.cut(exit);
        timeline.after(awayMs, () -> up(exit, chance));
    }

    private void antagonize(SimulatedExit exit, Chance chance) {
        exit.count(timeline.nowUs());
        boolean begins = exit.antagonist == 1;
        exit.antagonist = begins ? chance.between(3, 10) : 1;
        double next = chance.exponential(begins ? 30 : scenario.antagonistEvery());
        timeline.after(1_000 * next, () -> antagonize(exit, chance));
    }

    private void outage(Chance chance) {
        int network = 1 + chance.below(NETWORKS / 2); // the great ones
        networkOut[network] = true;
        outages.add(new long[] {network, timeline.nowUs() / 1_000_000});
        timeline.after(1_000 * chance.between(40, 80), () -> networkOut[network] = false);
        timeline.after(1_000 * (80 + chance.exponential(scenario.outageEvery())), () -> outage(chance));
    }

    private void deadTarget(Chance chance) {
        int target = chance.below(targetDead.length);
        targetDead[target] = true;
        timeline.after(1_000 * chance.between(30, 60), () -> targetDead[target] = false);
        timeline.after(1_000 * (60 + chance.exponential(scenario.deadTargetEvery())), () -> deadTarget(chance));
    }
}
