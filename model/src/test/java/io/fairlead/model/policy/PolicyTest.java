package io.fairlead.model.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.model.PoolType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bounds, cross-field rules, and which policy counts. */
class PolicyTest {

    private static final QualityPolicy QUALITY = QualityPolicy.defaults();

    @Test
    void theDefaultsKeepTheirOwnBounds() {
        assertThat(QUALITY.validate()).isEmpty();
        assertThat(CapacityPolicy.defaults().validate()).isEmpty();
        assertThat(BenchmarkPolicy.defaults().validate()).isEmpty();
    }

    @Test
    void theDefaultsAreTheOnesThatAreDocumented() {
        assertThat(QUALITY.gamma()).isEqualTo(1);
        assertThat(QUALITY.disconnectWindowMs()).isEqualTo(86_400_000);
        assertThat(QUALITY.disconnectHorizonMs()).isEqualTo(600_000);
        assertThat(QUALITY.disconnectPriorCount()).isEqualTo(0.5);
        assertThat(QUALITY.disconnectPriorHours()).isEqualTo(1);
        assertThat(QUALITY.successHalfLifeMs()).isEqualTo(1_800_000);
        assertThat(QUALITY.lowConfidenceCap()).isEqualTo(50);
        assertThat(QUALITY.explorationShare()).isEqualTo(0.01);
        assertThat(QUALITY.jobSilenceMs()).isEqualTo(60_000);
        assertThat(CapacityPolicy.defaults().shrinkFactor()).isEqualTo(0.85);
        assertThat(CapacityPolicy.defaults().failuresToShrink()).isEqualTo(3);
    }

    @Test
    void aViolationSaysFieldValueBoundAndWhatToDo() {
        List<Violation> violations = QUALITY.withReferences(0, Double.NaN).validate();
        assertThat(violations)
                .extracting(Violation::toString)
                .containsExactly(
                        "psiMs is 0 but must be between 1 and 60000; raise it to at least 1",
                        "omegaMs is NaN but must be between 1 and 60000; give a number");
    }

    @Test
    void benchmarkTargetsMustNotShareAHost() {
        BenchmarkPolicy policy = BenchmarkPolicy.defaults()
                .withTargets(List.of(
                        new BenchmarkTarget("shop", "https://shop.example/", 1, List.of(".example")),
                        new BenchmarkTarget("Search", "ftp://x", 1, List.of(".example"))));
        assertThat(policy.validate())
                .extracting(Violation::field)
                .containsExactlyInAnyOrder(
                        "targets[Search].targetClass", "targets[Search].url", "targets[Search].hosts");
    }

    @Test
    void theLongestHostPatternNamesTheClass() {
        BenchmarkPolicy policy = BenchmarkPolicy.defaults()
                .withTargets(List.of(
                        new BenchmarkTarget("wide", "https://example/", 1, List.of(".example")),
                        new BenchmarkTarget("shop", "https://shop.example/", 1, List.of(".shop.example"))));
        assertThat(policy.classOf("WWW.shop.example")).isEqualTo("shop");
        assertThat(policy.classOf("www.example")).isEqualTo("wide");
        assertThat(policy.classOf("elsewhere")).isEqualTo(BenchmarkPolicy.OTHER_CLASS);
    }

    @Test
    void pausesDoubleUpToTheInterval() {
        BenchmarkPolicy policy = BenchmarkPolicy.defaults();
        assertThat(policy.pauseMs(0, 0.5)).isEqualTo(600_000);
        assertThat(policy.pauseMs(1, 0.5)).isEqualTo(15_000);
        assertThat(policy.pauseMs(2, 0.5)).isEqualTo(30_000);
        assertThat(policy.pauseMs(40, 0.5)).isEqualTo(600_000);
        assertThat(policy.pauseMs(0, 0)).isEqualTo(480_000);
    }

    @Test
    void scopesAreReadBackAsWritten() {
        for (String text : List.of("default", "type:mobile", "pool:res-1", "class:shop")) {
            assertThat(Scope.parse(text)).hasToString(text);
        }
        assertThatThrownBy(() -> Scope.parse("typ:mobile")).hasMessageContaining("typ:mobile");
        assertThatThrownBy(() -> Scope.parse("type:Mobile")).hasMessageContaining("lower case");
    }

    @Test
    void theMostSpecificScopeWinsAndTheNewestInEffect() {
        ScopedPolicies<QualityPolicy> policies = new ScopedPolicies<>(QUALITY);
        policies.put(QUALITY.withGamma(0.1).withScope(Scope.GLOBAL, 100));
        policies.put(QUALITY.withGamma(0.2).withScope(Scope.GLOBAL, 200));
        policies.put(QUALITY.withGamma(0.3).withScope(Scope.ofType(PoolType.MOBILE), 0));
        policies.put(QUALITY.withGamma(0.4).withScope(Scope.ofPool("p"), 0));
        policies.put(QUALITY.withGamma(0.5).withScope(Scope.ofClass("c"), 0));
        assertThat(policies.resolve(PoolType.ISP, 50).gamma()).isEqualTo(1);
        assertThat(policies.resolve(PoolType.ISP, 150).gamma()).isEqualTo(0.1);
        assertThat(policies.resolve(PoolType.ISP, 250).gamma()).isEqualTo(0.2);
        assertThat(policies.resolve(PoolType.MOBILE, 250).gamma()).isEqualTo(0.3);
        assertThat(policies.resolve(PoolType.MOBILE, "p", "", 250).gamma()).isEqualTo(0.4);
        assertThat(policies.resolve(PoolType.MOBILE, "p", "c", 250).gamma()).isEqualTo(0.5);
    }

    @Test
    void anInvalidPolicyLeavesTheLastGoodOne() {
        ScopedPolicies<QualityPolicy> policies = new ScopedPolicies<>(QUALITY);
        policies.put(QUALITY.withGamma(0.5));
        assertThat(policies.put(QUALITY.withGamma(99))).hasSize(1);
        assertThat(policies.resolve(PoolType.ISP, 1).gamma()).isEqualTo(0.5);
    }

    @Test
    void politenessHoldsNothingBackUnlessItIsSetAndSaysWhatIsWrongWithIt() {
        assertThat(PolitenessPolicy.defaults().validate()).isEmpty();
        assertThat(PolitenessPolicy.defaults().holdsBack()).isFalse();
        assertThat(PolitenessPolicy.defaults().withRestAfterBlockMs(1).holdsBack())
                .isTrue();
        assertThat(new PolitenessPolicy(Scope.GLOBAL, 0, -1, 86_400_001, List.of(200)).validate())
                .extracting(Violation::field)
                .containsExactlyInAnyOrder("requestsPerMinute", "restAfterBlockMs", "restStatuses");
        assertThat(new PolitenessPolicy(Scope.GLOBAL, 0, 5, 0, List.of(503)).validate())
                .singleElement()
                .asString()
                .contains("restStatuses")
                .contains("say how long");
    }
}
