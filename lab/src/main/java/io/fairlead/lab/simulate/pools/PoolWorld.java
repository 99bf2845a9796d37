package io.fairlead.lab.simulate.pools;

import io.fairlead.lab.simulate.Chance;
import io.fairlead.lab.simulate.Timeline;
import java.util.ArrayList;
import java.util.List;

/**
 * Exits, networks and users' demand as they really are over days, and what becomes of them: sessions by Weibull laws, homes that sleep, networks that fail at once or get
 * worse slowly, exits that ail, owners that withdraw their consent, waves of demand. Its chance does not depend on how anybody keeps pools.
 */
final class PoolWorld {

    static final long HOUR_MS = 3_600_000;
    static final long DAY_MS = 24 * HOUR_MS;

    /** A dead link is noticed by silence. */
    private static final double NOTICE_MS = 10_000;

    private static final double SILENT_SHARE = 0.3;
    private static final double ANNOUNCED_SHARE = 0.15;
    private static final double RECONNECT_MS = 60_000;
    private static final double OUTAGE_EVERY_HOURS = 3;
    private static final double DECAY_EVERY_HOURS = 2;
    private static final double AILING_EVERY_HOURS = 40;
    private static final double WITHDRAWN_EVERY_HOURS = 6;
    private static final double OWNER_TAKES = 0.15;

    /** Who hears of exits as edges do. */
    interface Watch {
        void online(PoolExit exit);

        /** @param dropped unannounced */
        void offline(PoolExit exit, boolean dropped);

        /** Consent was given or withdrawn. */
        void consent(PoolExit exit);
    }

    /** A course that falls for a time, stays, and rises again. */
    private record Decay(double fromMs, double fallMs, double stayMs, double riseMs, double depth) {
        double at(double nowMs) {
            double t = nowMs - fromMs;
            if (t < fallMs) {
                return depth * Math.max(0, t / fallMs);
            }
            if (t < fallMs + stayMs) {
                return depth;
            }
            return depth * Math.max(0, 1 - (t - fallMs - stayMs) / riseMs);
        }

        boolean over(double nowMs) {
            return nowMs > fromMs + fallMs + stayMs + riseMs;
        }
    }

    final List<PoolExit> exits = new ArrayList<>();
    private final boolean[] out = new boolean[PoolExit.NETWORKS + 1];
    private final Decay[] decays = new Decay[PoolExit.NETWORKS + 1];
    private final double[] decayed = new double[PoolExit.NETWORKS + 1];
    private final Decay[] ails;
    private final Timeline timeline;
    private final Watch watch;
    private final long seed;

    PoolWorld(int exits, long seed, Timeline timeline, Watch watch) {
        this.seed = seed;
        this.timeline = timeline;
        this.watch = watch;
        for (int i = 0; i < exits; i++) {
            this.exits.add(new PoolExit(i, new Chance(seed, 11, i)));
        }
        ails = new Decay[exits];
    }

    void begin() {
        for (PoolExit exit : exits) {
            Chance chance = new Chance(seed, 12, exit.number);
            double firstMs = chance.share() * exit.kind.awayS() * 1_000;
            timeline.after(firstMs, () -> up(exit, chance));
            Chance ailing = new Chance(seed, 13, exit.number);
            timeline.after(HOUR_MS * ailing.exponential(AILING_EVERY_HOURS), () -> ail(exit, ailing));
        }
        Chance outages = new Chance(seed, 14, 0);
        timeline.after(HOUR_MS * outages.exponential(OUTAGE_EVERY_HOURS), () -> outage(outages));
        Chance slow = new Chance(seed, 15, 0);
        timeline.after(HOUR_MS * slow.exponential(DECAY_EVERY_HOURS), () -> decay(slow));
        Chance withdrawn = new Chance(seed, 16, 0);
        timeline.after(HOUR_MS * withdrawn.exponential(WITHDRAWN_EVERY_HOURS), () -> withdraw(withdrawn));
    }

    /** Slow courses go on. */
    void drift() {
        double nowMs = timeline.nowMs();
        for (int network = 0; network < decays.length; network++) {
            Decay decay = decays[network];
            decayed[network] = decay == null ? 0 : decay.at(nowMs);
            decays[network] = decay == null || decay.over(nowMs) ? null : decay;
        }
        for (PoolExit exit : exits) {
            Decay ail = ails[exit.number];
            exit.ailing = ail == null ? 0 : ail.at(nowMs);
            ails[exit.number] = ail == null || ail.over(nowMs) ? null : ail;
        }
    }

    /** Share of requests through an exit that are served well now, if its link works. */
    double quality(PoolExit exit) {
        double owner = exit.ownerActive(hour(timeline.nowMs())) ? OWNER_TAKES : 0;
        return exit.soundness * (1 - decayed[exit.network]) * (1 - exit.ailing) * (1 - owner);
    }

    /** What users really get of it now: nothing through a dead link. */
    double serves(PoolExit exit) {
        return exit.up ? quality(exit) : 0;
    }

    static int hour(long atMs) {
        return (int) (Math.floorDiv(atMs, HOUR_MS) % 24);
    }

    /** Depth of the night, 0–1: greatest at 3 h UTC. */
    static double night(double atMs) {
        double hours = atMs / HOUR_MS % 24;
        return Math.max(0, Math.cos(2 * Math.PI * (hours - 3) / 24));
    }

    /** Mean of the time away of one that leaves now, ms. */
    static double awayMs(PoolExit exit, double nowMs) {
        return exit.kind.awayS() * 1_000 * (exit.sleeps() ? 1 + 15 * night(nowMs) : 1);
    }

    /** By how much its hazard is greater than its law's. */
    static double tide(PoolExit exit, double nowMs) {
        return exit.sleeps() ? 1 + night(nowMs) : 1;
    }

    private void up(PoolExit exit, Chance chance) {
        if (out[exit.network]) {
            timeline.after(RECONNECT_MS * (1 + chance.share()), () -> up(exit, chance));
            return;
        }
        exit.up = true;
        exit.seen = true;
        exit.upSinceMs = timeline.nowMs();
        int session = ++exit.session;
        watch.online(exit);
        double lives = exit.kind.sessions().quantileMs(chance.share()) / tide(exit, (double) timeline.nowMs());
        timeline.after(Math.max(1_000, lives), () -> {
            if (exit.session == session && exit.up) {
                down(exit, chance);
            }
        });
    }

    private void down(PoolExit exit, Chance chance) {
        double how = chance.share();
        double awayMs = chance.exponential(awayMs(exit, (double) timeline.nowMs()));
        exit.up = false;
        if (how < SILENT_SHARE) {
            timeline.after(NOTICE_MS, () -> gone(exit, true, awayMs, chance));
        } else {
            gone(exit, how >= SILENT_SHARE + ANNOUNCED_SHARE, awayMs, chance);
        }
    }

    private void gone(PoolExit exit, boolean dropped, double awayMs, Chance chance) {
        exit.seen = false;
        watch.offline(exit, dropped);
        timeline.after(awayMs, () -> up(exit, chance));
    }

    private void outage(Chance chance) {
        int network = 1 + chance.below(PoolExit.NETWORKS);
        out[network] = true;
        for (PoolExit exit : exits) {
            if (exit.network == network && exit.up) {
                exit.up = false;
                Chance back = new Chance(seed, 17, timeline.nowMs() + exit.number);
                timeline.after(NOTICE_MS * (0.5 + chance.share() / 2), () -> gone(exit, true, RECONNECT_MS, back));
            }
        }
        timeline.after(60_000 * chance.between(10, 40), () -> out[network] = false);
        timeline.after(HOUR_MS * (0.7 + chance.exponential(OUTAGE_EVERY_HOURS)), () -> outage(chance));
    }

    private void decay(Chance chance) {
        int network = 1 + chance.below(PoolExit.NETWORKS);
        decays[network] = new Decay(
                timeline.nowMs(),
                60_000 * chance.between(20, 90),
                60_000 * chance.between(20, 120),
                60_000 * chance.between(5, 30),
                chance.between(0.3, 0.9));
        timeline.after(HOUR_MS * chance.exponential(DECAY_EVERY_HOURS), () -> decay(chance));
    }

    private void ail(PoolExit exit, Chance chance) {
        ails[exit.number] = new Decay(
                timeline.nowMs(),
                60_000 * chance.between(2, 40),
                60_000 * chance.between(10, 120),
                60_000 * chance.between(2, 20),
                chance.between(0.3, 1));
        timeline.after(HOUR_MS * (4 + chance.exponential(AILING_EVERY_HOURS)), () -> ail(exit, chance));
    }

    private void withdraw(Chance chance) {
        PoolExit exit = exits.get(chance.below(exits.size()));
        exit.consent = false;
        watch.consent(exit);
        timeline.after(60_000 * chance.between(30, 240), () -> {
            exit.consent = true;
            watch.consent(exit);
        });
        timeline.after(HOUR_MS * chance.exponential(WITHDRAWN_EVERY_HOURS), () -> withdraw(chance));
    }
}
