package io.fairlead.lab.simulate.pools;

import io.fairlead.lab.simulate.Chance;
import io.fairlead.model.PoolType;
import io.fairlead.model.exit.Told;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.pool.ExitCondition;
import io.fairlead.model.quality.DisconnectionHistory;
import io.fairlead.model.survival.FleetSurvival;
import io.fairlead.model.survival.GroupSurvival;
import java.util.HashMap;
import java.util.Map;

/**
 * What the job of scores would tell of exits: a quality that follows the truth late and with noise, and the chance to stay, by the model's own survival, which it learns
 * from what it sees. Requests themselves are not simulated: days of them would take days.
 */
final class Scores {

    /** Each exit is measured so often. */
    static final long MEASURE_MS = 60_000;

    static final long FIT_MS = 600_000;

    private static final QualityPolicy POLICY = QualityPolicy.defaults();
    private static final double NEWEST = 0.4;
    private static final double NOISE = 0.06;
    private static final double UNKNOWN = 0.6;
    private static final double REFRESH_SHARE = 0.25;

    private record Group(PoolType type, int network) {}

    private static final class Known {
        final Chance noise;
        final DisconnectionHistory history = new DisconnectionHistory();
        double quality = UNKNOWN;
        double told = -1;
        long toldAtMs;
        double stays = 1;
        long watchedUntilMs;

        Known(Chance noise) {
            this.noise = noise;
        }
    }

    private final PoolWorld world;
    private final long seed;
    private final FleetSurvival survival = new FleetSurvival();
    private final Map<Group, GroupSurvival> groups = new HashMap<>();
    private final Map<PoolExit, Known> known = new HashMap<>();

    Scores(PoolWorld world, long seed) {
        this.world = world;
        this.seed = seed;
    }

    void online(PoolExit exit, long nowMs) {
        known(exit).watchedUntilMs = nowMs;
    }

    void offline(PoolExit exit, boolean dropped, long nowMs) {
        watch(exit, dropped, nowMs);
        if (dropped) {
            known(exit).history.disconnected(nowMs);
        }
    }

    void fit() {
        survival.fit();
        groups.clear();
    }

    /** Measures an exit that is believed to be online; whether that is worth telling. */
    boolean measure(PoolExit exit, long nowMs) {
        watch(exit, false, nowMs);
        Known one = known(exit);
        double seen = world.serves(exit) + NOISE * one.noise.random().nextGaussian();
        one.quality += NEWEST * (Math.max(0, Math.min(1, seen)) - one.quality);
        one.stays = stay(exit, nowMs, POLICY.disconnectHorizonMs());
        double change = Math.abs(100 * one.quality * one.stays - one.told);
        return change >= POLICY.tellPoints()
                || (nowMs - one.toldAtMs >= Told.REFRESH_MS && change > REFRESH_SHARE * POLICY.tellPoints());
    }

    /** What is told of it now. */
    ExitCondition tell(PoolExit exit, long nowMs) {
        Known one = known(exit);
        long soonMs = POLICY.disconnectHorizonMs();
        one.stays = stay(exit, nowMs, soonMs);
        one.told = 100 * one.quality * one.stays;
        one.toldAtMs = nowMs;
        return new ExitCondition(exit.seen, one.told, Map.of(), Map.of(), 0, exit.capacity)
                .staying(soonMs, one.stays, PoolWorld.HOUR_MS, stay(exit, nowMs, PoolWorld.HOUR_MS));
    }

    /** What is true of an exit that is believed to be online, whoever measures it. */
    ExitCondition truth(PoolExit exit, long nowMs) {
        long soonMs = POLICY.disconnectHorizonMs();
        double stays = Oracle.stay(exit, nowMs, (double) soonMs);
        double quality = 100 * world.quality(exit) * stays;
        return new ExitCondition(exit.seen, quality, Map.of(), Map.of(), 0, exit.capacity)
                .staying(soonMs, stays, PoolWorld.HOUR_MS, Oracle.stay(exit, nowMs, (double) PoolWorld.HOUR_MS));
    }

    private double stay(PoolExit exit, long nowMs, long horizonMs) {
        GroupSurvival group = groups.computeIfAbsent(
                new Group(exit.type(), exit.network), g -> survival.group(g.type, (long) g.network));
        DisconnectionHistory history = known(exit).history;
        if (!group.speaks()) {
            double perHour = DisconnectionHistory.lambdaPerHour(
                    history.disconnections(nowMs, POLICY.disconnectWindowMs()),
                    history.hoursOnline(nowMs, POLICY.disconnectWindowMs()),
                    POLICY.disconnectPriorCount(),
                    POLICY.disconnectPriorHours());
            return 1 - DisconnectionHistory.probability(perHour, (double) horizonMs);
        }
        return 1
                - group.disconnect(
                        new GroupSurvival.Past(
                                Math.max(0, nowMs - exit.upSinceMs),
                                history.disconnections(nowMs, POLICY.disconnectWindowMs()),
                                history.hoursOnline(nowMs, POLICY.disconnectWindowMs())),
                        nowMs,
                        horizonMs);
    }

    private void watch(PoolExit exit, boolean ended, long nowMs) {
        Known one = known(exit);
        survival.watched(exit.type(), exit.network, exit.upSinceMs, one.watchedUntilMs, nowMs, ended);
        one.history.online(one.watchedUntilMs, nowMs);
        one.watchedUntilMs = nowMs;
    }

    private Known known(PoolExit exit) {
        return known.computeIfAbsent(exit, e -> new Known(new Chance(seed, 31, e.number)));
    }
}
