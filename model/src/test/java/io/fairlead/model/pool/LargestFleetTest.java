package io.fairlead.model.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** As large as a fleet may be: a hundred thousand exits, a thousand pools, and one pool of the largest size. */
class LargestFleetTest {

    @Test
    void aThousandPoolsOfAHundredThousandExitsAreFormedAndCured() {
        Fleet fleet = new Fleet();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            fleet.exit(
                    "x" + i,
                    0.5 + 0.5 * random.nextDouble(),
                    0.8 + 0.2 * random.nextDouble(),
                    new ExitProfile(PoolType.RESIDENTIAL, country(i % 50), "", "", 64500 + i % 7));
        }
        for (int i = 0; i < 1_000; i++) {
            fleet.curator.define(Fleet.with(
                    Fleet.pool("p" + i, 10, 50, 75), List.of(country(i % 50)), 0, 0, i % 2 == 0, 0, List.of()));
        }
        assertThat(fleet.curate()).hasSizeGreaterThan(25_000);
        for (int i = 0; i < 100_000; i += 7) { // one network falls away
            fleet.offline("x" + i);
        }
        fleet.nowMs += 15_000;
        List<Assignment> told = fleet.curate();
        assertThat(told).hasSizeGreaterThan(5_000);
        for (int i = 0; i < 1_000; i++) {
            assertThat(fleet.status("p" + i).health().online()).isEqualTo(50);
        }
    }

    @Test
    void thePoolOfTheLargestSizeIsFormed() {
        Fleet fleet = new Fleet();
        for (int i = 0; i < 60_000; i++) {
            fleet.exit("x" + i, 0.9, 1);
        }
        fleet.curator.define(Fleet.pool("giant", 10, PoolDefinition.MOST_MEMBERS, PoolDefinition.MOST_MEMBERS));
        fleet.curate();
        assertThat(fleet.status("giant").health().members()).isEqualTo(PoolDefinition.MOST_MEMBERS);
    }

    private static String country(int i) {
        return "" + (char) ('a' + i / 26) + (char) ('a' + i % 26);
    }
}
