package io.fairlead.model.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.map.RollOut.Regret;
import io.fairlead.model.map.RollOut.State;
import io.fairlead.model.policy.MapPolicy;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RollOutTest {

    private static final MapPolicy POLICY = MapPolicy.defaults();
    private static final long STAGE_MS = POLICY.rollOutStageMs();

    private static Regret around(double meanMs, int samples) {
        Random random = new Random(1);
        Regret regret = Regret.NONE;
        for (int i = 0; i < samples; i++) {
            regret = regret.and(meanMs + 4 * random.nextGaussian());
        }
        return regret;
    }

    @Test
    void itGoesFromOneToAllAndWhoHasTheNewMapKeepsIt() {
        RollOut rollOut = RollOut.begin(0);
        Random random = new Random(9);
        long[] hashes = random.longs(200_000).toArray();
        boolean[] had = new boolean[hashes.length];
        long nowMs = 0;
        for (double share : new double[] {0.01, 0.05, 0.25, 1}) {
            assertThat(rollOut.share()).isEqualTo(share);
            int count = 0;
            for (int i = 0; i < hashes.length; i++) {
                boolean has = rollOut.hasNew(hashes[i], POLICY);
                assertThat(has || !had[i]).isTrue();
                assertThat(has && RollOut.isControl(hashes[i], POLICY)).isFalse();
                had[i] = has;
                count += has ? 1 : 0;
            }
            assertThat(count / (double) hashes.length).isCloseTo(share * 0.98, within(0.004));
            rollOut = rollOut.step(nowMs + STAGE_MS - 1, around(5, 100), around(5, 100), POLICY);
            nowMs += STAGE_MS;
            rollOut = rollOut.step(nowMs, around(5, 100), around(5, 100), POLICY);
        }
        assertThat(rollOut.state()).isEqualTo(State.DONE);
        assertThat(rollOut.hasNew(0, POLICY))
                .as("the control group, at the end")
                .isTrue();
    }

    @Test
    void itHaltsWhenTheNewMapIsWorseBeyondChance() {
        RollOut rollOut = RollOut.begin(0);
        assertThat(rollOut.step(1, around(8, 400), around(5, 400), POLICY).state())
                .isEqualTo(State.HALTED);
        assertThat(rollOut.step(1, around(8, 400), around(5, 400), POLICY).hasNew(-1, POLICY))
                .isFalse();
        assertThat(rollOut.step(1, around(6, 400), around(5, 400), POLICY).state())
                .as("not by so much")
                .isEqualTo(State.RUNNING);
        assertThat(rollOut.step(1, around(8, 20), around(5, 20), POLICY).state())
                .as("too few to say")
                .isEqualTo(State.RUNNING);
    }

    @Test
    void withoutSamplesItWaitsLonger() {
        RollOut rollOut = RollOut.begin(0);
        assertThat(rollOut.step(STAGE_MS, Regret.NONE, Regret.NONE, POLICY).stage())
                .isZero();
        assertThat(rollOut.step(3 * STAGE_MS, Regret.NONE, Regret.NONE, POLICY).stage())
                .isEqualTo(1);
    }
}
