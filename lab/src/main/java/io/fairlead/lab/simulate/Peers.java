package io.fairlead.lab.simulate;

import io.fairlead.schemas.decisions.ExitScore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Policies that others choose by, as published: they know which exits are linked and allowed, and what they see of them; quality, capacity and
 * faults they don't know. None sets a limit to an exit.
 */
final class Peers {

    private Peers() {}

    /** What the peers share: who may be chosen, and what this edge runs through each. */
    abstract static class Peer implements Chooser {

        final List<SimulatedExit> exits;
        final Timeline timeline;
        final Chance chance;
        final int[] running;
        final double[] latencyMs;
        private final boolean[] online;
        private final List<SimulatedExit> found = new ArrayList<>();

        Peer(List<SimulatedExit> exits, Timeline timeline, Chance chance) {
            this.exits = exits;
            this.timeline = timeline;
            this.chance = chance;
            this.running = new int[exits.size()];
            this.latencyMs = new double[exits.size()];
            this.online = new boolean[exits.size()];
        }

        /** One of those that may be chosen, of which there is at least one. */
        abstract SimulatedExit among(List<SimulatedExit> eligible, Ask ask);

        @Override
        public @Nullable Choice choose(Ask ask) {
            found.clear();
            for (SimulatedExit exit : exits) {
                if (online[exit.number]
                        && (ask.only() < 0 || ask.only() == exit.number)
                        && exit.isFor(ask.tenant(), ask.pool())
                        && !ask.tried().contains(exit)) {
                    found.add(exit);
                }
            }
            if (found.isEmpty()) {
                return null;
            }
            SimulatedExit exit = among(found, ask);
            running[exit.number]++;
            return new Choice(exit, running[exit.number], 0, null);
        }

        SimulatedExit any(List<SimulatedExit> eligible) {
            return eligible.get(chance.below(eligible.size()));
        }

        @Override
        public void released(Choice choice) {
            running[choice.exit().number]--;
        }

        @Override
        public void online(SimulatedExit exit) {
            online[exit.number] = true;
            latencyMs[exit.number] = 0;
        }

        @Override
        public void offline(SimulatedExit exit, boolean dropped) {
            online[exit.number] = false;
        }

        static SimulatedExit least(List<SimulatedExit> of, Comparator<SimulatedExit> order) {
            SimulatedExit best = of.get(0);
            for (SimulatedExit each : of) {
                best = order.compare(each, best) < 0 ? each : best;
            }
            return best;
        }
    }

    /** Any. */
    static final class AtRandom extends Peer {
        AtRandom(List<SimulatedExit> exits, Timeline timeline, Chance chance) {
            super(exits, timeline, chance);
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            return any(eligible);
        }
    }

    /** One after the other. */
    static final class RoundRobin extends Peer {
        private int next;

        RoundRobin(List<SimulatedExit> exits, Timeline timeline, Chance chance) {
            super(exits, timeline, chance);
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            for (SimulatedExit exit : eligible) {
                if (exit.number >= next) {
                    next = exit.number + 1;
                    return exit;
                }
            }
            next = eligible.get(0).number + 1;
            return eligible.get(0);
        }
    }

    /** That with the fewest requests in flight, of all, or of two at random. */
    static final class LeastRequests extends Peer {
        private final int of;

        /** @param of how many are drawn; 0: all */
        LeastRequests(List<SimulatedExit> exits, Timeline timeline, Chance chance, int of) {
            super(exits, timeline, chance);
            this.of = of;
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            SimulatedExit best = any(eligible);
            int looks = of == 0 ? eligible.size() : of - 1;
            int start = chance.below(eligible.size());
            for (int i = 0; i < looks; i++) {
                SimulatedExit other = of == 0 ? eligible.get((start + i) % eligible.size()) : any(eligible);
                best = running[other.number] < running[best.number] ? other : best;
            }
            return best;
        }
    }

    /** Finagle's: the less of moving mean, which jumps to peaks, times (requests in flight + 1), of two at random. */
    static final class PeakEwma extends Peer {
        private static final double DECAY_US = 10e6;
        private final long[] stampUs;

        PeakEwma(List<SimulatedExit> exits, Timeline timeline, Chance chance) {
            super(exits, timeline, chance);
            stampUs = new long[exits.size()];
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            SimulatedExit one = any(eligible);
            SimulatedExit other = any(eligible);
            return cost(one) <= cost(other) ? one : other;
        }

        private double cost(SimulatedExit exit) {
            double known = latencyMs[exit.number];
            return known == 0 && running[exit.number] > 0
                    ? 1e9 + running[exit.number]
                    : known * (running[exit.number] + 1);
        }

        @Override
        public void tried(SimulatedExit exit, double connectMs, double elapsedMs, boolean carried) {
            double before = latencyMs[exit.number];
            double weight = Math.exp(-(timeline.nowUs() - stampUs[exit.number]) / DECAY_US);
            latencyMs[exit.number] = elapsedMs > before ? elapsedMs : before * weight + elapsedMs * (1 - weight);
            stampUs[exit.number] = timeline.nowUs();
        }
    }

    /** C3 (Suresh et al., NSDI 2015): R − 1/mu + q^3/mu of three at random, with the queue that exits tell and the number of edges. */
    static final class C3 extends Peer {
        private static final double SMOOTH = 0.1;
        private final double[] queue;
        private final double[] serviceMs;

        C3(List<SimulatedExit> exits, Timeline timeline, Chance chance) {
            super(exits, timeline, chance);
            queue = new double[exits.size()];
            serviceMs = new double[exits.size()];
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            SimulatedExit best = any(eligible);
            for (int i = 0; i < 2; i++) {
                SimulatedExit other = any(eligible);
                best = cost(other) < cost(best) ? other : best;
            }
            return best;
        }

        private double cost(SimulatedExit exit) {
            double waiting = 1 + (double) running[exit.number] * Simulation.EDGES + queue[exit.number];
            return latencyMs[exit.number]
                    - serviceMs[exit.number]
                    + waiting * waiting * waiting * Math.max(1, serviceMs[exit.number]);
        }

        @Override
        public void tried(SimulatedExit exit, double connectMs, double elapsedMs, boolean carried) {
            int number = exit.number;
            latencyMs[number] += SMOOTH * (elapsedMs - latencyMs[number]);
            serviceMs[number] += SMOOTH * (elapsedMs / (1.0 + exit.running) - serviceMs[number]);
            queue[number] += SMOOTH * (exit.running - queue[number]);
        }
    }

    /**
     * Prequal (Wydrowski et al., NSDI 2024): three probes a request, answered after a round trip with the requests in flight at the exit and its recent
     * latency; of the newest 16, not older than a second, the fastest of those under the 0.84 quantile of requests in flight, else the one that runs
     * least. What failed is told as slow, so that fast failures attract nothing.
     */
    static final class Prequal extends Peer {
        private static final int PROBES = 3;
        private static final int KEPT = 16;
        private static final long AGE_US = 1_000_000;
        private static final double QUANTILE = 0.84;
        private static final double FAILED_AS_MS = 5_000;

        private record Probe(SimulatedExit exit, int inFlight, double latencyMs, long atUs) {}

        private final Deque<Probe> pool = new ArrayDeque<>();

        Prequal(List<SimulatedExit> exits, Timeline timeline, Chance chance) {
            super(exits, timeline, chance);
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            for (int i = 0; i < PROBES; i++) {
                SimulatedExit asked = any(eligible);
                timeline.after(asked.rttNowMs(), () -> answered(asked));
            }
            pool.removeIf(probe -> timeline.nowUs() - probe.atUs > AGE_US);
            List<Probe> usable =
                    pool.stream().filter(probe -> eligible.contains(probe.exit)).toList();
            if (usable.size() < 2) {
                return any(eligible);
            }
            int[] loads = usable.stream().mapToInt(Probe::inFlight).sorted().toArray();
            int hot = loads[(int) Math.min(loads.length - 1, Math.floor(QUANTILE * loads.length))];
            Probe chosen = usable.stream()
                    .filter(probe -> probe.inFlight < hot || loads[0] == hot)
                    .min(Comparator.comparingDouble(Probe::latencyMs))
                    .orElseGet(() -> least(usable));
            pool.remove(chosen);
            return chosen.exit;
        }

        private static Probe least(List<Probe> of) {
            return of.stream()
                    .min(Comparator.comparingInt(Probe::inFlight))
                    .orElseThrow(() -> new IllegalStateException("no probe is usable"));
        }

        private void answered(SimulatedExit exit) {
            if (exit.online && !exit.silent) {
                pool.addLast(new Probe(exit, exit.running, exit.toldLatencyMs, timeline.nowUs()));
                if (pool.size() > KEPT) {
                    pool.removeFirst();
                }
            }
        }

        @Override
        public void tried(SimulatedExit exit, double connectMs, double elapsedMs, boolean carried) {
            double seen = carried ? elapsedMs : FAILED_AS_MS;
            double before = exit.toldLatencyMs;
            exit.toldLatencyMs = before == 0 ? seen : before + 0.2 * (seen - before);
        }
    }

    /** The lowest last latency of a test a minute, as mihomo and sing-box choose. */
    static final class LastLatency extends Peer {
        private static final long EVERY_US = 60_000_000;
        private long testedUs = Long.MIN_VALUE / 2;

        LastLatency(List<SimulatedExit> exits, Timeline timeline, Chance chance) {
            super(exits, timeline, chance);
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            return least(eligible, Comparator.comparingDouble(exit -> latencyMs[exit.number]));
        }

        @Override
        public void tick() {
            if (timeline.nowUs() - testedUs >= EVERY_US) {
                testedUs = timeline.nowUs();
                exits.forEach(this::test);
            }
        }

        @Override
        public void online(SimulatedExit exit) {
            super.online(exit);
            test(exit);
        }

        private void test(SimulatedExit exit) {
            boolean answers = exit.online && !exit.silent && !chance.happens(exit.failing);
            latencyMs[exit.number] = answers ? 2 * exit.rttNowMs() * exit.crowding() : 1e6;
        }
    }

    /** The best by the decisions' quality, whatever it runs: what a list that is sorted by score does. */
    static final class StaticSort extends Peer {
        private final double[] quality;

        StaticSort(List<SimulatedExit> exits, Timeline timeline, Chance chance) {
            super(exits, timeline, chance);
            quality = new double[exits.size()];
            Arrays.fill(quality, 1);
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            return least(eligible, Comparator.comparingDouble(exit -> -quality[exit.number]));
        }

        @Override
        public void decided(ExitScore score) {
            quality[Integer.parseInt(score.getExitId().substring("exit-".length()))] = score.getQuality();
        }
    }

    /** Knows the present truth of all exits, networks and blocks, and the laws of what comes, but not what comes. */
    static final class Oracle extends Peer {
        private final World world;

        Oracle(List<SimulatedExit> exits, Timeline timeline, Chance chance, World world) {
            super(exits, timeline, chance);
            this.world = world;
        }

        @Override
        SimulatedExit among(List<SimulatedExit> eligible, Ask ask) {
            return least(eligible, Comparator.comparingDouble(exit -> cost(exit, ask)));
        }

        private double cost(SimulatedExit exit, Ask ask) {
            boolean fails = exit.silent
                    || world.networkOut[exit.asn]
                    || exit.blockedUntilUs[ask.targetClass()] > timeline.nowUs();
            double over = Math.max(0, exit.running + 1 - exit.capacityNow());
            double wait = exit.rttNowMs() * 3 * exit.crowding() + 200 * 1_000 / exit.kilobytesPerSecond;
            double ageMs = (timeline.nowUs() - exit.upSinceUs) / 1e3;
            double leaves = 1 - exit.kind.sessions().stay(ageMs, Math.max(2_000.0, (double) ask.stayMs()));
            double use = (double) exit.running / exit.capacityNow();
            return (fails ? 1e7 : 0)
                    + 1e6 * exit.failing
                    + 1e5 * over
                    + (ask.stayMs() > 0 ? 2e4 : 5e3) * leaves
                    + wait * (1 + use);
        }
    }
}
