package io.fairlead.proxy.pick;

import static io.fairlead.proxy.pick.Exits.POOL;
import static io.fairlead.proxy.pick.Exits.info;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.policy.PolitenessPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.exit.Location;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exits are gentle with targets, where a policy asks for it. */
class PolitenessTest {

    private static final String SHOP = "shop.example";
    private static final PolitenessPolicy FIVE_A_MINUTE =
            PolitenessPolicy.defaults().withRequestsPerMinute(5);
    private static final PolitenessPolicy REST_A_MINUTE =
            PolitenessPolicy.defaults().withRestAfterBlockMs(60_000);

    private long nowMs = 1_000_000;
    private final Slot slot = new Slot();

    @ParameterizedTest
    @EnumSource(PickPolicy.class)
    void anExitServesAHostSoManyTimesAMinuteAndNoMore(PickPolicy policy) {
        ExitTable table = table(PickSettings.DEFAULTS.withPolicy(policy));
        table.online(info("exit-1", 100, POOL));
        table.online(info("exit-2", 100, POOL));
        table.policy(FIVE_A_MINUTE);
        assertThat(served(table, SHOP, 20)).isEqualTo(10);
        assertThat(slot.retryAfterMs()).isBetween(1L, 12_000L);
        assertThat(served(table, "other.example", 20)).isEqualTo(10);
        nowMs += 12_000;
        assertThat(served(table, SHOP, 20)).isEqualTo(2);
        nowMs += 600_000;
        assertThat(served(table, SHOP, 20)).isEqualTo(10);
    }

    @Test
    void withoutAPolicyOrWithoutATargetNothingIsHeldBackOrRemembered() {
        ExitTable table = table(PickSettings.DEFAULTS);
        table.online(info("exit-1", 100, POOL));
        table.blocked("exit-1", POOL, SHOP, "shop");
        assertThat(served(table, SHOP, 50)).isEqualTo(50);
        table.policy(FIVE_A_MINUTE);
        assertThat(served(table, "", 50)).isEqualTo(50);
        assertThat(table.politePairs()).isZero();
        table.politenessRemoved(Scope.GLOBAL);
        assertThat(served(table, SHOP, 50)).isEqualTo(50);
        assertThat(table.politePairs()).isZero();
    }

    @Test
    void anExitThatATargetBlockedRestsForItAloneAndSaysHowLong() {
        ExitTable table = table(PickSettings.DEFAULTS);
        table.online(info("exit-1", 100, POOL));
        table.policy(REST_A_MINUTE);
        table.blocked("exit-1", POOL, SHOP, "shop");
        assertThat(table.pick(to(SHOP), slot)).isFalse();
        assertThat(slot.retryAfterMs()).isEqualTo(60_000);
        assertThat(table.pick(to(SHOP).onlyOf("exit-1"), slot)).isFalse();
        assertThat(slot.retryAfterMs()).isEqualTo(60_000);
        assertThat(served(table, "other.example", 3)).isEqualTo(3);
        table.online(info("exit-2", 100, POOL));
        assertThat(table.pick(to(SHOP), slot)).isTrue();
        assertThat(slot.exitId()).isEqualTo("exit-2");
        slot.release();
        nowMs += 60_000;
        assertThat(table.pick(to(SHOP).onlyOf("exit-1"), slot)).isTrue();
        assertThat(table.rests()).isEqualTo(1);
    }

    @Test
    void anAnswerWithAStatusThatThePolicyNamesIsABlock() {
        ExitTable table = table(PickSettings.DEFAULTS);
        table.online(info("exit-1", 100, POOL));
        table.policy(REST_A_MINUTE);
        RequestTelemetry learning = table.learningFrom(new RequestTelemetry() {
            @Override
            public void attempt(ProxiedAttempt attempt) {}

            @Override
            public void request(ProxiedRequest request) {}
        });
        learning.attempt(answered(200));
        learning.attempt(answered(404));
        assertThat(served(table, SHOP, 1)).isEqualTo(1);
        learning.attempt(answered(429));
        assertThat(served(table, SHOP, 1)).isZero();
    }

    @Test
    void theMostSpecificPolicyCounts() {
        ExitTable table = table(PickSettings.DEFAULTS);
        table.online(info("exit-1", 100, POOL));
        table.policy(FIVE_A_MINUTE);
        table.policy(FIVE_A_MINUTE.withScope(Scope.parse("type:residential")).withRequestsPerMinute(4));
        assertThat(served(table, "a.example", 20)).isEqualTo(4);
        table.policy(FIVE_A_MINUTE.withScope(Scope.parse("pool:" + POOL)).withRequestsPerMinute(3));
        assertThat(served(table, "b.example", 20)).isEqualTo(3);
        table.policy(FIVE_A_MINUTE.withScope(Scope.parse("class:shop")).withRequestsPerMinute(0));
        assertThat(served(table, "c.example", 20)).isEqualTo(20);
    }

    @Test
    void aRequestThatFindsNoSlotDoesNotCount() {
        ExitTable table = table(PickSettings.DEFAULTS);
        table.online(info("exit-1", 1, POOL));
        table.policy(FIVE_A_MINUTE);
        Slot held = requireNonNull(table.pick(to(SHOP)));
        for (int i = 0; i < 20; i++) {
            assertThat(table.pick(to(SHOP).onlyOf("exit-1"), slot)).isFalse();
            assertThat(slot.retryAfterMs()).isZero();
        }
        held.release();
        assertThat(served(table, SHOP, 20)).isEqualTo(4);
    }

    @Test
    void manyWhoAskAtOnceGetNoMoreThanAMinutesWorth() throws Exception {
        ExitTable table = table(PickSettings.DEFAULTS);
        table.online(info("exit-1", 10_000, POOL));
        table.policy(PolitenessPolicy.defaults().withRequestsPerMinute(500));
        AtomicInteger served = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                all.add(threads.submit(() -> served.addAndGet(served(table, SHOP, 400, new Slot()))));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(served.get()).isEqualTo(500);
    }

    @Test
    void whatIsRememberedIsBoundedAndAPoolAtRestIsNotLookedThroughWhole() {
        ExitTable table = table(PickSettings.DEFAULTS.withMaxPolitePairs(5_000));
        table.policy(REST_A_MINUTE);
        for (int i = 0; i < 3_000; i++) {
            table.online(info("exit-" + i, 1, POOL));
            table.blocked("exit-" + i, POOL, SHOP, "shop");
        }
        assertThat(table.pick(to(SHOP), slot)).isFalse();
        assertThat(slot.retryAfterMs()).isEqualTo(60_000);
        for (int i = 0; i < 6_000; i++) {
            table.blocked("exit-0", POOL, "host-" + i, "shop");
        }
        assertThat(table.politePairs()).isLessThanOrEqualTo(5_000);
        assertThat(table.politenessForgotten()).isGreaterThanOrEqualTo(4_000);
    }

    private int served(ExitTable table, String host, int picks) {
        return served(table, host, picks, slot);
    }

    private static int served(ExitTable table, String host, int picks, Slot into) {
        int served = 0;
        for (int i = 0; i < picks; i++) {
            if (table.pick(to(host), into)) {
                served++;
                into.release();
            }
        }
        return served;
    }

    private static PickRequest to(String host) {
        return new PickRequest("acme", POOL, "shop", List.of(), Location.ANYWHERE, "", host);
    }

    private static ProxiedAttempt answered(int status) {
        ProxiedAttempt attempt = new ProxiedAttempt();
        attempt.setPhase(AttemptPhase.COMPLETED);
        attempt.setOutcome(Outcome.OK);
        attempt.setLayer(FaultLayer.NONE);
        attempt.setExitId("exit-1");
        attempt.setPool(POOL);
        attempt.setTargetHost(SHOP);
        attempt.setTargetClass("shop");
        attempt.setStatus(status);
        return attempt;
    }

    private ExitTable table(PickSettings settings) {
        return new ExitTable(
                settings, () -> Instant.ofEpochMilli(nowMs), () -> nowMs * 1_000_000, new SplittableRandom(7));
    }
}
