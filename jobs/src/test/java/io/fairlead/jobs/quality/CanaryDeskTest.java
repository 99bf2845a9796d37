package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.PoolType;
import io.fairlead.model.canary.CanaryArms;
import io.fairlead.model.canary.CanaryStage;
import io.fairlead.model.canary.Tries;
import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** The desk of canaries on Flink's own harness: its real state and clock. */
class CanaryDeskTest {

    private static final long START = 1_700_000_000_000L;
    private static final long VERSION = 17;
    private static final String KEY = "quality/default";
    private static final CanaryTerms TERMS = new CanaryTerms(0.3, 10_000, 60_000, 0.05, 1.5, 100);
    private static final QualityPolicy TRIED = QualityPolicy.defaults().withReferences(300, 40);
    private static final List<String> EXITS =
            IntStream.range(0, 30).mapToObj(i -> "exit-" + i).toList();

    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());

    @Test
    void oneThatIsWorseIsRolledBackAndSaysWhy() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            desk.set(canary(KEY), VERSION);
            assertThat(desk.stages()).containsExactly(CanaryStage.BASELINE);
            desk.seconds(11, 0);
            assertThat(desk.stages()).containsExactly(CanaryStage.BASELINE, CanaryStage.RUNNING);
            desk.seconds(30, 0.3);
            assertThat(desk.stages()).last().isEqualTo(CanaryStage.ROLLED_BACK);
            List<CanaryVerdict> told = desk.verdicts();
            CanaryVerdict last = told.get(told.size() - 1);
            assertThat(last.getPolicyKey()).isEqualTo(KEY);
            assertThat(last.getPolicyVersion()).isEqualTo(VERSION);
            assertThat(last.getAuthor()).isEqualTo("ann");
            assertThat(last.getReason()).startsWith("success fell by ").contains(" against the others");
            assertThat(last.getSuccessChange().getMean()).isCloseTo(-0.3, within(0.1));
            assertThat(last.getCanary().getExits()).isEqualTo((int) EXITS.stream()
                    .filter(exit -> CanaryArms.decides(VERSION, exit, TERMS.share()))
                    .count());
            assertThat(last.getCanary().getExits() + last.getControl().getExits())
                    .isEqualTo(EXITS.size());
            desk.seconds(30, 0.3);
            assertThat(desk.verdicts()).as("what has ended is not told again").isEmpty();
        }
    }

    @Test
    void oneThatIsSoundHoldsAndIsTakenBackIfItBecomesWorseThen() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            desk.set(canary(KEY), VERSION);
            desk.seconds(80, 0);
            assertThat(desk.stages()).containsExactly(CanaryStage.BASELINE, CanaryStage.RUNNING, CanaryStage.HELD);
            assertThat(desk.verdicts()).last().satisfies(held -> assertThat(held.getReason())
                    .contains("within what is borne"));
            desk.seconds(60, 0.4);
            assertThat(desk.stages()).last().isEqualTo(CanaryStage.ROLLED_BACK);
        }
    }

    @Test
    void whatTheFleetsDeskFindsToBeTheFaultOfAnExitCountsThoughItDoesNotNameItsType() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            desk.set(canary(KEY), VERSION);
            desk.seconds(11, 0);
            desk.seconds(4, 0);
            long atMs = desk.nowMs;
            for (String exit : EXITS) {
                if (CanaryArms.decides(VERSION, exit, TERMS.share())) {
                    desk.tries(new ExitTries(exit, null, atMs, Tries.failed(200)));
                }
            }
            desk.seconds(2, 0);
            assertThat(desk.stages()).last().isEqualTo(CanaryStage.ROLLED_BACK);
        }
    }

    @Test
    void withoutTrafficItIsWatchedLongerAndEndsAsTooLittle() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            desk.set(canary(KEY), VERSION);
            for (int second = 0; second < 30; second++) {
                desk.time(1_000);
            }
            assertThat(desk.stages()).as("it does not decide yet").containsExactly(CanaryStage.BASELINE);
            for (int second = 0; second < 50; second++) {
                desk.time(1_000);
            }
            assertThat(desk.stages()).containsExactly(CanaryStage.BASELINE, CanaryStage.TOO_LITTLE);
            assertThat(desk.verdicts()).last().satisfies(ended -> assertThat(ended.getReason())
                    .contains("100 are asked for of each"));
        }
    }

    @Test
    void whoChangesThePolicyOvertakesItAndWhoMakesItThePolicyPromotesIt() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            desk.set(canary(KEY), VERSION);
            desk.set(policy(QualityPolicy.defaults()), VERSION - 1);
            assertThat(desk.stages()).as("of before").containsExactly(CanaryStage.BASELINE);
            desk.set(policy(QualityPolicy.defaults()), VERSION + 1);
            assertThat(desk.stages()).containsExactly(CanaryStage.BASELINE, CanaryStage.OVERTAKEN);
            desk.set(canary(KEY), VERSION + 2);
            desk.set(policy(TRIED), VERSION + 3);
            desk.ruling(new Ruling.PolicySet(CanaryRecords.key(KEY), VERSION + 4, null));
            assertThat(desk.stages()).endsWith(CanaryStage.BASELINE, CanaryStage.PROMOTED);
            desk.set(canary(KEY), VERSION + 5);
            desk.ruling(new Ruling.PolicySet(CanaryRecords.key(KEY), VERSION + 6, null));
            assertThat(desk.stages()).endsWith(CanaryStage.BASELINE, CanaryStage.STOPPED);
        }
    }

    @Test
    void aRestartGoesOnWhereItWas() throws Exception {
        OperatorSubtaskState checkpoint;
        long nowMs;
        try (Harness first = new Harness()) {
            first.open();
            first.set(canary(KEY), VERSION);
            first.seconds(16, 0);
            checkpoint = first.harness.snapshot(1, START);
            nowMs = first.nowMs;
        }
        try (Harness second = new Harness()) {
            second.nowMs = nowMs;
            second.restore(checkpoint);
            second.seconds(20, 0.3);
            assertThat(second.stages()).as("with the baseline of before").last().isEqualTo(CanaryStage.ROLLED_BACK);
        }
    }

    @Test
    void whatHadEndedDoesNotBeginAgainThoughItsStateIsLost() throws Exception {
        for (boolean verdictFirst : List.of(true, false)) {
            try (Harness desk = new Harness()) {
                desk.open();
                Ruling over = new Ruling.Canary(KEY, VERSION, CanaryStage.ROLLED_BACK);
                if (verdictFirst) {
                    desk.ruling(over);
                    desk.set(canary(KEY), VERSION);
                } else {
                    desk.set(canary(KEY), VERSION);
                    desk.ruling(over);
                }
                desk.seconds(40, 0);
                assertThat(desk.stages()).last().isEqualTo(CanaryStage.ROLLED_BACK);
                desk.set(canary(KEY), VERSION + 1);
                desk.seconds(11, 0);
                assertThat(desk.stages()).as("a new one does").last().isEqualTo(CanaryStage.RUNNING);
            }
        }
    }

    @Test
    void exitsThatAnotherPolicyDecidesAreOfNoArm() throws Exception {
        try (Harness desk = new Harness()) {
            desk.open();
            desk.set(canary("quality/type:mobile"), VERSION);
            desk.seconds(6, 0);
            assertThat(desk.verdicts()).last().satisfies(told -> {
                assertThat(told.getCanary().getExits() + told.getControl().getExits())
                        .isZero();
            });
        }
        try (Harness desk = new Harness()) {
            desk.open();
            desk.ruling(new Ruling.PolicySet(
                    "quality/type:residential",
                    3,
                    WireEncoder.encode(PolicyRecords.write(
                            QualityPolicy.defaults().withScope(Scope.ofType(PoolType.RESIDENTIAL), 0), author()))));
            desk.set(canary(KEY), VERSION);
            desk.seconds(6, 0);
            assertThat(desk.verdicts()).last().satisfies(told -> {
                assertThat(told.getCanary().getExits() + told.getControl().getExits())
                        .isZero();
            });
        }
    }

    @Test
    void whatGoesThroughTheJobIsReadAsItWasWritten() throws Exception {
        ExitTries tries = new ExitTries("exit-1", PoolType.MOBILE, 7, new Tries(1, 2, 3, 4.5, 6.5));
        for (ExitTries each : List.of(tries, new ExitTries("exit-1", null, 7, Tries.failed(1)))) {
            DataOutputSerializer out = new DataOutputSerializer(64);
            ExitTries.Serializer.INSTANCE.serialize(each, out);
            assertThat(ExitTries.Serializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                    .isEqualTo(each);
        }
        Ruling ruling = new Ruling.Canary(KEY, 4, CanaryStage.HELD);
        DataOutputSerializer out = new DataOutputSerializer(64);
        Ruling.Serializer.INSTANCE.serialize(ruling, out);
        assertThat(Ruling.Serializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                .isEqualTo(ruling);
    }

    // ----

    private static Authorship author() {
        return new Authorship("ann", "a test", 1L, 1L);
    }

    private static PolicyCanary canary(String policyKey) {
        Scope scope = Scope.parse(policyKey.substring(policyKey.indexOf('/') + 1));
        PolicyCanary record = CanaryRecords.write(
                policyKey, TERMS, PolicyRecords.write(TRIED.withScope(scope, 0), author()), author());
        assertThat(PolicyRecords.violations(CanaryRecords.key(policyKey), record))
                .isEmpty();
        return record;
    }

    private static io.fairlead.schemas.config.QualityPolicy policy(QualityPolicy policy) {
        return (io.fairlead.schemas.config.QualityPolicy) PolicyRecords.write(policy, author());
    }

    private final class Harness implements AutoCloseable {

        final TwoInputStreamOperatorTestHarness<ExitTries, Ruling, Ruling> harness;
        long nowMs = START;
        private final List<CanaryStage> stages = new ArrayList<>();

        Harness() throws Exception {
            harness = new TwoInputStreamOperatorTestHarness<>(new CanaryDesk());
            harness.setup(Ruling.Serializer.INSTANCE);
        }

        void open() throws Exception {
            harness.setProcessingTime(nowMs);
            harness.open();
        }

        void restore(OperatorSubtaskState state) throws Exception {
            harness.initializeState(state);
            open();
        }

        void set(PolicyCanary canary, long version) throws Exception {
            ruling(new Ruling.PolicySet(CanaryRecords.key(canary.getPolicyKey()), version, WireEncoder.encode(canary)));
        }

        void set(io.fairlead.schemas.config.QualityPolicy policy, long version) throws Exception {
            ruling(new Ruling.PolicySet(KEY, version, WireEncoder.encode(policy)));
        }

        void ruling(Ruling ruling) throws Exception {
            harness.processElement2(new StreamRecord<>(ruling));
        }

        void tries(ExitTries tries) throws Exception {
            harness.processElement1(new StreamRecord<>(tries));
        }

        void time(long ms) throws Exception {
            nowMs += ms;
            harness.setProcessingTime(nowMs);
        }

        /** Ten tries a second through each exit; of those of the canary's arm, that share fails. */
        void seconds(int seconds, double failing) throws Exception {
            for (int second = 0; second < seconds; second++) {
                for (int i = 0; i < EXITS.size(); i++) {
                    String exit = EXITS.get(i);
                    boolean drawn = CanaryArms.decides(VERSION, exit, TERMS.share());
                    long failed = drawn ? Math.round(failing * 10) : 0;
                    Tries tries = Tries.failed(failed + (second + i) % 10 / 9);
                    for (long carried = failed; carried < 10; carried++) {
                        tries = tries.plus(Tries.carried((double) (40 + i + carried)));
                    }
                    tries(new ExitTries(exit, PoolType.RESIDENTIAL, nowMs, tries));
                }
                time(1_000);
            }
        }

        /** Each stage once, in their order, of all rulings so far. */
        List<CanaryStage> stages() {
            for (Ruling each : harness.extractOutputValues()) {
                CanaryStage stage = ((Ruling.Canary) each).stage();
                if (stages.isEmpty() || stages.get(stages.size() - 1) != stage) {
                    stages.add(stage);
                }
            }
            harness.getOutput().clear();
            return stages;
        }

        /** Verdicts since the last call. */
        List<CanaryVerdict> verdicts() throws Exception {
            List<CanaryVerdict> verdicts = new ArrayList<>();
            var queue = harness.getSideOutput(CanaryDesk.TOLD);
            while (queue != null && !queue.isEmpty()) {
                Finding.CanaryTold told = (Finding.CanaryTold) queue.remove().getValue();
                verdicts.add((CanaryVerdict) reader.read(told.draft()));
            }
            return verdicts;
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
