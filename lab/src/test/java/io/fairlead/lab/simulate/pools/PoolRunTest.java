package io.fairlead.lab.simulate.pools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Whatever happens in a simulated fleet, what must never happen does not; a run can be seen again; and foresight pays. */
class PoolRunTest {

    @Property(tries = 2)
    void whateverTheSeedNothingThatMustNeverHappenHappens(@ForAll @LongRange(min = 1, max = 1_000_000) long seed) {
        PoolResult result = PoolRun.run(new PoolSetup(seed, 45, 0, 1));
        assertThat(result.looks()).isPositive();
    }

    @Test
    void theSameSeedGivesTheSameRunAndCuratedPoolsAreLongerAsTheyShouldBe() {
        PoolResult one = PoolRun.run(new PoolSetup(7, 45, 0, 2));
        PoolResult again = PoolRun.run(new PoolSetup(7, 45, 0, 2));
        assertThat(again.digest()).isEqualTo(one.digest());
        assertThat(again.kept()).isEqualTo(one.kept());
        double fixed = one.kept().get(PoolResult.Way.FIXED).below();
        double curated = one.kept().get(PoolResult.Way.CURATED).below();
        assertThat(curated).isLessThan(0.5 * fixed);
        one.kept().forEach((way, kept) -> assertThat(kept.causes().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .as("each second below has one cause, when %s", way.word())
                .isEqualTo(Math.round(kept.below() * kept.belowByPool().size() * (2 * 3_600 - 1))));
        assertThat(new PoolComparison(List.of(one)).causes()).contains("Below when oracle");
        String html = PoolReport.html(new PoolComparison(List.of(one, again)));
        assertThat(html).contains("<svg", "curated", "Brier skill").doesNotContain("http", "<script");
    }

    @Test
    void whatIsBrokenSaysHowToSeeItAgain() {
        assertThat(new PoolBroken(new PoolSetup(42, 200, 24, 2), 90_200, "exit-1 is in two"))
                .hasMessage("exit-1 is in two, 90.2 s into the run; seed 42. See it again by: "
                        + "fairlead simulate pools --seed 42 --seeds 1 --exits 200 --hours 2 --warm-hours 24");
    }

    @Test
    void aShortageIsForeseenOnlyIfItWasToldSoAndAlarmsOfNothingAreFalse() {
        Alarms alarms = new Alarms();
        alarms.tell(85, 15);
        for (long minute = 0; minute < 400; minute++) {
            alarms.minute(minute, (minute >= 100 && minute < 105) || (minute >= 200 && minute < 205));
        }
        alarms.tell(300, 15);
        alarms.tell(310, 15);
        assertThat(alarms.foreseen(0, 400)).containsExactly(2, 1);
        assertThat(alarms.falseAlarms(0, 400)).isEqualTo(1);
    }
}
