package io.fairlead.lab.simulate.pools;

import io.fairlead.lab.simulate.Timeline;
import io.fairlead.model.pool.ExitCondition;
import io.fairlead.model.pool.PoolDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One world in which the same pools are kept in three ways at once. All are told the same at the same time; what they decide is with the edges a moment later. Every second the
 * truth is looked at: what a user gets who is given any member. After every decision, what must never happen is looked for.
 */
final class PoolRun {

    private static final long LOOK_MS = 200;
    private static final long APPLY_MS = 700;
    private static final long SECOND_MS = 1_000;
    private static final long MINUTE_MS = 60_000;
    private static final int GROUPS = 3;

    /** One way of keeping pools, with what its edges know. */
    private final class Side implements PoolKeeper.Edges {
        final PoolKeeper keeper;
        final Map<String, Map<String, PoolExit>> members = new LinkedHashMap<>();
        final Map<String, Set<String>> known = new HashMap<>();
        final Map<String, PoolGrade> grades = new LinkedHashMap<>();
        final Map<String, Long> joinedBefore = new HashMap<>();

        Side(PoolKeeper keeper) {
            this.keeper = keeper;
            for (PoolDefinition pool : definitions) {
                members.put(pool.id(), new LinkedHashMap<>());
                grades.put(pool.id(), new PoolGrade(pool));
                keeper.define(pool);
            }
        }

        @Override
        public void told(String exitId, Set<String> pools) {
            digest = 31 * digest + exitId.hashCode() + pools.hashCode();
            timeline.after(APPLY_MS, () -> apply(exitId, pools));
        }

        private void apply(String exitId, Set<String> pools) {
            PoolExit exit = byId(exitId);
            for (String pool : known.getOrDefault(exitId, Set.of())) {
                of(pool).remove(exitId);
            }
            known.put(exitId, pools);
            for (String pool : pools) {
                of(pool).put(exitId, exit);
            }
            boolean alone = definitions.stream().anyMatch(pool -> pool.exclusive() && pools.contains(pool.id()));
            if (alone && pools.size() > 1) {
                broken(exitId + " is in " + pools + ", one of which is exclusive");
            }
        }

        private Map<String, PoolExit> of(String pool) {
            return members.computeIfAbsent(pool, id -> new LinkedHashMap<>());
        }

        void grade(boolean counts) {
            grades.forEach((pool, grade) -> grade.second(of(pool).values(), world, timeline.nowMs(), counts));
        }
    }

    private final PoolSetup setup;
    private final List<PoolDefinition> definitions;
    private final Timeline timeline = new Timeline();
    private final PoolWorld world;
    private final Scores scores;
    private final Map<String, PoolExit> byId = new HashMap<>();
    private final Map<PoolResult.Way, Side> sides = new EnumMap<>(PoolResult.Way.class);
    private final CuratedPools curated;
    private final Forecasts forecasts;
    private final Map<String, Long> withdrawnMs = new HashMap<>();
    private long digest;
    private long looks;

    private PoolRun(PoolSetup setup) {
        this.setup = setup;
        definitions = setup.pools();
        world = new PoolWorld(setup.exits(), setup.seed(), timeline, new Told());
        scores = new Scores(world, setup.seed());
        curated = new CuratedPools(timeline.nowMs(), this::broken);
        sides.put(PoolResult.Way.FIXED, new Side(new PlainPools(false)));
        sides.put(PoolResult.Way.REACTING, new Side(new PlainPools(true)));
        sides.put(PoolResult.Way.CURATED, new Side(curated));
        sides.put(PoolResult.Way.ORACLE, new Side(new CuratedPools(timeline.nowMs(), this::broken)));
        world.exits.forEach(exit -> byId.put(exit.id, exit));
        forecasts = new Forecasts(setup, demands(), countsFromMs());
    }

    /** Runs a world to its end. */
    static PoolResult run(PoolSetup setup) {
        return new PoolRun(setup).run();
    }

    private final class Told implements PoolWorld.Watch {
        @Override
        public void online(PoolExit exit) {
            scores.online(exit, timeline.nowMs());
            sides.values().forEach(side -> side.keeper.profile(exit));
            condition(exit);
        }

        @Override
        public void offline(PoolExit exit, boolean dropped) {
            scores.offline(exit, dropped, timeline.nowMs());
            condition(exit);
        }

        @Override
        public void consent(PoolExit exit) {
            if (exit.consent) {
                withdrawnMs.remove(exit.id);
            } else {
                withdrawnMs.put(exit.id, timeline.nowMs());
            }
            sides.values().forEach(side -> side.keeper.consent(exit));
        }
    }

    private PoolResult run() {
        world.begin();
        long endMs = countsFromMs() + setup.hours() * PoolWorld.HOUR_MS;
        for (long nowMs = timeline.nowMs(); nowMs < endMs; nowMs += LOOK_MS) {
            timeline.runUntil((nowMs - Timeline.EPOCH_MS) * 1_000, () -> {});
            regular(nowMs);
            for (Side side : sides.values()) {
                side.keeper.look(nowMs, side);
                looks++;
            }
            if (nowMs == countsFromMs()) {
                sides.values()
                        .forEach(side -> definitions.forEach(
                                pool -> side.joinedBefore.put(pool.id(), side.keeper.joined(pool.id()))));
            }
        }
        Map<PoolResult.Way, PoolResult.Kept> kept = new EnumMap<>(PoolResult.Way.class);
        sides.forEach((way, side) -> kept.put(way, kept(side)));
        return new PoolResult(setup, kept, forecasts.result(endMs), looks, digest);
    }

    /** What happens by the clock. */
    private void regular(long nowMs) {
        if (nowMs % (Scores.MEASURE_MS / GROUPS) == 0) {
            measure(nowMs, (int) (nowMs / (Scores.MEASURE_MS / GROUPS) % GROUPS));
        }
        if (nowMs % Scores.FIT_MS == 0) {
            scores.fit();
        }
        if (nowMs % SECOND_MS == 0) {
            boolean counts = nowMs > countsFromMs();
            sides.values().forEach(side -> side.grade(counts));
            withdrawnMs.forEach((exit, sinceMs) -> {
                if (nowMs - sinceMs > 2 * SECOND_MS) {
                    sides.values().forEach(side -> notIn(side, exit));
                }
            });
        }
        if (nowMs % MINUTE_MS == 0) {
            minute(nowMs);
        }
    }

    private void notIn(Side side, String exit) {
        if (!side.known.getOrDefault(exit, Set.of()).isEmpty()) {
            broken(exit + " has no consent and is in " + side.known.get(exit));
        }
    }

    private void measure(long nowMs, int group) {
        world.drift();
        for (PoolExit exit : world.exits) {
            if (exit.seen && exit.number % GROUPS == group) {
                if (scores.measure(exit, nowMs)) {
                    condition(exit);
                } else {
                    foreknown(exit);
                }
            }
        }
    }

    private void minute(long nowMs) {
        for (PoolExit exit : world.exits) {
            if (exit.seen) {
                boolean active = exit.ownerActive(PoolWorld.hour(nowMs));
                sides.values().forEach(side -> side.keeper.heartbeat(exit, active, nowMs));
            }
        }
        Side ours = side(PoolResult.Way.CURATED);
        Map<String, Collection<PoolExit>> members = new HashMap<>();
        Map<String, Double> success = new HashMap<>();
        ours.members.forEach((pool, each) -> {
            members.put(pool, each.values());
            success.put(pool, PoolGrade.truth(each.values(), world));
        });
        forecasts.minute(curated.curator(), members, world.exits, success, nowMs);
    }

    private void condition(PoolExit exit) {
        long nowMs = timeline.nowMs();
        ExitCondition told = exit.seen ? scores.tell(exit, nowMs) : ExitCondition.UNKNOWN;
        sides.forEach((way, side) -> {
            if (way != PoolResult.Way.ORACLE) {
                side.keeper.condition(exit, told, nowMs);
            }
        });
        foreknown(exit);
    }

    private void foreknown(PoolExit exit) {
        long nowMs = timeline.nowMs();
        side(PoolResult.Way.ORACLE)
                .keeper
                .condition(exit, exit.seen ? scores.truth(exit, nowMs) : ExitCondition.UNKNOWN, nowMs);
    }

    private PoolResult.Kept kept(Side side) {
        Map<String, Double> byPool = new LinkedHashMap<>();
        side.grades.forEach((pool, grade) -> byPool.put(pool, grade.below()));
        Map<PoolGrade.Cause, Long> causes = new EnumMap<>(PoolGrade.Cause.class);
        side.grades.values().forEach(grade -> grade.causes().forEach((cause, s) -> causes.merge(cause, s, Long::sum)));
        double changes = 0;
        for (PoolDefinition pool : definitions) {
            changes += side.keeper.joined(pool.id()) - side.joinedBefore.getOrDefault(pool.id(), 0L);
        }
        Collection<PoolGrade> grades = side.grades.values();
        return new PoolResult.Kept(
                grades.stream().mapToDouble(PoolGrade::below).average().orElse(Double.NaN),
                byPool,
                causes,
                grades.stream().mapToDouble(PoolGrade::health).average().orElse(Double.NaN),
                24 * changes / definitions.size() / setup.hours(),
                grades.stream()
                        .mapToDouble(PoolGrade::repairS)
                        .filter(each -> !Double.isNaN(each))
                        .average()
                        .orElse(Double.NaN));
    }

    private Map<String, Demand> demands() {
        Map<String, Demand> demands = new HashMap<>();
        List<PoolExit> asked = new ArrayList<>();
        for (PoolDefinition pool : definitions) {
            asked.clear();
            world.exits.stream().filter(exit -> PoolSetup.asksFor(pool, exit)).forEach(asked::add);
            double mean =
                    asked.stream().mapToInt(exit -> exit.capacity).average().orElse(1);
            demands.put(
                    pool.id(),
                    new Demand(
                            mean * pool.wantedMembers(),
                            setup.seed(),
                            demands.size(),
                            Timeline.EPOCH_MS,
                            countsFromMs() + (double) setup.hours() * PoolWorld.HOUR_MS));
        }
        return demands;
    }

    private long countsFromMs() {
        return Timeline.EPOCH_MS + setup.warmHours() * PoolWorld.HOUR_MS;
    }

    private Side side(PoolResult.Way way) {
        Side side = sides.get(way);
        if (side == null) {
            throw new IllegalStateException("no pools are kept in the way " + way);
        }
        return side;
    }

    private PoolExit byId(String exitId) {
        PoolExit exit = byId.get(exitId);
        if (exit == null) {
            throw new IllegalStateException("there is no exit " + exitId + " in this world");
        }
        return exit;
    }

    private void broken(String what) {
        throw new PoolBroken(setup, timeline.nowMs() - Timeline.EPOCH_MS, what);
    }
}
