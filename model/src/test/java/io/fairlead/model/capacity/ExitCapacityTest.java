package io.fairlead.model.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.CapacityMode;
import io.fairlead.model.policy.CapacityPolicy;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Capacity and the traps of learning it. */
class ExitCapacityTest {

    private static final CapacityPolicy POLICY = CapacityPolicy.defaults();
    private static final long T0 = 1_700_000_000_000L;

    @ParameterizedTest
    @CsvSource({"MOBILE,0,3", "RESIDENTIAL,0,12", "ISP,0,64", "DATACENTER,0,128", "RESIDENTIAL,7,7", "ISP,5000,1000"})
    void startsFromWhatIsDeclaredElseByType(PoolType type, int declared, int expected) {
        assertThat(started(type, declared).capacityRequests).isEqualTo(expected);
    }

    @Test
    void availableIsWhatIsLeftAndNeverNegative() {
        ExitCapacity capacity = started(PoolType.RESIDENTIAL, 20);
        assertThat(capacity.availableRequests(4)).isEqualTo(16);
        assertThat(capacity.availableRequests(25)).isZero();
    }

    @Test
    void learnsNothingBeforeItIsStarted() {
        ExitCapacity capacity = new ExitCapacity();
        capacity.completed(1, POLICY);
        for (int i = 0; i < 10; i++) {
            capacity.overloaded(T0 + i, 0, POLICY);
        }
        assertThat(capacity).isEqualTo(new ExitCapacity());
        capacity.start(PoolType.RESIDENTIAL, 8, POLICY);
        assertThat(capacity.capacityRequests).isEqualTo(8);
    }

    @Test
    void growsByOneInTwentyAfterAsManyCompletionsUnderLoad() {
        ExitCapacity capacity = started(PoolType.ISP, 100);
        for (int i = 0; i < 99; i++) {
            capacity.completed(95, POLICY);
        }
        assertThat(capacity.capacityRequests).isEqualTo(100);
        capacity.completed(90, POLICY);
        assertThat(capacity.capacityRequests).isEqualTo(105);
    }

    @Test
    void idleTrafficNeitherGrowsNorShrinksIt() {
        ExitCapacity capacity = started(PoolType.RESIDENTIAL, 12);
        for (int i = 0; i < 10_000; i++) {
            capacity.completed(1, POLICY);
        }
        assertThat(capacity.capacityRequests).isEqualTo(12);
    }

    @Test
    void shrinksOnceForThreeFailuresWithinAMinute() {
        ExitCapacity capacity = started(PoolType.ISP, 100);
        capacity.overloaded(T0, 0, POLICY);
        capacity.overloaded(T0 + 30_000, 0, POLICY);
        assertThat(capacity.capacityRequests).isEqualTo(100);
        capacity.overloaded(T0 + 59_000, 0, POLICY);
        assertThat(capacity.capacityRequests).isEqualTo(85);
        capacity.overloaded(T0 + 59_100, 0, POLICY);
        assertThat(capacity.capacityRequests).as("what shrank it is spent").isEqualTo(85);
    }

    @Test
    void failuresFarApartDoNotShrinkIt() {
        ExitCapacity capacity = started(PoolType.ISP, 100);
        for (int i = 0; i < 50; i++) {
            capacity.overloaded(T0 + i * 45_000L, 0, POLICY);
        }
        assertThat(capacity.capacityRequests).isEqualTo(100);
    }

    @Test
    void doesNotStickAtOneAfterABurst() {
        ExitCapacity capacity = started(PoolType.RESIDENTIAL, 12);
        for (int i = 0; i < 200; i++) {
            capacity.overloaded(T0 + i, 0, POLICY);
        }
        assertThat(capacity.capacityRequests).isEqualTo(1);
        for (int i = 0; i < 66; i++) {
            capacity.completed(capacity.capacityRequests, POLICY);
        }
        assertThat(capacity.capacityRequests).as("one step under what failed").isEqualTo(11);
    }

    @Test
    void aBurstShrinksOnce() {
        ExitCapacity capacity = started(PoolType.ISP, 100);
        for (int i = 0; i < 100; i++) {
            capacity.overloaded(T0 + i, 100, POLICY);
        }
        assertThat(capacity.capacityRequests).isEqualTo(85);
    }

    @Test
    void growsOverWhatFailedOnlyAfterLongProof() {
        ExitCapacity capacity = started(PoolType.ISP, 100);
        for (int i = 0; i < 3; i++) {
            capacity.overloaded(T0 + i, 100, POLICY);
        }
        assertThat(completionsTo(99, capacity))
                .as("back to what did not fail, by its share")
                .isEqualTo(85 + 89 + 93 + 97);
        assertThat(completionsTo(100, capacity))
                .as("over it by one, after long proof")
                .isEqualTo(ExitCapacity.KNEE_PATIENCE * 99);
        assertThat(completionsTo(102, capacity)).as("then by two").isEqualTo(ExitCapacity.BEYOND_KNEE_PATIENCE * 100);
        assertThat(completionsTo(106, capacity)).as("by four").isEqualTo(ExitCapacity.BEYOND_KNEE_PATIENCE * 102);
        assertThat(completionsTo(111, capacity))
                .as("and by its share, which ends the caution")
                .isEqualTo(ExitCapacity.BEYOND_KNEE_PATIENCE * 106);
        assertThat(completionsTo(116, capacity)).isEqualTo(111);
    }

    @Test
    void comesBackToWhatWasProvenBeforeTheStepThatFailed() {
        ExitCapacity capacity = started(PoolType.ISP, 100);
        assertThat(completionsTo(105, capacity)).isEqualTo(100);
        for (int i = 0; i < 3; i++) {
            capacity.overloaded(T0 + i, 105, POLICY);
        }
        assertThat(capacity.capacityRequests).isEqualTo(89);
        completionsTo(100, capacity);
        assertThat(completionsTo(101, capacity)).isEqualTo(ExitCapacity.KNEE_PATIENCE * 100);
    }

    /**
     * An exit whose load is at most its true capacity at first, and over it then, in steps of a mean duration: each of Cmax requests that runs beside more than the truth
     * fails with the share by which it is over.
     */
    @ParameterizedTest
    @CsvSource({"12,20", "12,40", "64,30", "64,200", "128,16"})
    void comesToTheTruthAndStaysThere(int start, int truth) {
        ExitCapacity capacity = started(PoolType.ISP, start);
        SplittableRandom chance = new SplittableRandom(truth);
        double doublings = Math.max(1, Math.abs(Math.log((double) truth / start) / Math.log(2)));
        int learning = (int) Math.ceil(60 * doublings);
        double over = 0;
        double all = 0;
        for (int duration = 0; duration < learning + 2_000; duration++) {
            int running = capacity.capacityRequests;
            for (int i = 0; i < running; i++) {
                int beside = Math.min(running, capacity.capacityRequests);
                boolean fails = chance.nextDouble() < 1 - (double) truth / beside;
                if (fails) {
                    capacity.overloaded(T0 + duration * 2_000L + i, beside, POLICY);
                } else {
                    capacity.completed(beside, POLICY);
                }
                if (duration >= learning) {
                    over += capacity.capacityRequests > truth ? 1.0 / running : 0;
                    all += 1.0 / running;
                }
            }
            if (duration >= learning) {
                assertThat((double) capacity.capacityRequests).isBetween(0.8 * truth - 1, 1.2 * truth + 1);
            }
        }
        assertThat(over / all).isLessThan(0.25);
    }

    @Test
    void modestOverloadDoesNotDriftItUp() {
        ExitCapacity capacity = started(PoolType.ISP, 100);
        for (int i = 1; i <= 100_000; i++) {
            if (i % 50 == 0) {
                capacity.overloaded(T0 + i * 100L, 0, POLICY);
            } else {
                capacity.completed(100, POLICY);
            }
        }
        assertThat(capacity.capacityRequests).isLessThan(100);
    }

    @Test
    void aSlowTargetIsNoFullExit() {
        assertThat(ExitCapacity.slowConnect(90, 30, POLICY)).isFalse();
        assertThat(ExitCapacity.slowConnect(91, 30, POLICY)).isTrue();
        assertThat(ExitCapacity.slowConnect(60_000, 0, POLICY))
                .as("without a baseline nothing is said")
                .isFalse();
    }

    @Test
    void fixedStays() {
        CapacityPolicy fixed = POLICY.withMode(CapacityMode.FIXED);
        ExitCapacity capacity = started(PoolType.RESIDENTIAL, 12);
        for (int i = 0; i < 100; i++) {
            capacity.completed(12, fixed);
            capacity.overloaded(T0 + i, 0, fixed);
        }
        assertThat(capacity.capacityRequests).isEqualTo(12);
    }

    @Property
    void alwaysBetweenOneAndTheCeiling(
            @ForAll @IntRange(min = 1, max = 500) int declared,
            @ForAll @IntRange(min = 1, max = 200) int ceiling,
            @ForAll int[] events) {
        CapacityPolicy policy = new CapacityPolicy(
                POLICY.scope(), 0, CapacityMode.ADAPTIVE, 1, 1, 1, 1, 1, ceiling, 0.05, 0.85, 3, 60_000, 0.9, 0.01, 3);
        ExitCapacity capacity = new ExitCapacity();
        capacity.start(PoolType.ISP, declared, policy);
        for (int i = 0; i < events.length; i++) {
            if (events[i] % 3 == 0) {
                capacity.overloaded(T0 + i * 1_000L, 0, policy);
            } else {
                capacity.completed(capacity.capacityRequests, policy);
            }
            assertThat(capacity.capacityRequests).isBetween(1, ceiling);
        }
    }

    /** How many completions at its Cmax it takes to come to one of the requests given, and not by. */
    private static int completionsTo(int requests, ExitCapacity capacity) {
        int completions = 0;
        for (; capacity.capacityRequests < requests; completions++) {
            capacity.completed(capacity.capacityRequests, POLICY);
        }
        assertThat(capacity.capacityRequests).isEqualTo(requests);
        return completions;
    }

    private static ExitCapacity started(PoolType type, int declared) {
        ExitCapacity capacity = new ExitCapacity();
        capacity.start(type, declared, POLICY);
        return capacity;
    }
}
