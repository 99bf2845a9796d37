package io.fairlead.model.survival;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.quality.DisconnectionHistory;
import io.fairlead.model.quality.Estimate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GroupSurvivalTest {

    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final long HORIZON_MS = 10 * MINUTE_MS;

    @Test
    void anExitThatKeepsDroppingOutIsToldApartFromItsGroup() {
        GroupSurvival group = watched(fleet(1)).group(PoolType.MOBILE, 1);
        GroupSurvival.Past sound = new GroupSurvival.Past(HOUR_MS, 0, 20);
        GroupSurvival.Past flapping = new GroupSurvival.Past(MINUTE_MS, 12, 2);
        double soundRisk = group.disconnect(sound, 0, HORIZON_MS);
        double flappingRisk = group.disconnect(flapping, 0, HORIZON_MS);
        assertThat(flappingRisk).isGreaterThan(4 * soundRisk);
        Estimate stay = group.stay(flapping, 0, HORIZON_MS);
        assertThat(1 - stay.mean()).isCloseTo(flappingRisk, org.assertj.core.api.Assertions.within(1e-9));
        assertThat(stay.lower()).isLessThan(stay.mean());
        assertThat(stay.upper()).isGreaterThan(stay.mean());
    }

    @Test
    void aGroupOfWhichLittleWasSeenSaysNothing() {
        FleetSurvival fleet = new FleetSurvival();
        fleet.watched(PoolType.ISP, 1, 0, 0, HOUR_MS, true);
        assertThat(fleet.group(PoolType.ISP, 1).speaks()).isFalse();
        assertThat(watched(fleet(1)).group(PoolType.MOBILE, 1).speaks()).isTrue();
    }

    /** Exits of one group differ by a factor of forty in how often they drop out, as sessions of a heavy tail do. */
    @Test
    void theChanceIsCalibratedOverExitsThatDifferAndBetterThanAConstantHazard() {
        List<List<Long>> exits = fleet(2);
        GroupSurvival group = watched(exits).group(PoolType.MOBILE, 1);
        double[] predicted = new double[10];
        double[] happened = new double[10];
        double brier = 0;
        double brierOfConstant = 0;
        int n = 0;
        for (List<Long> sessions : fleet(3)) {
            for (int asked = 60; asked < 24 * 60; asked += 17) {
                long nowMs = asked * MINUTE_MS;
                long begin = 0;
                int ends = 0;
                for (long session : sessions) {
                    if (begin + session > nowMs) {
                        break;
                    }
                    begin += session;
                    ends++;
                }
                double gone = ends < sessions.size() && begin + sessions.get(ends) <= nowMs + HORIZON_MS ? 1 : 0;
                double hours = (double) nowMs / HOUR_MS;
                double ours = group.disconnect(new GroupSurvival.Past(nowMs - begin, ends, hours), 0, HORIZON_MS);
                double lambda = DisconnectionHistory.lambdaPerHour(ends, hours, 0.5, 1);
                double constant = DisconnectionHistory.probability(lambda, (double) HORIZON_MS);
                int bin = Math.min(9, (int) (10 * ours));
                predicted[bin] += ours;
                happened[bin] += gone;
                brier += (ours - gone) * (ours - gone);
                brierOfConstant += (constant - gone) * (constant - gone);
                n++;
            }
        }
        double calibration = 0;
        for (int bin = 0; bin < 10; bin++) {
            calibration += Math.abs(predicted[bin] - happened[bin]) / n;
        }
        assertThat(calibration).isLessThanOrEqualTo(0.02);
        assertThat(brier).isLessThan(brierOfConstant);
    }

    @Test
    void aFleetIsTheSameAfterItWasWrittenDown() throws IOException {
        FleetSurvival fleet = watched(fleet(4));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        fleet.write(new DataOutputStream(bytes));
        FleetSurvival read = FleetSurvival.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(read.group(PoolType.MOBILE, 1)).isEqualTo(fleet.group(PoolType.MOBILE, 1));
        assertThat(read.networks(PoolType.MOBILE)).containsExactly(1L);
        assertThat(read.types()).containsExactly(PoolType.MOBILE);
    }

    /** Lengths of the sessions of each exit, one after the other, for a day. */
    private static List<List<Long>> fleet(long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        List<List<Long>> exits = new ArrayList<>();
        for (int exit = 0; exit < 400; exit++) {
            double scaleMs = 20.0 * MINUTE_MS * Math.pow(40, chance.nextDouble());
            List<Long> sessions = new ArrayList<>();
            for (long total = 0; total < 25 * HOUR_MS; ) {
                long length = Math.max(1_000, (long) new Weibull(0.7, scaleMs).quantileMs(chance.nextDouble()));
                sessions.add(length);
                total += length;
            }
            exits.add(sessions);
        }
        return exits;
    }

    private static FleetSurvival watched(List<List<Long>> exits) {
        FleetSurvival fleet = new FleetSurvival();
        for (List<Long> sessions : exits) {
            long begin = 0;
            for (long session : sessions) {
                long end = Math.min(24 * HOUR_MS, begin + session);
                fleet.watched(PoolType.MOBILE, 1, begin, begin, end, end == begin + session);
                begin += session;
            }
        }
        fleet.fit();
        return fleet;
    }
}
