package io.fairlead.lab.simulate;

import io.fairlead.model.PoolType;
import io.fairlead.model.capacity.ExitCapacity;
import io.fairlead.model.policy.CapacityPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * How the model learns what an exit can run. One exit under more demand than it can take, with the refusals and crowding of the simulated
 * world, requests of a second on average. Its capacity doubles, again and again; then something takes seven tenths of it for ten
 * seconds and gives them back.
 *
 * @param doublings mean durations of a request from each doubling until Cmax is within 20 % of the truth
 * @param recoveryS from the end of the burst until it is so again, s
 * @param overloaded share of the time, but that of the burst, in which it ran more than it could by more than one
 */
record CapacityTrial(List<Double> doublings, double recoveryS, double overloaded) {

    private static final int FIRST = 4;
    private static final int DOUBLINGS = 5;
    private static final double DEMAND = 1.5;
    private static final double NEAR = 0.2;
    private static final double SETTLE_MS = 240_000;
    private static final double PHASE_MS = 400_000;
    private static final double BURST_MS = 10_000;
    private static final double LEFT_IN_BURST = 0.3;

    static CapacityTrial of(long seed) {
        return new Course(seed).run();
    }

    double slowestDoubling() {
        return doublings.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    /** One run of it. */
    private static final class Course {
        private final Chance chance;
        private final Timeline timeline = new Timeline();
        private final CapacityPolicy policy = CapacityPolicy.defaults();
        private final ExitCapacity learnt = new ExitCapacity();
        private final List<Double> doublings = new ArrayList<>();
        private int truth = FIRST;
        private int running;
        private boolean burst;
        private double recoveryS = Double.NaN;
        private long countedUs;
        private long overUs;
        private long allUs;

        Course(long seed) {
            chance = new Chance(seed, 40, 0);
            learnt.start(PoolType.RESIDENTIAL, FIRST, policy);
        }

        CapacityTrial run() {
            timeline.at(0, this::demand);
            for (int i = 0; i < DOUBLINGS; i++) {
                timeline.at((long) (1_000 * (SETTLE_MS + i * PHASE_MS)), this::doubled);
            }
            double burstMs = SETTLE_MS + DOUBLINGS * PHASE_MS;
            timeline.at((long) (1_000 * burstMs), this::burst);
            timeline.runUntil((long) (1_000 * (burstMs + BURST_MS + PHASE_MS)), () -> {});
            return new CapacityTrial(doublings, recoveryS, (double) overUs / Math.max(1, allUs));
        }

        private void doubled() {
            count();
            truth *= 2;
            doublings.add(Double.POSITIVE_INFINITY);
            long atUs = timeline.nowUs();
            awaitNear(() -> doublings.set(doublings.size() - 1, (timeline.nowUs() - atUs) / 1e6));
        }

        private void burst() {
            count();
            burst = true;
            int before = truth;
            truth = Math.max(1, (int) (LEFT_IN_BURST * before));
            timeline.after(BURST_MS, () -> {
                burst = false;
                truth = before;
                recoveryS = Double.POSITIVE_INFINITY;
                long atUs = timeline.nowUs();
                awaitNear(() -> recoveryS = (timeline.nowUs() - atUs) / 1e6);
            });
        }

        private void awaitNear(Runnable then) {
            int of = truth;
            if (Math.abs((double) learnt.capacityRequests / truth - 1) <= NEAR) {
                then.run();
            } else {
                timeline.after(250, () -> {
                    if (of == truth) {
                        awaitNear(then);
                    }
                });
            }
        }

        private void demand() {
            timeline.after(chance.exponential(1_000 / (DEMAND * truth)), this::demand);
            if (running >= learnt.capacityRequests) {
                return;
            }
            count();
            running++;
            int at = running;
            boolean refused = running > truth && chance.happens(Math.min(0.5, (double) running / truth - 1));
            double durationMs = refused ? 100 : chance.exponential(1_000) * SimulatedExit.crowding(running, truth);
            timeline.after(durationMs, () -> {
                count();
                running--;
                if (refused) {
                    learnt.overloaded(timeline.nowMs(), at, policy);
                } else {
                    learnt.completed(at, policy);
                }
            });
        }

        private void count() {
            long since = timeline.nowUs() - countedUs;
            countedUs = timeline.nowUs();
            if (!burst) {
                allUs += since;
                overUs += running > truth + 1 ? since : 0;
            }
        }
    }
}
