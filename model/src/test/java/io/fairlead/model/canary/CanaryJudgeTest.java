package io.fairlead.model.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.canary.CanaryFinding.Verdict;
import io.fairlead.model.policy.CanaryTerms;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Fleets whose exits are unlike, as they are, with what may befall them. */
class CanaryJudgeTest {

    private static final CanaryTerms TERMS = CanaryTerms.defaults();

    private final List<ExitTally> canary = new ArrayList<>();
    private final List<ExitTally> control = new ArrayList<>();

    @Test
    void whereNothingChangedHardlyAnythingIsTakenBackHoweverOftenOneLooks() {
        int takenBack = 0;
        for (int seed = 1; seed <= 100; seed++) {
            Fleet fleet = new Fleet(seed, 8, 32);
            fleet.before(0, 1, 200);
            boolean worse = false;
            for (int look = 0; look < 30; look++) {
                fleet.since(0, 1, 0, 1, 30);
                worse |= fleet.judged().verdict() == Verdict.WORSE;
            }
            takenBack += worse ? 1 : 0;
            assertThat(worse || fleet.judged().verdict() == Verdict.SOUND).isTrue();
        }
        assertThat(takenBack).isLessThanOrEqualTo(5);
    }

    @Property(tries = 20, seed = "99")
    void whatBefallsBothArmsIsNotTheCanarys(
            @ForAll @LongRange(min = 1, max = 1_000_000) long seed,
            @ForAll @DoubleRange(min = 0, max = 0.4) double fall,
            @ForAll @DoubleRange(min = 1, max = 3) double slower) {
        Fleet fleet = new Fleet(seed, 10, 30);
        fleet.before(0, 1, 300);
        fleet.since(fall, slower, fall, slower, 300);
        assertThat(fleet.judged().verdict()).as(fleet.judged().reason()).isNotEqualTo(Verdict.WORSE);
    }

    @Property(tries = 20, seed = "99")
    void aFallOfSuccessIsSeenInASmallFleetAndInALargeOne(@ForAll @LongRange(min = 1, max = 1_000_000) long seed) {
        Fleet small = new Fleet(seed, 3, 9);
        small.before(0, 1, 300);
        small.since(0.2, 1, 0, 1, 300);
        assertThat(small.judged().verdict()).isEqualTo(Verdict.WORSE);
        assertThat(small.judged().reason()).startsWith("success fell by ").contains("plainly");
        Fleet large = new Fleet(seed, 60, 240);
        large.before(0, 1, 300);
        large.since(0.03, 1, 0, 1, 300);
        assertThat(large.judged().verdict()).as("under what is borne, but sure").isEqualTo(Verdict.WORSE);
        assertThat(large.judged().reason()).contains("with confidence");
        assertThat(large.judged().success().estimate()).isCloseTo(-0.03, within(0.02));
    }

    @Property(tries = 20, seed = "99")
    void aRiseOfLatencyIsSeen(@ForAll @LongRange(min = 1, max = 1_000_000) long seed) {
        Fleet fleet = new Fleet(seed, 5, 20);
        fleet.before(0, 1, 300);
        fleet.since(0, 2, 0, 1, 300);
        assertThat(fleet.judged().verdict()).isEqualTo(Verdict.WORSE);
        assertThat(fleet.judged().reason()).startsWith("the time to the first byte rose to ");
        assertThat(fleet.judged().latency().estimate()).isCloseTo(2, within(0.3));
    }

    @Test
    void oneExitThatBreaksByItselfTakesNoPolicyBack() {
        Fleet fleet = new Fleet(3, 6, 18);
        fleet.before(0, 1, 500);
        fleet.since(0, 1, 0, 1, 500);
        for (int i = 0; i < 500; i++) {
            canary.get(0).since(Tries.failed(1));
        }
        CanaryFinding finding = fleet.judged();
        assertThat(finding.success().estimate()).as("past what is borne").isLessThan(-TERMS.successFallMax());
        assertThat(finding.verdict()).isNotEqualTo(Verdict.WORSE);
        for (int i = 0; i < 500; i++) {
            canary.get(1).since(Tries.failed(1));
            canary.get(2).since(Tries.failed(1));
        }
        assertThat(fleet.judged().verdict()).as("three do").isEqualTo(Verdict.WORSE);
    }

    @Test
    void anArmOfOneExitTakesNoPolicyBack() {
        Fleet fleet = new Fleet(3, 1, 18);
        fleet.before(0, 1, 500);
        fleet.since(0.5, 1, 0, 1, 500);
        assertThat(fleet.judged().verdict()).isEqualTo(Verdict.OPEN);
    }

    @Test
    void trafficThatMovesToWorseExitsOfTheArmIsWhatACanaryIsTakenBackFor() {
        Fleet fleet = new Fleet(5, 12, 12);
        fleet.before(0, 1, 300);
        fleet.since(0, 1, 0, 1, 100);
        Random chance = new Random(1);
        for (int exit = 0; exit < 4; exit++) {
            for (int i = 0; i < 600; i++) {
                canary.get(exit).since(chance.nextDouble() < 0.5 ? Tries.failed(1) : Tries.carried(900));
            }
        }
        assertThat(fleet.judged().verdict()).isEqualTo(Verdict.WORSE);
    }

    @Test
    void ofTooLittleNothingIsSaid() {
        Fleet fleet = new Fleet(5, 4, 12);
        fleet.before(0, 1, 300);
        fleet.since(0.9, 1, 0, 1, 49);
        CanaryFinding finding = fleet.judged();
        assertThat(finding.verdict()).isEqualTo(Verdict.TOO_LITTLE);
        assertThat(finding.reason())
                .isEqualTo("1200 tries in the canary's arm before and 196 since, 3600 and 588 in the other;"
                        + " 200 are asked for of each");
        assertThat(CanaryJudge.judge(TERMS, List.of(), List.of()).verdict()).isEqualTo(Verdict.TOO_LITTLE);
    }

    @Test
    void whatIsKeptIsReadAgain() throws IOException {
        Fleet fleet = new Fleet(5, 4, 12);
        fleet.before(0, 1, 300);
        fleet.since(0.1, 1.2, 0, 1, 300);
        CanaryFinding finding = fleet.judged();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ExitTally each : canary) {
            each.write(new DataOutputStream(bytes));
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        for (int i = 0; i < canary.size(); i++) {
            canary.set(i, ExitTally.read(in));
        }
        assertThat(fleet.judged()).isEqualTo(finding);
    }

    /** Exits of both arms, each with a success and a speed of its own. */
    private final class Fleet {
        private final Random chance;
        private final double[] success;
        private final double[] firstByteMs;

        Fleet(long seed, int inCanary, int inControl) {
            chance = new Random(seed);
            canary.clear();
            control.clear();
            success = new double[inCanary + inControl];
            firstByteMs = new double[inCanary + inControl];
            for (int i = 0; i < success.length; i++) {
                (i < inCanary ? canary : control).add(new ExitTally());
                success[i] = 0.85 + 0.14 * chance.nextDouble();
                firstByteMs[i] = 50 * Math.exp(chance.nextGaussian() * 0.7);
            }
        }

        void before(double fall, double slower, int tries) {
            for (int i = 0; i < success.length; i++) {
                exit(i).before(tries(i, fall, slower, tries));
            }
        }

        void since(double fall, double slower, double controlFall, double controlSlower, int tries) {
            for (int i = 0; i < success.length; i++) {
                boolean decided = i < canary.size();
                exit(i).since(tries(i, decided ? fall : controlFall, decided ? slower : controlSlower, tries));
            }
        }

        CanaryFinding judged() {
            return CanaryJudge.judge(TERMS, canary, control);
        }

        private ExitTally exit(int i) {
            return i < canary.size() ? canary.get(i) : control.get(i - canary.size());
        }

        private Tries tries(int i, double fall, double slower, int tries) {
            Tries sum = Tries.failed(0);
            for (int each = 0; each < tries; each++) {
                sum = sum.plus(
                        chance.nextDouble() < success[i] - fall
                                ? Tries.carried(firstByteMs[i] * slower * Math.exp(chance.nextGaussian() * 0.5))
                                : Tries.failed(1));
            }
            return sum;
        }
    }
}
