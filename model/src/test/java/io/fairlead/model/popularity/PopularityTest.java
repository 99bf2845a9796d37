package io.fairlead.model.popularity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.popularity.Popularity.Share;
import io.fairlead.model.popularity.Popularity.Verdict;
import io.fairlead.model.quality.Estimate;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PopularityTest {

    private static final MapPolicy POLICY = MapPolicy.defaults();
    private static final double HOUR_MS = 3_600_000;
    private static final long NOW_MS = 1_800_000_000_000L;

    private static NameServerSet offered(String... nameServers) {
        Map<String, Long> since = new TreeMap<>();
        for (String each : nameServers) {
            since.put(each, 0L);
        }
        return new NameServerSet(since, 0, 0);
    }

    private static NameServerCounts counts(double a, double b, double c) {
        NameServerCounts counts = new NameServerCounts();
        counts.add("a", a, NOW_MS, HOUR_MS);
        counts.add("b", b, NOW_MS, HOUR_MS);
        counts.add("c", c, NOW_MS, HOUR_MS);
        return counts;
    }

    @Test
    void sharesOfTheWorkedExample() {
        Popularity popularity = Popularity.of(counts(160, 30, 10), offered("a", "b", "c"), NOW_MS, POLICY);
        assertThat(popularity.shares()).extracting(Share::nameServer).containsExactly("a", "b", "c");
        assertThat(popularity.shares().get(0).share()).isCloseTo(0.793, within(5e-4));
        assertThat(popularity.shares().get(1).share()).isCloseTo(0.153, within(5e-4));
        assertThat(popularity.shares().get(2).share()).isCloseTo(0.054, within(5e-4));
        assertThat(popularity.shares().get(0).cost()).isCloseTo(0.23, within(5e-3));
        assertThat(popularity.shares())
                .allSatisfy(share -> assertThat(share.share()).isBetween(share.lower(), share.upper()));
        assertThat(popularity.preferred()).contains("a");
    }

    @Test
    void aHundredCountsIdleForTwoHoursAreTwentyFive() {
        NameServerCounts counts = new NameServerCounts();
        counts.add("a", 100, NOW_MS, HOUR_MS);
        assertThat(counts.count("a", NOW_MS + 7_200_000, HOUR_MS)).isCloseTo(25, within(1e-9));
        counts.add("a", 1, NOW_MS + 7_200_000, HOUR_MS);
        assertThat(counts.count("a", NOW_MS + 7_200_000, HOUR_MS)).isCloseTo(26, within(1e-9));
    }

    /** What comes late counts as if it had come in time. */
    @Test
    void theOrderOfTalliesMakesNoDifference() {
        NameServerCounts inOrder = new NameServerCounts();
        inOrder.add("a", 10, NOW_MS, HOUR_MS);
        inOrder.add("a", 10, NOW_MS + 1_800_000, HOUR_MS);
        NameServerCounts late = new NameServerCounts();
        late.add("a", 10, NOW_MS + 1_800_000, HOUR_MS);
        late.add("a", 10, NOW_MS, HOUR_MS);
        assertThat(late.count("a", NOW_MS + 1_800_000, HOUR_MS))
                .isCloseTo(inOrder.count("a", NOW_MS + 1_800_000, HOUR_MS), within(1e-9));
    }

    @Test
    void theGateOfTheWorkedExample() {
        assertThat(Popularity.threshold(4, 100, 3)).isCloseTo(0.38, within(5e-4));
        NameServerSet four = offered("a", "b", "c", "d");
        assertThat(Popularity.of(counts(30, 24, 23), four, NOW_MS, POLICY).verdict())
                .isEqualTo(Verdict.INDIFFERENT);
        assertThat(Popularity.of(counts(60, 24, 16), four, NOW_MS, POLICY).preferred())
                .contains("a");
        assertThat(Popularity.of(counts(20, 5, 4), four, NOW_MS, POLICY).verdict())
                .isEqualTo(Verdict.TOO_FEW);
    }

    /** The greatest of sixteen even shares is over three standard deviations in one case of fifty; it must be as rare as with four. */
    @Test
    void withManyNameServersTheGateIsAsTightAsWithFew() {
        assertThat(Popularity.threshold(16, 100, 3))
                .isCloseTo(0.0625 + 3.40 * Math.sqrt(0.0625 * 0.9375 / 100), within(5e-4));
        assertThat(Popularity.threshold(8, 100, 3))
                .isCloseTo(0.125 + 3.205 * Math.sqrt(0.125 * 0.875 / 100), within(5e-4));
        assertThat(Popularity.threshold(2, 100, 3)).isCloseTo(0.65, within(1e-9));
    }

    /** A resolver that chooses evenly is hardly ever taken for one that prefers. */
    @Test
    void chanceHardlyPassesTheGate() {
        Random random = new Random(5);
        NameServerSet four = offered("a", "b", "c", "d");
        int passed = 0;
        for (int i = 0; i < 2_000; i++) {
            NameServerCounts counts = new NameServerCounts();
            for (int n = 0; n < 120; n++) {
                counts.add(String.valueOf((char) ('a' + random.nextInt(4))), 1, NOW_MS, HOUR_MS);
            }
            passed += Popularity.of(counts, four, NOW_MS, POLICY).preferred().isPresent() ? 1 : 0;
        }
        assertThat(passed).isLessThan(40);
    }

    @Test
    void whileTheSetChangesNothingIsConcluded() {
        NameServerCounts counts = counts(160, 30, 10);
        Map<String, Long> since = Map.of("a", 0L, "b", 0L, "c", NOW_MS - 3_600_000);
        assertThat(Popularity.of(counts, new NameServerSet(since, 0, 0), NOW_MS, POLICY)
                        .verdict())
                .as("one is new")
                .isEqualTo(Verdict.UNSETTLED);
        assertThat(Popularity.of(counts, new NameServerSet(since, 0, 0), NOW_MS + 7_200_001, POLICY)
                        .verdict())
                .as("it has warmed up")
                .isEqualTo(Verdict.PREFERS);
        Map<String, Long> old = Map.of("a", 0L, "b", 0L, "c", 0L);
        assertThat(Popularity.of(counts, new NameServerSet(old, 1, 0), NOW_MS, POLICY)
                        .verdict())
                .as("one is out")
                .isEqualTo(Verdict.UNSETTLED);
        assertThat(Popularity.of(counts, new NameServerSet(old, 0, NOW_MS - 1), NOW_MS, POLICY)
                        .verdict())
                .as("one has gone")
                .isEqualTo(Verdict.UNSETTLED);
    }

    @Test
    void nothingIsCountedThatIsNoNumber() {
        assertThatThrownBy(() -> new NameServerCounts().add("a", Double.NaN, NOW_MS, HOUR_MS))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new RttCalibration().add(0, 10)).hasMessageContaining("(0, 1]");
        assertThatThrownBy(() -> new RttCalibration().add(0.5, -1)).hasMessageContaining("-1.0");
    }

    /** Resolvers with a share of p at 20 − 30·ln p ms, more or less: what is less popular is farther, and about so far. */
    @Test
    void popularityIsCalibratedToMilliseconds() {
        RttCalibration calibration = new RttCalibration();
        assertThat(calibration.rttMs(0.5)).isEmpty();
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            double share = Math.exp(-3 * random.nextDouble());
            calibration.add(share, (20 - 30 * Math.log(share)) * Math.exp(0.3 * random.nextGaussian()));
        }
        double before = 0;
        for (double share : new double[] {0.9, 0.7, 0.5, 0.3, 0.1, 0.06}) {
            Estimate rtt = calibration.rttMs(share).orElseThrow();
            assertThat(rtt.mean()).isCloseTo(20 - 30 * Math.log(share), within(7.0));
            assertThat(rtt.lower()).isLessThan(rtt.mean());
            assertThat(rtt.mean()).isGreaterThanOrEqualTo(before);
            before = rtt.mean();
        }
        calibration.fade(0.001);
        assertThat(calibration.rttMs(0.5)).as("old pairs are forgotten").isEmpty();
    }
}
