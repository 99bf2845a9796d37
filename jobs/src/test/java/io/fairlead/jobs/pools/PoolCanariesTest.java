package io.fairlead.jobs.pools;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.canary.CanaryArms;
import io.fairlead.model.canary.Tries;
import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.pools.PoolRecords;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A policy of pools on trial, from the records of operators and of requests to what is told. */
class PoolCanariesTest {

    private static final long START_MS = 1_700_000_000_000L;
    private static final long VERSION = 17;
    private static final String KEY = "pool/default";
    private static final Authorship ANN = new Authorship("ann", "a test", 7L, 1L);
    private static final CanaryTerms TERMS = new CanaryTerms(0.4, 10_000, 60_000, 0.05, 1.5, 100);
    private static final PoolPolicy TRIED = PoolPolicy.defaults().withChurnSharePerHour(0.5);
    private static final List<String> POOLS = List.of("business", "homes", "phones", "shops", "travel");
    private static final Set<String> DRAWN = CanaryArms.draw(VERSION, POOLS, TERMS.share());

    private final TreeMap<String, byte[]> state = new TreeMap<>();
    private final List<CanaryVerdict> verdicts = new ArrayList<>();
    private final Map<String, PoolForecast> forecasts = new HashMap<>();
    private FleetDesk desk;
    private long nowMs = START_MS;

    @BeforeEach
    void start() throws Exception {
        desk = FleetDesk.restored(state.entrySet(), nowMs);
        for (String pool : POOLS) {
            take(Topics.CONFIG_POOLS, pool, 0, PoolRecords.write(PoolDefinition.of(pool, 2), ANN));
        }
    }

    @Test
    void itDecidesItsShareOfThePoolsAndHoldsWhereUsersFareAsBefore() throws Exception {
        take(VERSION, canary(TERMS));
        seconds(9, 0, 0);
        assertThat(stages()).containsExactly(CanaryStage.BASELINE);
        assertThat(decided()).isEmpty();
        seconds(3, 0, 0);
        assertThat(stages()).containsExactly(CanaryStage.BASELINE, CanaryStage.RUNNING);
        assertThat(DRAWN).hasSize(2);
        assertThat(last().getReason()).isEqualTo("it decides " + String.join(", ", new TreeSet<>(DRAWN)));
        seconds(62, 0, 0);
        assertThat(decided()).isEqualTo(DRAWN);
        assertThat(stages()).last().isEqualTo(CanaryStage.HELD);
        assertThat(last().getCanary().getExits()).isEqualTo(2);
        assertThat(last().getControl().getExits()).isEqualTo(3);
        assertThat(last().getAuthor()).isEqualTo("ann");
    }

    @Test
    void itTakesItselfBackWhenUsersOfItsPoolsFareWorse() throws Exception {
        take(VERSION, canary(TERMS));
        seconds(15, 0, 0);
        assertThat(stages()).last().isEqualTo(CanaryStage.RUNNING);
        seconds(20, 0.3, 0);
        assertThat(stages()).last().isEqualTo(CanaryStage.ROLLED_BACK);
        assertThat(last().getReason()).startsWith("success fell by ").contains("against the others");
        seconds(62, 0, 0);
        assertThat(decided()).isEmpty();
    }

    @Test
    void itTakesItselfBackWhenTheOthersPayForIt() throws Exception {
        take(VERSION, canary(TERMS));
        seconds(15, 0, 0);
        seconds(20, 0, 0.3);
        assertThat(stages()).last().isEqualTo(CanaryStage.ROLLED_BACK);
        assertThat(last().getReason())
                .startsWith("success of those that it does not decide fell by ")
                .endsWith("it may have taken from them what they lack");
    }

    @Test
    void aRestartGoesOnWithTheSamePoolsAndWhatWasSeen() throws Exception {
        take(VERSION, canary(TERMS));
        seconds(15, 0, 0);
        desk = FleetDesk.restored(state.entrySet(), nowMs);
        seconds(61, 0, 0);
        assertThat(decided()).isEqualTo(DRAWN);
        assertThat(last().getCanary().getTriesBefore()).isGreaterThan(100);
        seconds(20, 0.3, 0);
        assertThat(stages()).last().isEqualTo(CanaryStage.ROLLED_BACK);
    }

    @Test
    void whatHadEndedDoesNotBeginAgainThoughTheStateIsLost() throws Exception {
        take(VERSION, canary(TERMS));
        seconds(15, 0, 0);
        seconds(20, 0.3, 0);
        CanaryVerdict over = last();
        for (boolean verdictFirst : List.of(true, false)) {
            state.clear();
            verdicts.clear();
            start();
            if (verdictFirst) {
                take(Topics.DECISIONS_CANARIES, KEY, 3, over);
            }
            take(VERSION, canary(TERMS));
            if (!verdictFirst) {
                take(Topics.DECISIONS_CANARIES, KEY, 3, over);
            }
            seconds(40, 0, 0);
            assertThat(decided()).isEmpty();
            assertThat(stages()).doesNotContain(CanaryStage.RUNNING);
        }
    }

    @Test
    void whoMakesItThePolicyPromotesItAndWhoChangesThatOvertakesIt() throws Exception {
        take(VERSION, canary(TERMS));
        take(Topics.CONFIG_POLICIES, KEY, VERSION + 1, PolicyRecords.write(TRIED, ANN));
        seconds(1, 0, 0);
        assertThat(stages()).endsWith(CanaryStage.BASELINE, CanaryStage.PROMOTED);
        take(VERSION + 2, canary(TERMS));
        take(Topics.CONFIG_POLICIES, KEY, VERSION + 3, PolicyRecords.write(PoolPolicy.defaults(), ANN));
        seconds(1, 0, 0);
        assertThat(stages()).endsWith(CanaryStage.BASELINE, CanaryStage.OVERTAKEN);
        take(VERSION + 4, canary(TERMS));
        take(Topics.CONFIG_POLICIES, CanaryRecords.key(KEY), VERSION + 5, null);
        seconds(1, 0, 0);
        assertThat(stages()).endsWith(CanaryStage.BASELINE, CanaryStage.STOPPED);
    }

    @Test
    void aPoolWithAPolicyOfItsOwnIsOfNoArmAndOnePoolIsNotCompared() throws Exception {
        for (String pool : POOLS.subList(1, POOLS.size())) {
            PoolPolicy own = PoolPolicy.defaults().withScope(Scope.ofPool(pool));
            take(Topics.CONFIG_POLICIES, "pool/pool:" + pool, 3, PolicyRecords.write(own, ANN));
        }
        take(VERSION, canary(TERMS));
        seconds(72, 0, 0);
        assertThat(stages()).containsExactly(CanaryStage.BASELINE, CanaryStage.TOO_LITTLE);
        assertThat(last().getReason())
                .isEqualTo("of the pools that it would decide 1 had traffic; it takes two to compare");
    }

    @Test
    void onlyADefaultOfPoolsCanBeTriedAndOneOutOfItsBoundsIsRefused() throws Exception {
        assertThat(CanaryRecords.refusal(KEY)).isEmpty();
        assertThat(CanaryRecords.refusal("pool/pool:homes")).contains("no more than one", "pool/default");
        assertThat(CanaryRecords.refusal("map/default")).contains("is decided of neither", "rolled out");
        Optional<ConfigRejected> refused = take(VERSION, canary(new CanaryTerms(0.9, 10_000, 60_000, 0.05, 1.5, 100)));
        assertThat(refused.orElseThrow().getViolations())
                .singleElement()
                .asString()
                .contains("share", "0.9");
        seconds(3, 0, 0);
        assertThat(verdicts).isEmpty();
    }

    // ----

    private static PolicyCanary canary(CanaryTerms terms) {
        return CanaryRecords.write(KEY, terms, PolicyRecords.write(TRIED, ANN), ANN);
    }

    private Optional<ConfigRejected> take(long version, PolicyCanary canary) {
        return take(Topics.CONFIG_POLICIES, CanaryRecords.key(KEY), version, canary);
    }

    private Optional<ConfigRejected> take(TopicSpec topic, String key, long offset, @Nullable SpecificRecord record) {
        byte[] value = record == null ? null : WireEncoder.encode((SpecificRecordBase) record);
        RawRecord raw = new RawRecord(topic.name(), 0, offset, nowMs, key.getBytes(StandardCharsets.UTF_8), value);
        return desk.take(raw, key, record, nowMs);
    }

    /** Ten requests a second to each pool; shares of these fail, of those to pools in the canary's arm and of the others. */
    private void seconds(int seconds, double ofDrawn, double ofOthers) throws Exception {
        for (int second = 0; second < seconds; second++) {
            nowMs += 1_000;
            for (String pool : POOLS) {
                long failed = Math.round(10 * (DRAWN.contains(pool) ? ofDrawn : ofOthers));
                Tries tries = Tries.failed(failed + (second + pool.length()) % 10 / 9);
                for (long carried = failed; carried < 10; carried++) {
                    tries = tries.plus(Tries.carried((double) (40 + carried)));
                }
                desk.served(new PoolSignal.Served(pool, nowMs, tries));
            }
            desk.served(new PoolSignal.Served("not-defined", nowMs, Tries.failed(10)));
            desk.look(
                    nowMs,
                    assignment -> {},
                    (pool, forecast) -> {
                        if (forecast != null) {
                            forecasts.put(pool, forecast);
                        }
                    },
                    verdicts::add,
                    heartbeat -> {});
            desk.changes(true, (key, bytes) -> {
                if (bytes == null) {
                    state.remove(key);
                } else {
                    state.put(key, bytes);
                }
            });
        }
    }

    private Set<String> decided() {
        Set<String> decided = new TreeSet<>();
        forecasts.forEach((pool, forecast) -> {
            if (forecast.getPolicyVersion() == VERSION) {
                decided.add(pool);
            }
        });
        return decided;
    }

    private List<CanaryStage> stages() {
        List<CanaryStage> stages = new ArrayList<>();
        for (CanaryVerdict each : verdicts) {
            if (stages.isEmpty() || stages.get(stages.size() - 1) != each.getStage()) {
                stages.add(each.getStage());
            }
        }
        return stages;
    }

    private CanaryVerdict last() {
        return verdicts.get(verdicts.size() - 1);
    }
}
