package io.fairlead.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.CanaryArm;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DecisionVersion;
import org.junit.jupiter.api.Test;

class FleetStateTest {

    @Test
    void whatACanaryDoesByItselfIsAMarkEachTimeItStandsElsewhere() {
        FleetState fleet = new FleetState(10);
        fleet.apply("canary/quality/default", new Authorship("ann", "a try", 1_000L, 1L), 17);
        assertThat(fleet.apply(verdict(CanaryStage.BASELINE, 1_000))).isEmpty();
        assertThat(fleet.apply(verdict(CanaryStage.RUNNING, 2_000))).isPresent();
        assertThat(fleet.apply(verdict(CanaryStage.RUNNING, 2_000)))
                .as("it is told every few seconds how it fares")
                .isEmpty();
        assertThat(fleet.apply(verdict(CanaryStage.ROLLED_BACK, 9_000)))
                .contains(new PolicyChange(
                        9_000, "canary/quality/default", "quality job", "rolled back: success fell", 17, 0));
        assertThat(fleet.changes()).extracting(PolicyChange::atMs).containsExactly(1_000L, 2_000L, 9_000L);
    }

    private static CanaryVerdict verdict(CanaryStage stage, long sinceMs) {
        CanaryArm arm = new CanaryArm(1, 1L, 1L, 1.0, 1.0, 1.0, 1.0);
        return new CanaryVerdict(
                "quality/default",
                new DecisionVersion(1L, 1L),
                sinceMs,
                17L,
                stage,
                sinceMs,
                "success fell",
                "ann",
                0.2,
                arm,
                arm,
                new Bounded(0.0, 0.0, 0.0, 0.0),
                new Bounded(1.0, 1.0, 1.0, 0.0));
    }
}
