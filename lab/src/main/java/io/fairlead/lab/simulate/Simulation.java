package io.fairlead.lab.simulate;

import io.fairlead.model.attribution.Culprit;
import io.fairlead.model.exit.Verdict;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.schemas.decisions.ExitScore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run: exits, users, edges that choose, and a plane that decides, on one thread and under a clock of its own. The same setup gives the same run.
 * After every event the invariants of the architecture are looked at; one that does not hold ends the run with {@link Broken}.
 */
final class Simulation implements World.Watch {
    /*
     * Invariants, by their number in the architecture: (1) no edge runs more through an exit than the limit it was chosen under, and the table
     * counts what really runs; (2) no exit is chosen without consent, killed, or against its owner; (3) nor one of another pool; (7) no
     * decision counts where the job was never heard; (9) the same setup gives the same digest, which the tests hold it to. And what an
     * exit runs is the sum of what goes on through it.
     */

    static final int EDGES = 2;
    private static final double WARM_UP_S = 60;
    private static final double SESSION_SHARE = 0.2;
    private static final double SESSION_PAUSE_MS = 4_000;
    private static final double SESSION_MEDIAN_S = 60;
    private static final double MEAN_SESSION_REQUESTS = 18;
    private static final double MEDIAN_KILOBYTES = 300;
    private static final double MEAN_KILOBYTES = 495;
    private static final double ABORTED_SHARE = 0.02;
    private static final int MAX_ATTEMPTS = 3;
    private static final double RETRY_SHARE = 0.2;
    private static final double RETRIES_A_SECOND = 10;
    private static final double RETRIES_SAVED = 100;
    private static final double SHARES_EVERY_MS = 1_000;
    private static final long TURN_US = 15_000_000;
    private static final double TIMEOUT_MS = 10_000;
    private static final double SESSION_WAIT_MS = AttemptSettings.DEFAULTS.sessionWaitMs();
    private static final double LOOK_AGAIN_MS = 25;
    private static final double NETWORK_TIMEOUT_MS = 3_000;
    private static final double TO_THE_END_S = 15;
    private static final long HORIZON_MS = 60_000;
    private static final double US_PER_S = 1e6;

    private final Setup setup;
    private final Timeline timeline = new Timeline();
    private final World world;
    private final DecisionPlane plane;
    private final Chooser[] edges = new Chooser[EDGES];
    private final Tally tally;
    private final List<Set<Flight>> flights = new ArrayList<>();
    private final List<Set<Session>> sessions = new ArrayList<>();
    private final int[][] runningHere;
    private final boolean decided;
    private final Map<String, ExitScore> heldBack = new LinkedHashMap<>();
    private boolean planeDown;
    private @Nullable SimulatedExit touched;
    private double requestsPerSecond;
    private double retryBudget;
    private long numbers;
    private long digest = 1;

    private Simulation(Setup setup) {
        this.setup = setup;
        this.decided = !Double.isInfinite(setup.stalenessS());
        timeline.startAt(-World.HISTORY_US);
        world = new World(setup.scenario(), setup.seed(), timeline, this);
        plane = new DecisionPlane(timeline, 1_000 * setup.stalenessS(), this::decided);
        tally = new Tally(setup.scenario().seconds());
        runningHere = new int[EDGES][world.exits.size()];
        for (int i = 0; i < EDGES; i++) {
            edges[i] = setup.policy().onEdge(world, timeline, new Chance(setup.seed(), 20, i));
        }
        if (decided) {
            jobSilent(false);
        }
        world.exits.forEach(exit -> {
            flights.add(new LinkedHashSet<>());
            sessions.add(new LinkedHashSet<>());
        });
    }

    private void decided(ExitScore score) {
        if (planeDown) {
            heldBack.put(score.getExitId(), score);
            return;
        }
        for (Chooser edge : edges) {
            edge.decided(score);
        }
    }

    private void jobSilent(boolean silent) {
        for (Chooser edge : edges) {
            edge.jobSilent(silent);
        }
    }

    /** Jobs that come back have caught up with what edges had told meanwhile. */
    private void planeIsBack() {
        planeDown = false;
        jobSilent(false);
        heldBack.values().forEach(this::decided);
        heldBack.clear();
    }

    /** Runs it. */
    static Result run(Setup setup) {
        return new Simulation(setup).run();
    }

    private Result run() {
        world.begin();
        timeline.at(-World.HISTORY_US, () -> livePast(0));
        timeline.at(-2L * 60_000_000, this::tick);
        for (SimulatedExit exit : world.exits) {
            Chance chance = new Chance(setup.seed(), 21, exit.number);
            timeline.at((long) (-2 * 60 * US_PER_S * chance.share()), () -> heartbeat(exit, chance));
            timeline.at((long) (-2 * 60 * US_PER_S + US_PER_S * chance.share()), () -> tellShares(exit));
            Chance tests = new Chance(setup.seed(), 22, exit.number);
            timeline.at((long) (-2 * 60 * US_PER_S + 60 * US_PER_S * tests.share()), () -> benchmark(exit, tests));
        }
        timeline.at((long) (-WARM_UP_S * US_PER_S), this::users);
        timeline.at((long) (setup.scenario().seconds() * US_PER_S / 2), this::kill);
        if (decided && setup.planeDownS() > 0) {
            timeline.at(0, () -> planeDown = true);
            timeline.at(1_000 * QualityPolicy.defaults().jobSilenceMs(), () -> jobSilent(planeDown));
            timeline.at((long) (setup.planeDownS() * US_PER_S), this::planeIsBack);
        }
        long events = timeline.runUntil((long) (setup.scenario().seconds() * US_PER_S), this::check);
        world.exits.forEach(exit -> exit.count(timeline.nowUs()));
        sessions.forEach(held -> List.copyOf(held).forEach(Session::leave));
        return result(events);
    }

    // ---- what goes on by itself

    /** While the past is lived, edges and plane learn how long exits stay, and little else. */
    private void livePast(int minute) {
        for (SimulatedExit exit : world.exits) {
            if (exit.online && !exit.silent) {
                plane.heartbeat(exit, exit.rttNowMs());
            }
        }
        if (minute % 10 == 0) {
            plane.fit();
        }
        for (Chooser edge : edges) {
            edge.tick();
        }
        if (timeline.nowUs() < -3L * 60_000_000) {
            timeline.after(50_000, () -> livePast(minute + 1));
        }
    }

    private void tick() {
        retryBudget = Math.min(RETRIES_SAVED, retryBudget + RETRIES_A_SECOND);
        plane.tick();
        for (Chooser edge : edges) {
            edge.tick();
        }
        long second = Math.floorDiv(timeline.nowUs(), 1_000_000L);
        if (second >= 0 && second % 10 == 0) {
            predict();
        }
        if (second % 60 == 0) {
            plane.fit();
        }
        sweep();
        timeline.after(1_000, this::tick);
    }

    private void heartbeat(SimulatedExit exit, Chance chance) {
        if (exit.online && !exit.silent) {
            double pingMs = exit.rttNowMs() * chance.between(1, 1.2);
            plane.heartbeat(exit, pingMs);
            for (int i = 0; i < EDGES; i++) {
                edges[i].heartbeat(exit, pingMs, exit.running, runningHere[i][exit.number]);
            }
        }
        timeline.after(15_000 * chance.between(0.8, 1.2), () -> heartbeat(exit, chance));
    }

    /** What runs through the others, as its agent tells each edge when that changes. */
    private void tellShares(SimulatedExit exit) {
        if (exit.online && !exit.silent && exit.running != exit.runningTold) {
            exit.runningTold = exit.running;
            for (int i = 0; i < EDGES; i++) {
                Chooser edge = edges[i];
                int elsewhere = exit.running - runningHere[i][exit.number];
                int turn = (int) Math.floorMod(i + exit.number + timeline.nowUs() / TURN_US, (long) EDGES);
                timeline.after(exit.rttNowMs() / 2, () -> edge.shared(exit, elsewhere, EDGES, turn));
            }
        }
        timeline.after(SHARES_EVERY_MS, () -> tellShares(exit));
    }

    private void benchmark(SimulatedExit exit, Chance chance) {
        if (exit.online && !exit.silent) {
            int targetClass = chance.below(World.CLASSES);
            int target = targetClass * World.TARGETS_PER_CLASS + chance.below(World.TARGETS_PER_CLASS);
            Culprit truth =
                    world.networkOut[exit.asn] ? Culprit.ASN : world.targetDead[target] ? Culprit.TARGET : Culprit.EXIT;
            boolean carried = truth == Culprit.EXIT && !chance.happens(exit.failing);
            double connectMs = exit.rttNowMs() * 1.5 * exit.crowding() + 45;
            double totalMs = connectMs + exit.rttNowMs() * exit.crowding() + 80;
            plane.benchmarked(exit, targetClass, target, carried, truth, carried ? connectMs : 0, totalMs);
        }
        timeline.after(20_000 * chance.between(0.8, 1.2), () -> benchmark(exit, chance));
    }

    /** Two exits are taken out by the operator. */
    private void kill() {
        Chance chance = new Chance(setup.seed(), 23, 0);
        for (int i = 0; i < 2; i++) {
            SimulatedExit exit = world.exits.get(chance.below(world.exits.size()));
            exit.killed = true;
            for (Chooser edge : edges) {
                edge.killed(exit);
            }
        }
    }

    /** Says for each exit how likely it drops out within the horizon, and looks then whether it did. */
    private void predict() {
        if (timeline.nowUs() / 1_000 + HORIZON_MS > setup.scenario().seconds() * 1_000L
                || !setup.scenario().churn()) {
            return;
        }
        for (SimulatedExit exit : world.exits) {
            if (exit.online && !exit.silent) {
                double bySurvival = plane.disconnectTold(exit, HORIZON_MS);
                double byHazard = plane.disconnectByHazard(exit, HORIZON_MS);
                int life = exit.sessions;
                timeline.after((double) HORIZON_MS, () -> {
                    boolean left = exit.sessions != life || !exit.online;
                    if (!left || exit.lastDropped) { // one that announced itself is no disconnection
                        tally.bySurvival.add(bySurvival, left);
                        tally.byHazard.add(byHazard, left);
                    }
                });
            }
        }
    }

    @Override
    public void online(SimulatedExit exit) {
        touched = exit;
        plane.online(exit);
        for (Chooser edge : edges) {
            edge.online(exit);
        }
    }

    @Override
    public void offline(SimulatedExit exit, boolean dropped) {
        touched = exit;
        exit.lastDropped = dropped;
        plane.offline(exit, dropped);
        for (Chooser edge : edges) {
            edge.offline(exit, dropped);
        }
    }

    @Override
    public void cut(SimulatedExit exit) {
        List.copyOf(flights.get(exit.number)).forEach(Flight::cut);
        List.copyOf(sessions.get(exit.number)).forEach(Session::cut);
    }

    // ---- users

    /** Requests that begin later are made, and not counted: they may not come to their end. */
    private long lastUs() {
        return (long) (Math.max(1, setup.scenario().seconds() - TO_THE_END_S) * US_PER_S);
    }

    private void users() {
        requestsPerSecond = setup.load() * World.requestsPerSecond(setup.scenario(), setup.seed(), MEAN_KILOBYTES);
        single(new Chance(setup.seed(), 30, 0));
        session(new Chance(setup.seed(), 31, 0));
    }

    private void single(Chance chance) {
        new Flight(null, chance.below(10) == 0 ? 1 : 0).start();
        double rate = (1 - SESSION_SHARE) * requestsPerSecond * world.wave(timeline.nowUs());
        timeline.after(chance.exponential(1_000 / rate), () -> single(chance));
    }

    private void session(Chance chance) {
        new Session(chance.lognormal(SESSION_MEDIAN_S, 0.7), chance.share()).start();
        double rate = SESSION_SHARE * requestsPerSecond / MEAN_SESSION_REQUESTS * world.wave(timeline.nowUs());
        timeline.after(chance.exponential(1_000 / rate), () -> session(chance));
    }

    /** A user's session: keeps its exit as long as that stays. */
    private final class Session {
        private final Chance chance;
        private final long endsUs;
        private final int edge;
        private final boolean counts;
        private @Nullable SimulatedExit exit;
        private boolean wasCut;
        private long heldUs;

        Session(double seconds, double where) {
            chance = new Chance(setup.seed(), 32, numbers++);
            endsUs = timeline.nowUs() + (long) (Math.max(20, Math.min(240, seconds)) * US_PER_S);
            edge = (int) (where * EDGES);
            counts = timeline.nowUs() >= 0 && timeline.nowUs() < lastUs();
        }

        void start() {
            tally.sessions += counts ? 1 : 0;
            request();
        }

        private void request() {
            if (timeline.nowUs() >= endsUs) {
                leave();
                return;
            }
            tally.sessionRequests += counts ? 1 : 0;
            new Flight(this, 0).start();
            timeline.after(chance.exponential(SESSION_PAUSE_MS), this::request);
        }

        long leftMs() {
            return Math.max(1_000, (endsUs - timeline.nowUs()) / 1_000);
        }

        void hold(SimulatedExit chosen) {
            leave();
            exit = chosen;
            heldUs = timeline.nowUs();
            sessions.get(chosen.number).add(this);
        }

        void leave() {
            SimulatedExit held = exit;
            if (held != null) {
                sessions.get(held.number).remove(this);
                exit = null;
                if (counts && !wasCut && setup.scenario().churn()) {
                    tally.cutHazard += held.hazard(heldUs, Math.min(endsUs, timeline.nowUs()));
                }
            }
        }

        void cut() {
            leave();
            if (counts && !wasCut && timeline.nowUs() < endsUs) {
                tally.sessionsCut++;
                wasCut = true;
            }
        }
    }

    /** One request, through all its tries. */
    private final class Flight {
        private final long startUs = timeline.nowUs();
        private final boolean counts = startUs >= 0 && startUs < lastUs();
        private final @Nullable Session session;
        private final String tenant;
        private final Chance chance = new Chance(setup.seed(), 33, numbers++);
        private final int edge;
        private final int target = chance.below(World.CLASSES * World.TARGETS_PER_CLASS);
        private final double kilobytes = chance.lognormal(MEDIAN_KILOBYTES, 1);
        private final boolean aborts = chance.happens(ABORTED_SHARE);
        private final List<SimulatedExit> tried = new ArrayList<>(2);
        private final List<SimulatedExit> doubted = new ArrayList<>(2);
        private @Nullable Choice choice;
        private long triedUs;
        private double connectMs;
        private boolean answered;
        private int seeks;
        private @Nullable SimulatedExit awaited;
        private double waitedMs;

        Flight(@Nullable Session session, int tenant) {
            this.session = session;
            this.tenant = World.TENANTS[tenant];
            this.edge = session == null ? chance.below(EDGES) : session.edge;
        }

        void start() {
            if (counts) {
                tally.requests++;
                tally.aborted += aborts ? 1 : 0;
            }
            retryBudget = Math.min(RETRIES_SAVED, retryBudget + RETRY_SHARE);
            seek();
        }

        private void seek() {
            seeks++;
            Choice found = find();
            if (found == null && awaited != null) {
                timeline.after(LOOK_AGAIN_MS, this::seek);
                return;
            }
            if (found == null) {
                tally.noExit += counts ? 1 : 0;
                return;
            }
            choice = found;
            SimulatedExit exit = found.exit();
            requireRight(found);
            exit.count(timeline.nowUs());
            exit.running++;
            runningHere[edge][exit.number]++;
            flights.get(exit.number).add(this);
            touched = exit;
            triedUs = timeline.nowUs();
            digest = digest * 31 + exit.number + 1 + triedUs % 1_000_003;
            if (counts) {
                tally.attempts++;
                tally.choicesByNetwork[exit.asn][(int) Math.min(setup.scenario().seconds(), triedUs / 1_000_000)]++;
            }
            if (session != null && session.exit != exit) {
                session.hold(exit);
            }
            fly(exit);
        }

        private @Nullable Choice find() {
            Chooser chooser = edges[edge];
            int targetClass = target / World.TARGETS_PER_CLASS;
            long begun = System.nanoTime();
            Choice found = session == null ? null : ofSession(session, chooser, targetClass);
            if (found == null && awaited != null) {
                return null;
            }
            if (found == null) {
                long stayMs = session == null ? 0 : session.leftMs();
                found = chooser.choose(new Ask(tenant, World.POOL, targetClass, List.copyOf(tried), -1, stayMs));
            }
            tally.choosingNanos += System.nanoTime() - begun;
            tally.choices++;
            return found;
        }

        /** Of the exit that the session holds, for which it waits a little if that is full. */
        private @Nullable Choice ofSession(Session of, Chooser chooser, int targetClass) {
            SimulatedExit held = of.exit;
            Choice found = held == null || tried.contains(held)
                    ? null
                    : chooser.choose(new Ask(tenant, World.POOL, targetClass, tried, held.number, 0));
            boolean full = held != null && !tried.contains(held) && found == null && chooser.isFull();
            boolean waits = full && waitedMs < SESSION_WAIT_MS;
            if (held != awaited || !waits) {
                waitFor(waits ? held : null);
            }
            if (waits) {
                waitedMs += LOOK_AGAIN_MS;
            } else if (held != null && found == null && !tried.contains(held) && of.counts) {
                tally.displaced += full ? 1 : 0;
                tally.rested += chooser.isResting() ? 1 : 0;
            }
            return found;
        }

        private void waitFor(@Nullable SimulatedExit exit) {
            SimulatedExit before = awaited;
            if (before != null) {
                edges[edge].waiting(before, false);
            }
            if (exit != null) {
                edges[edge].waiting(exit, true);
            }
            awaited = exit;
        }

        /** What becomes of it is decided as it arrives at the exit. */
        private void fly(SimulatedExit exit) {
            double rttMs = exit.rttNowMs();
            if (exit.silent) {
                later(TIMEOUT_MS, () -> fails(Verdict.AT_FAULT, Culprit.EXIT));
            } else if (world.networkOut[exit.asn]) {
                later(NETWORK_TIMEOUT_MS, () -> fails(Verdict.AMBIGUOUS, Culprit.ASN));
            } else if (world.targetDead[target]) {
                later(rttMs + 1_000, () -> fails(Verdict.AMBIGUOUS, Culprit.TARGET));
            } else if (chance.happens(exit.failing)) {
                Verdict verdict = chance.happens(0.5) ? Verdict.AT_FAULT : Verdict.AMBIGUOUS;
                later(rttMs / 2 + 5, () -> fails(verdict, Culprit.EXIT));
            } else if (exit.running > exit.capacityNow()
                    && chance.happens(Math.min(0.5, (double) exit.running / exit.capacityNow() - 1))) {
                later(rttMs, () -> fails(Verdict.OVERLOADED, Culprit.EXIT));
            } else {
                double crowding = exit.crowding();
                double toConnectMs = rttMs * chance.between(1, 1.2) * crowding * 1.5 + chance.between(30, 60);
                double toFirstByteMs = toConnectMs + rttMs * crowding + chance.lognormal(80, 0.5);
                double toEndMs = toFirstByteMs
                        + 1_000 * kilobytes / exit.kilobytesPerSecond * crowding * exit.slowness * exit.antagonist;
                if (toFirstByteMs > TIMEOUT_MS) {
                    later(TIMEOUT_MS, () -> fails(Verdict.AT_FAULT, Culprit.EXIT));
                } else if (aborts) {
                    later(toEndMs * chance.share(), this::abort);
                } else {
                    connectMs = toConnectMs;
                    later(toFirstByteMs, () -> answer(exit, toEndMs - toFirstByteMs));
                }
            }
        }

        /** Unless this try has ended before. */
        private void later(double delayMs, Runnable what) {
            int of = seeks;
            timeline.after(delayMs, () -> {
                if (seeks == of && choice != null) {
                    what.run();
                }
            });
        }

        private void answer(SimulatedExit exit, double restMs) {
            if (exit.silent) {
                return; // lost on the way: it ends when the edge notices
            }
            touched = exit;
            answered = true;
            int targetClass = target / World.TARGETS_PER_CLASS;
            boolean blocked = blocks(exit, targetClass);
            double firstByteMs = (timeline.nowUs() - triedUs) / 1e3;
            edges[edge].tried(exit, connectMs, firstByteMs, !blocked);
            if (counts) {
                tally.connectUs.recordValue(Math.max(1, triedUs - startUs + Math.round(1_000 * connectMs)));
                tally.firstByteUs.recordValue(Math.max(1, timeline.nowUs() - startUs));
            }
            if (blocked) {
                tally.blocked += counts ? 1 : 0;
                edges[edge].blocked(exit, targetClass);
                ends(Verdict.BLOCKED, Culprit.TARGET);
            } else {
                later(restMs, this::succeed);
            }
        }

        /** The target's memory of an exit: the more requests, the sooner it blocks it. */
        private boolean blocks(SimulatedExit exit, int targetClass) {
            int every = setup.scenario().blockEvery();
            if (every == 0) {
                return false;
            }
            if (exit.blockedUntilUs[targetClass] > timeline.nowUs()) {
                return true;
            }
            if (chance.happens(1.0 / every)) {
                exit.blockedUntilUs[targetClass] = timeline.nowUs() + (long) (US_PER_S * chance.exponential(60));
            }
            return false;
        }

        private void succeed() {
            Choice of = choice;
            if (of == null || of.exit().silent) {
                return;
            }
            if (counts) {
                tally.succeeded++;
                tally.goodKilobytes += kilobytes;
            }
            ends(Verdict.CARRIED, Culprit.TARGET);
            edges[edge].judged(of.exit(), true);
            doubted.forEach(exit -> edges[edge].judged(exit, false));
        }

        private void abort() {
            ends(Verdict.NOTHING, Culprit.TARGET);
        }

        /** The exit's link is gone. */
        void cut() {
            fails(Verdict.AT_FAULT, Culprit.EXIT);
        }

        private void fails(Verdict verdict, Culprit truth) {
            Choice of = choice;
            if (of == null) {
                return;
            }
            SimulatedExit exit = of.exit();
            if (verdict == Verdict.OVERLOADED) {
                tally.refused += counts ? 1 : 0;
                edges[edge].refused(exit);
            }
            double elapsedMs = (timeline.nowUs() - triedUs) / 1e3;
            ends(verdict, truth);
            if (!answered) {
                edges[edge].tried(exit, 0, elapsedMs, false);
                if (verdict == Verdict.AMBIGUOUS) {
                    doubted.add(exit);
                } else if (verdict == Verdict.AT_FAULT) {
                    edges[edge].judged(exit, false);
                }
                retry(exit);
            }
        }

        private void retry(SimulatedExit failed) {
            tried.add(failed);
            if (tried.size() < MAX_ATTEMPTS && retryBudget >= 1) {
                retryBudget--;
                tally.retries += counts ? 1 : 0;
                seek();
            }
        }

        private void ends(Verdict verdict, Culprit truth) {
            Choice of = choice;
            if (of == null) {
                return;
            }
            SimulatedExit exit = of.exit();
            choice = null;
            touched = exit;
            exit.count(timeline.nowUs());
            exit.running--;
            runningHere[edge][exit.number]--;
            flights.get(exit.number).remove(this);
            edges[edge].released(of);
            plane.attempted(
                    exit,
                    "edge-" + edge,
                    target / World.TARGETS_PER_CLASS,
                    target,
                    verdict,
                    connectMs,
                    of.running(),
                    truth);
        }

        private void requireRight(Choice found) {
            SimulatedExit exit = found.exit();
            if (!exit.isFor(tenant, World.POOL)) {
                throw broken(exit.id + " was chosen for " + tenant + " and pool " + World.POOL
                        + ", but is killed, without consent, of pool " + exit.pool + " or of " + exit.owner);
            }
            if (!exit.online || tried.contains(exit)) {
                throw broken(exit.id + " was chosen, but has no link or has failed this request");
            }
            if (found.limit() > 0 && found.running() > found.limit()) {
                throw broken(exit.id + " runs " + found.running() + " under a limit of " + found.limit());
            }
            if (found.slot() != null && !decided && !found.slot().local()) {
                throw broken(exit.id + " was chosen by a decision, and no job was ever heard");
            }
        }
    }

    // ---- invariants

    private void check() {
        SimulatedExit exit = touched;
        if (exit != null) {
            touched = null;
            check(exit);
        }
    }

    private void sweep() {
        world.exits.forEach(this::check);
    }

    private void check(SimulatedExit exit) {
        int sum = 0;
        for (int i = 0; i < EDGES; i++) {
            int here = runningHere[i][exit.number];
            int counted = edges[i].countedRunning(exit, here);
            if (counted != here) {
                throw broken(exit.id + " runs " + here + " through edge " + i + ", whose table counts " + counted);
            }
            sum += here;
        }
        if (sum != exit.running || flights.get(exit.number).size() != sum) {
            throw broken(exit.id + " runs " + exit.running + ", its edges " + sum);
        }
    }

    private Broken broken(String what) {
        return new Broken(setup, timeline.nowUs(), what);
    }

    // ---- what it came to

    private Result result(long events) {
        double seconds = lastUs() / US_PER_S;
        double over = 0;
        double farOver = 0;
        double up = 0;
        double sum = 0;
        double squares = 0;
        int loaded = 0;
        for (SimulatedExit exit : world.exits) {
            over += exit.overUs;
            farOver += exit.farOverUs;
            up += exit.onlineUs;
            if (exit.onlineUs > 0 && exit.isFor(World.TENANTS[0], World.POOL)) {
                double use = exit.workUs / exit.onlineUs / exit.trueCapacity;
                sum += use;
                squares += use * use;
                loaded++;
            }
        }
        return new Result(
                setup,
                tally.requests,
                (double) tally.succeeded / Math.max(1, tally.requests - tally.aborted),
                tally.goodKilobytes / seconds,
                tally.connectUs.getValueAtPercentile(50) / 1e3,
                tally.connectUs.getValueAtPercentile(99) / 1e3,
                tally.connectUs.getValueAtPercentile(99.9) / 1e3,
                tally.firstByteUs.getValueAtPercentile(50) / 1e3,
                tally.firstByteUs.getValueAtPercentile(99) / 1e3,
                tally.firstByteUs.getValueAtPercentile(99.9) / 1e3,
                (double) tally.sessionsCut / Math.max(1, tally.sessions),
                tally.cutHazard / Math.max(1, tally.sessions),
                (double) tally.displaced / Math.max(1, tally.sessionRequests),
                (double) tally.rested / Math.max(1, tally.sessionRequests),
                (double) tally.retries / Math.max(1, tally.succeeded),
                over / Math.max(1, up),
                farOver / Math.max(1, up),
                squares > 0 ? sum * sum / (loaded * squares) : 1,
                (double) tally.blocked / Math.max(1, tally.requests),
                (double) tally.noExit / Math.max(1, tally.requests),
                (double) tally.refused / Math.max(1, tally.attempts),
                offCapacity(),
                divertS(),
                (double) tally.choosingNanos / Math.max(1, tally.choices),
                plane.attributed,
                plane.attributed == 0 ? Double.NaN : (double) plane.rightlyAttributed / plane.attributed,
                plane.movedByOthers,
                tally.bySurvival,
                tally.byHazard,
                events,
                digest);
    }

    private double offCapacity() {
        return world.exits.stream()
                .filter(exit -> exit.online && exit.isFor(World.TENANTS[0], World.POOL))
                .mapToDouble(exit -> Math.abs(plane.capacity(exit) / (double) exit.trueCapacity - 1))
                .average()
                .orElse(Double.NaN);
    }

    /** Mean over the outages that began while there was traffic to divert. */
    private double divertS() {
        double sum = 0;
        int count = 0;
        for (long[] outage : world.outages) {
            int[] choices = tally.choicesByNetwork[(int) outage[0]];
            int begin = (int) outage[1];
            if (begin < 10 || begin + 40 > setup.scenario().seconds()) {
                continue;
            }
            double before = 0;
            for (int i = begin - 10; i < begin; i++) {
                before += choices[i] / 10.0;
            }
            if (before < 1) {
                continue;
            }
            int after = 0;
            while (after < 40 && choices[begin + after] > before / 4) {
                after++;
            }
            sum += after;
            count++;
        }
        return count == 0 ? Double.NaN : sum / count;
    }
}
