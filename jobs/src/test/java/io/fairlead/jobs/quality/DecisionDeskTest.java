package io.fairlead.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.PoolType;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class DecisionDeskTest {

    private static final Finding.Scored DRAFT = draft();
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());

    @Test
    void everyDecisionHasAGreaterVersionThanTheOneBefore() throws Exception {
        try (OneInputStreamOperatorTestHarness<Finding, RawRecord> desk = desk()) {
            desk.open();
            desk.processElement(DRAFT, 1);
            desk.processElement(DRAFT, 2);
            List<RawRecord> told = desk.extractOutputValues();
            assertThat(told).extracting(RawRecord::topic).containsOnly(Topics.DECISIONS_EXITS.name());
            assertThat(score(told.get(0)).getVersion().getCounter()).isEqualTo(1);
            assertThat(score(told.get(1)).getVersion().getCounter()).isEqualTo(2);
        }
    }

    @Test
    void aRestartFencesWhatWasDecidedBeforeEvenWhenTheClockWentBack() throws Exception {
        OperatorSubtaskState state;
        long before;
        try (OneInputStreamOperatorTestHarness<Finding, RawRecord> desk = desk(START.plusSeconds(1_000_000))) {
            desk.open();
            desk.processElement(DRAFT, 1);
            before = score(desk.extractOutputValues().get(0)).getVersion().getJobEpoch();
            assertThat(before).isEqualTo(START.plusSeconds(1_000_000).toEpochMilli());
            state = desk.snapshot(1, 1);
        }
        try (OneInputStreamOperatorTestHarness<Finding, RawRecord> desk = desk()) {
            desk.initializeState(state);
            desk.open();
            desk.processElement(DRAFT, 1);
            assertThat(score(desk.extractOutputValues().get(0)).getVersion().getJobEpoch())
                    .isGreaterThan(before);
        }
    }

    @Test
    void theJobIsAliveWhenAllItsTasksAre() throws Exception {
        try (OneInputStreamOperatorTestHarness<Finding, RawRecord> desk = desk()) {
            desk.open();
            desk.processElement(new Finding.Pulse(0, 2, 1, 500, 9, 3), 1);
            desk.processElement(new Finding.Pulse(0, 2, 2, 700, 9, 3), 1);
            assertThat(desk.extractOutputValues()).isEmpty();
            desk.processElement(new Finding.Pulse(1, 2, 2, 600, 8, 4), 1);
            RawRecord told = desk.extractOutputValues().get(0);
            assertThat(told.topic()).isEqualTo(Topics.DECISIONS_HEARTBEATS.name());
            JobHeartbeat heartbeat = (JobHeartbeat) read(told);
            assertThat(heartbeat.getWatermarkMs()).isEqualTo(600);
            assertThat(heartbeat.getPolicyVersion()).isEqualTo(8);
            assertThat(heartbeat.getKeys()).isEqualTo(7);
            desk.processElement(new Finding.Pulse(1, 2, 3, 600, 8, 4), 1);
            assertThat(desk.extractOutputValues()).hasSize(1);
        }
    }

    @Test
    void anExitWhoseStateEndedIsTakenOffTheTopic() throws Exception {
        try (OneInputStreamOperatorTestHarness<Finding, RawRecord> desk = desk()) {
            desk.open();
            desk.processElement(new Finding.Ended("exit-1"), 1);
            RawRecord told = desk.extractOutputValues().get(0);
            assertThat(new String(told.key(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("exit-1");
            assertThat(told.value()).isNull();
        }
    }

    private static OneInputStreamOperatorTestHarness<Finding, RawRecord> desk() throws Exception {
        return desk(START);
    }

    private static OneInputStreamOperatorTestHarness<Finding, RawRecord> desk(Instant now) throws Exception {
        OneInputStreamOperatorTestHarness<Finding, RawRecord> harness = new OneInputStreamOperatorTestHarness<>(
                new ProcessOperator<>(new DecisionDesk(Clock.fixed(now, ZoneOffset.UTC))), Finding.Serializer.INSTANCE);
        harness.setup(RawRecords.TYPE.createSerializer(new SerializerConfigImpl()));
        return harness;
    }

    private ExitScore score(RawRecord told) throws Exception {
        return (ExitScore) read(told);
    }

    private SpecificRecord read(RawRecord told) throws Exception {
        return reader.read(told.value());
    }

    private static Finding.Scored draft() {
        TrackedExit exit = new TrackedExit();
        exit.state.type = PoolType.RESIDENTIAL;
        return new Finding.Scored(WireEncoder.encode(ExitScores.draft(
                "exit-1",
                exit,
                io.fairlead.model.exit.ExitRating.of(
                        exit.state, 1, name -> io.fairlead.model.policy.QualityPolicy.defaults(), name -> 1, 0.9),
                "first",
                new Rulebook(),
                1,
                1)));
    }
}
