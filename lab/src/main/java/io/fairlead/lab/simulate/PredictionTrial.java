package io.fairlead.lab.simulate;

import java.util.List;

/**
 * How well the model foretells that exits drop out. A fleet comes and goes without users; two hours are watched, then each minute all exits that
 * are up are foretold over {@link #HORIZONS_MIN}, by survival and by their own constant hazard, and what came is set beside it. Exits that
 * announce that they leave are no longer seen: the others weigh more for them (Graf et al., Assessment and comparison of prognostic
 * classification schemes for survival data, 1999).
 *
 * @param bySurvival one for each horizon
 * @param byHazard the same
 */
record PredictionTrial(List<Calibration> bySurvival, List<Calibration> byHazard) {

    /** Minutes ahead. */
    static final int[] HORIZONS_MIN = {1, 2, 5, 10, 15, 20, 30};

    /** The horizon of the quality rate's probability of disconnection. */
    static final int RATED_MIN = 10;

    private static final int MINUTE_US = 60_000_000;

    /** Foretells while {@code seconds} are lived, after {@link World#HISTORY_US}. */
    static PredictionTrial of(int exits, int seconds, long seed) {
        return new Course(exits, seconds, seed).run();
    }

    /** Brier score over all horizons, mean by time: the area by the trapezoid rule. */
    static double integratedBrier(List<Calibration> all) {
        double area = 0;
        for (int i = 1; i < HORIZONS_MIN.length; i++) {
            double mean = (all.get(i - 1).brier() + all.get(i).brier()) / 2;
            area += mean * (HORIZONS_MIN[i] - HORIZONS_MIN[i - 1]);
        }
        return area / (HORIZONS_MIN[HORIZONS_MIN.length - 1] - HORIZONS_MIN[0]);
    }

    /** Expected calibration error at the horizon that the quality rate uses. */
    static double ratedError(List<Calibration> all) {
        return at(all, RATED_MIN).error();
    }

    static Calibration at(List<Calibration> all, int minutes) {
        for (int i = 0; i < HORIZONS_MIN.length; i++) {
            if (HORIZONS_MIN[i] == minutes) {
                return all.get(i);
            }
        }
        throw new IllegalArgumentException("nothing is foretold " + minutes + " min ahead");
    }

    /** One run of it. */
    private static final class Course implements World.Watch {
        private final Timeline timeline = new Timeline();
        private final World world;
        private final DecisionPlane plane;
        private final long endUs;
        private final List<Calibration> bySurvival = calibrations();
        private final List<Calibration> byHazard = calibrations();

        Course(int exits, int seconds, long seed) {
            timeline.startAt(-World.HISTORY_US);
            endUs = seconds * 1_000_000L;
            world = new World(Scenario.of("churn").sized(exits, seconds), seed, timeline, this);
            plane = new DecisionPlane(timeline, Double.POSITIVE_INFINITY, score -> {});
        }

        private static List<Calibration> calibrations() {
            return java.util.stream.IntStream.range(0, HORIZONS_MIN.length)
                    .mapToObj(i -> new Calibration())
                    .toList();
        }

        PredictionTrial run() {
            world.begin();
            timeline.at(timeline.nowUs(), this::minute);
            timeline.runUntil(endUs, () -> {});
            return new PredictionTrial(bySurvival, byHazard);
        }

        private void minute() {
            for (SimulatedExit exit : world.exits) {
                if (exit.online && !exit.silent) {
                    plane.heartbeat(exit, exit.rttNowMs());
                }
                if (exit.online && timeline.nowUs() >= 0) {
                    foretell(exit);
                }
            }
            if (timeline.nowUs() / MINUTE_US % 10 == 0) {
                plane.fit();
            }
            timeline.after(50_000, this::minute);
        }

        private void foretell(SimulatedExit exit) {
            for (int i = 0; i < HORIZONS_MIN.length; i++) {
                long horizonMs = HORIZONS_MIN[i] * 60_000L;
                if (timeline.nowUs() + horizonMs * 1_000 <= endUs) {
                    double survival = plane.disconnectTold(exit, horizonMs);
                    double hazard = plane.disconnectByHazard(exit, horizonMs);
                    await(exit, horizonMs, survival, bySurvival.get(i), hazard, byHazard.get(i));
                }
            }
        }

        private void await(
                SimulatedExit exit,
                long horizonMs,
                double survival,
                Calibration one,
                double hazard,
                Calibration other) {
            int life = exit.sessions;
            long nowUs = timeline.nowUs();
            double ageMs = (nowUs - exit.upSinceUs) / 1e3;
            timeline.after((double) horizonMs, () -> {
                boolean left = exit.endOf(life) < Long.MAX_VALUE;
                if (left && !exit.droppedIn(life)) {
                    return;
                }
                double seenMs = left ? (exit.endOf(life) - nowUs) / 1e3 : (double) horizonMs;
                double notAnnounced = Math.pow(exit.kind.sessions().stay(ageMs, seenMs), World.ANNOUNCED_SHARE);
                one.add(survival, left, 1 / notAnnounced);
                other.add(hazard, left, 1 / notAnnounced);
            });
        }

        @Override
        public void online(SimulatedExit exit) {
            plane.online(exit);
        }

        @Override
        public void offline(SimulatedExit exit, boolean dropped) {
            exit.ended(timeline.nowUs(), dropped);
            plane.offline(exit, dropped);
        }

        @Override
        public void cut(SimulatedExit exit) {}
    }
}
