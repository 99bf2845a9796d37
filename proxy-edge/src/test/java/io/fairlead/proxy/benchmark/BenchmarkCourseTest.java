package io.fairlead.proxy.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BenchmarkCourseTest {

    private static final BenchmarkPlan PLAN = new BenchmarkPlan(
            List.of(new BenchmarkPlan.Goal("default", URI.create("http://example.org/"))),
            600_000,
            0.2,
            10_000,
            30_000,
            20,
            16,
            1 << 20);
    private static final BenchmarkResult GOOD = new BenchmarkResult(Outcome.OK, FaultLayer.NONE, 1, 2, 200);
    private static final BenchmarkResult BAD =
            new BenchmarkResult(Outcome.CONNECTION_TIMEOUT, FaultLayer.AMBIGUOUS, 0, 2, 0);
    private static final BenchmarkResult TARGET_DOWN =
            new BenchmarkResult(Outcome.RESPONSE_INVALID, FaultLayer.TARGET, 1, 2, 503);

    private static long ms(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Test
    void pausesOfAnExitThatStaysBadGrowToTheInterval() {
        BenchmarkCourse course = new BenchmarkCourse(0);
        Random random = new Random(1);
        long[] middles = {30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000};
        for (long middle : middles) {
            assertThat(ms(course.after(BAD, PLAN, random))).isBetween(middle * 8 / 10, middle * 12 / 10);
        }
        assertThat(course.trigger()).isEqualTo(BenchmarkCourse.Trigger.PROBATION);
        assertThat(ms(course.after(GOOD, PLAN, random))).isBetween(480_000L, 720_000L);
        assertThat(course.trigger()).isEqualTo(BenchmarkCourse.Trigger.SCHEDULE);
    }

    @Test
    void targetThatIsDownChangesNothing() {
        BenchmarkCourse course = new BenchmarkCourse(0);
        assertThat(ms(course.after(TARGET_DOWN, PLAN, new Random(1)))).isBetween(480_000L, 720_000L);
    }

    @Test
    void skippedOnlyWhileRealTrafficSaysEnough() {
        BenchmarkCourse course = new BenchmarkCourse(0);
        assertThat(course.skips(PLAN, 1)).as("registration").isFalse();
        course.after(GOOD, PLAN, new Random(1));
        for (int i = 0; i < 20; i++) {
            course.saw(true);
        }
        assertThat(course.skips(PLAN, TimeUnit.MINUTES.toNanos(10))).isTrue();
        assertThat(course.skips(PLAN, TimeUnit.MINUTES.toNanos(20)))
                .as("nothing since")
                .isFalse();
    }

    @Test
    void realFailureBringsTheNextBenchmarkForward() {
        BenchmarkCourse course = new BenchmarkCourse(0);
        course.after(GOOD, PLAN, new Random(1));
        assertThat(course.saw(false)).isTrue();
        assertThat(course.saw(false)).as("once is enough").isFalse();
        assertThat(course.trigger()).isEqualTo(BenchmarkCourse.Trigger.FAILURE);
    }
}
