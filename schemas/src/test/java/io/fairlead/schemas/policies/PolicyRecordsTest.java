package io.fairlead.schemas.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.model.policy.BenchmarkTarget;
import io.fairlead.model.policy.Policy;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.CapacityMode;
import io.fairlead.schemas.config.CapacityPolicy;
import io.fairlead.schemas.config.QualityPolicy;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class PolicyRecordsTest {

    private static final Authorship AUTHOR = new Authorship("ada", "tried out", 7L, 1L);

    @Test
    void everyFieldSurvivesTheWayThereAndBack() {
        for (String kind : PolicyRecords.kinds()) {
            Scope scope = Scope.parse(
                    switch (kind) {
                        case "pool", "forecast" -> "pool:a";
                        case "map" -> "default";
                        case "relay" -> "room:live/a";
                        default -> "type:mobile";
                    });
            Policy policy = PolicyRecords.defaults(kind, scope);
            SpecificRecord record = PolicyRecords.write(policy, AUTHOR);
            assertThat(PolicyRecords.read(record)).isEqualTo(policy);
            assertThat(PolicyRecords.authorship(record)).isEqualTo(AUTHOR);
            assertThat(PolicyRecords.violations(kind + "/" + scope, record)).isEmpty();
        }
        Policy targets = io.fairlead.model.policy.BenchmarkPolicy.defaults()
                .withTargets(
                        List.of(new BenchmarkTarget("shop", "https://shop.example/", 2, List.of(".shop.example"))));
        assertThat(PolicyRecords.read(PolicyRecords.write(targets, AUTHOR))).isEqualTo(targets);
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        QualityPolicy record =
                (QualityPolicy) PolicyRecords.write(PolicyRecords.defaults("quality", Scope.GLOBAL), AUTHOR);
        record.setPsiMs(-1);
        record.setGamma(99);
        assertThat(PolicyRecords.violations("quality/pool:a", record))
                .anySatisfy(sentence -> assertThat(sentence).contains("psiMs is -1"))
                .anySatisfy(sentence -> assertThat(sentence).contains("gamma is 99"))
                .anySatisfy(sentence -> assertThat(sentence).contains("the record says quality/default"))
                .hasSize(3);
    }

    @Test
    void modeOfALaterVersionIsRefusedByName() {
        CapacityPolicy record =
                (CapacityPolicy) PolicyRecords.write(PolicyRecords.defaults("capacity", Scope.GLOBAL), AUTHOR);
        record.setMode(CapacityMode.UNKNOWN);
        assertThat(PolicyRecords.violations("capacity/default", record))
                .singleElement()
                .asString()
                .contains("mode is UNKNOWN")
                .contains("ADAPTIVE");
    }

    @Test
    void recordThatIsNoPolicyAndKindThatIsNoneAreNamed() {
        assertThat(PolicyRecords.violations("quality/default", AUTHOR))
                .singleElement()
                .asString()
                .contains("Authorship is no policy");
        assertThatThrownBy(() -> PolicyRecords.defaults("speed", Scope.GLOBAL))
                .hasMessageContaining("'speed'")
                .hasMessageContaining("benchmark, capacity, forecast, map, politeness, pool, quality, relay");
    }
}
