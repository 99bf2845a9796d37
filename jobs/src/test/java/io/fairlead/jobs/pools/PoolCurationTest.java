package io.fairlead.jobs.pools;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExclusiveDomain;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.PoolHealth;
import io.fairlead.schemas.decisions.PoolMembership;
import io.fairlead.schemas.pools.PoolRecords;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator with records as they lie on their topics, killed and started again. */
class PoolCurationTest {

    private static final long START_MS = 1_700_000_000_000L;
    private static final Authorship AUTHOR = new Authorship("ada", "tried out", 7L, 1L);

    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());
    private final Map<String, PoolAssignment> told = new HashMap<>();
    private final List<SpecificRecord> beside = new ArrayList<>();
    private KeyedOneInputStreamOperatorTestHarness<String, PoolSignal, RawRecord> operator;
    private long nowMs = START_MS;
    private int read;
    private int readBeside;

    @BeforeEach
    void start() throws Exception {
        start(null);
    }

    private void start(@Nullable OperatorSubtaskState state) throws Exception {
        operator = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new PoolCuration("127.0.0.1:1", new Properties())),
                signal -> "default",
                Types.STRING);
        operator.setup(
                RawRecords.TYPE.createSerializer(new org.apache.flink.api.common.serialization.SerializerConfigImpl()));
        operator.setProcessingTime(nowMs);
        if (state != null) {
            operator.initializeState(state);
        }
        operator.open();
        read = 0;
        readBeside = 0;
    }

    @AfterEach
    void stop() throws Exception {
        operator.close();
    }

    private void send(TopicSpec topic, String key, @Nullable SpecificRecord record) throws Exception {
        operator.processElement(new StreamRecord<>(new PoolSignal.Told(new RawRecord(
                topic.name(),
                0,
                0,
                nowMs,
                key.getBytes(StandardCharsets.UTF_8),
                record == null ? null : WireEncoder.encode((org.apache.avro.specific.SpecificRecordBase) record)))));
    }

    private void exit(String id, double quality) throws Exception {
        ExitConnected connected = new ExitConnected();
        connected.setHeader(new TelemetryHeader("edge-1", 1L, 0, 0L, nowMs));
        connected.setExitId(id);
        connected.setLinkId("l");
        connected.setPoolType(PoolType.RESIDENTIAL);
        connected.setCountry("fr");
        connected.setRegion("");
        connected.setCity("");
        connected.setOs("");
        connected.setConnectionType("");
        connected.setObservedPrefix("");
        connected.setAgentVersion("");
        connected.setDeclaredCountry("");
        connected.setDeclaredRegion("");
        connected.setDeclaredCity("");
        connected.setConsent(true);
        send(Topics.TELEMETRY_EXITS, id, connected);
        score(id, quality, ExitState.ONLINE);
    }

    private void score(String id, double quality, ExitState state) throws Exception {
        Bounded sure = new Bounded(0.01, 0.01, 0.01, 10.0);
        ExitScore score = new ExitScore();
        score.setExitId(id);
        score.setVersion(new DecisionVersion(1L, 1L));
        score.setState(state);
        score.setQuality(quality);
        score.setDisconnect(sure);
        score.setSuccess(sure);
        score.setCapacityRequests(4);
        score.setClasses(List.of());
        score.setStays(List.of());
        score.setFailingTargets(List.of());
        score.setDisconnectBasis("");
        score.setReasons(List.of());
        score.setTrigger("");
        score.setTriggerEdgeId("");
        score.setPoolType(PoolType.RESIDENTIAL);
        send(Topics.DECISIONS_EXITS, id, score);
    }

    private void define(String id, int wanted) throws Exception {
        io.fairlead.schemas.config.PoolDefinition record = PoolRecords.write(PoolDefinition.of(id, wanted), AUTHOR);
        send(Topics.CONFIG_POOLS, id, record);
    }

    private void edgeKnows(DecisionVersion version) throws Exception {
        EdgeReport report = new EdgeReport();
        report.setLinkAddress("");
        report.setViewerAddress("");
        report.setHeader(new TelemetryHeader("edge-1", 1L, 0, 0L, nowMs));
        report.setKind("supernode");
        report.setVersion("");
        report.setJobSilenceMs(Map.of());
        report.setPublished(List.of());
        report.setGroupId("");
        report.setApplied(List.of(new AppliedDecisions(
                Topics.DECISIONS_POOLS.name(), version.getJobEpoch(), version.getCounter(), 0L, 0, 0L, 0L, 0L, 0L)));
        send(Topics.TELEMETRY_EDGES, "edge-1", report);
    }

    private void after(long ms) throws Exception {
        nowMs += ms;
        operator.setProcessingTime(nowMs);
        List<RawRecord> all = operator.extractOutputValues();
        for (RawRecord each : all.subList(read, all.size())) {
            PoolAssignment assignment = (PoolAssignment) reader.read(each.value());
            assertThat(each.topic()).isEqualTo(Topics.DECISIONS_POOLS.name());
            told.put(assignment.getExitId(), assignment);
        }
        read = all.size();
        var side = operator.getSideOutput(PoolCuration.BESIDE);
        if (side != null) {
            List<StreamRecord<RawRecord>> records = List.copyOf(side);
            for (StreamRecord<RawRecord> each : records.subList(readBeside, records.size())) {
                byte[] value = each.getValue().value();
                if (value != null) {
                    beside.add(reader.read(value));
                }
            }
            readBeside = records.size();
        }
    }

    private Set<String> members(String pool) {
        Set<String> ids = new TreeSet<>();
        told.forEach((id, assignment) -> {
            if (assignment.getMemberships().stream()
                    .map(PoolMembership::getPoolId)
                    .anyMatch(pool::equals)) {
                ids.add(id);
            }
        });
        return ids;
    }

    private DecisionVersion newest() {
        return told.values().stream()
                .map(PoolAssignment::getVersion)
                .max((a, b) -> Long.compare(a.getCounter(), b.getCounter()))
                .orElseThrow();
    }

    private PoolForecast forecast(String pool) {
        PoolForecast found = null;
        for (SpecificRecord each : beside) {
            if (each instanceof PoolForecast forecast && forecast.getPoolId().equals(pool)) {
                found = forecast;
            }
        }
        assertThat(found).isNotNull();
        return found;
    }

    @Test
    void formsAPoolWithinASecondAndSaysHowItStands() throws Exception {
        exit("a", 90);
        exit("b", 80);
        define("p", 2);
        after(1_000);
        assertThat(members("p")).containsExactly("a", "b");
        assertThat(told.get("a").getMemberships().get(0).getReason()).isEqualTo("least size: 0 of 1");
        assertThat(forecast("p").getState()).isEqualTo(PoolHealth.HEALTHY);
        assertThat(forecast("p").getMembersOnline()).isEqualTo(2);
        assertThat(beside).hasAtLeastOneElementOfType(JobHeartbeat.class);
    }

    @Test
    void aRestartLosesNoMemberAndDoublesNoExclusiveExit() throws Exception {
        exit("a", 90);
        exit("b", 80);
        exit("c", 70);
        io.fairlead.schemas.config.PoolDefinition mine = PoolRecords.write(PoolDefinition.of("mine", 1), AUTHOR);
        mine.setExclusive(true);
        mine.setMinMembers(0);
        send(Topics.CONFIG_POOLS, "mine", mine);
        define("shared", 2);
        after(200);
        edgeKnows(new DecisionVersion(0L, 0L));
        after(6_000);
        assertThat(told.get("a").getOwnerPool()).isEqualTo("mine");
        assertThat(members("mine")).as("the edge does not know yet").isEmpty();
        OperatorSubtaskState state = operator.snapshot(1, nowMs);
        operator.close();
        DecisionVersion before = newest();
        start(state);
        after(10_000);
        assertThat(members("mine")).as("nor after the restart").isEmpty();
        assertThat(members("shared")).containsExactly("b", "c");
        edgeKnows(before);
        after(6_000);
        assertThat(members("mine")).containsExactly("a");
        assertThat(members("shared")).containsExactly("b", "c");
        assertThat(told.get("a").getVersion().getJobEpoch()).isGreaterThan(before.getJobEpoch());
    }

    @Test
    void aRestartGivesNoExitForADomainThatAnEdgeMayStillUseForOthers() throws Exception {
        exit("a", 90);
        define("shared", 1);
        after(1_000);
        send(Topics.CONFIG_POOLS, "mine", exclusiveFor("mine", "shop.example"));
        edgeKnows(told.get("a").getVersion());
        after(6_000);
        assertThat(members("mine")).as("the edge does not know yet").isEmpty();
        assertThat(members("shared")).containsExactly("a");
        assertThat(told.get("a").getExclusiveDomains())
                .containsExactly(new ExclusiveDomain("shop.example", "mine", 0L, false));
        OperatorSubtaskState state = operator.snapshot(1, nowMs);
        operator.close();
        DecisionVersion before = newest();
        start(state);
        after(10_000);
        assertThat(members("mine")).as("nor after the restart").isEmpty();
        edgeKnows(before);
        after(6_000);
        assertThat(members("mine")).containsExactly("a");
        assertThat(members("shared")).containsExactly("a");
        assertThat(told.get("a").getExclusiveDomains())
                .containsExactly(new ExclusiveDomain("shop.example", "mine", 0L, true));
        operator.close();
        PoolAssignment former = told.get("a");
        nowMs += 1_000;
        start(null);
        edgeKnows(former.getVersion());
        send(Topics.DECISIONS_POOLS, "a", former);
        exit("a", 90);
        define("shared", 1);
        after(10_000);
        assertThat(members("shared")).containsExactly("a");
        assertThat(told.get("a").getExclusiveDomains())
                .as("without a checkpoint it is nobody's until the edge knows")
                .containsExactly(new ExclusiveDomain("shop.example", "mine", 0L, false));
        edgeKnows(told.get("a").getVersion());
        after(1_000);
        assertThat(told.get("a").getExclusiveDomains()).isEmpty();
    }

    private static io.fairlead.schemas.config.PoolDefinition exclusiveFor(String pool, String... domains) {
        return PoolRecords.write(PoolDefinition.of(pool, 1).exclusiveFor(List.of(domains), 0), AUTHOR);
    }

    @Test
    void withoutACheckpointWhatAFormerStartHadGivenIsTakenBackFirst() throws Exception {
        exit("a", 90);
        define("p", 1);
        after(1_000);
        PoolAssignment former = told.get("a");
        former.setOwnerPool("gone");
        operator.close();
        nowMs += 1_000;
        start(null);
        edgeKnows(former.getVersion());
        send(Topics.DECISIONS_POOLS, "a", former);
        after(200);
        assertThat(told.get("a").getVersion().getJobEpoch())
                .isGreaterThan(former.getVersion().getJobEpoch());
        assertThat(told.get("a").getMemberships()).isEmpty();
        assertThat(told.get("a").getOwnerPool()).isEqualTo("gone");
        exit("a", 90);
        define("p", 1);
        after(6_000);
        assertThat(members("p")).as("an edge does not know yet").isEmpty();
        edgeKnows(told.get("a").getVersion());
        after(6_000);
        after(10_000);
        assertThat(members("p")).containsExactly("a");
    }

    @Test
    void whatIsDeletedIsToldBeforeACheckpointStands() throws Exception {
        exit("a", 90);
        define("p", 1);
        after(1_000);
        assertThat(members("p")).containsExactly("a");
        send(Topics.CONFIG_POOLS, "p", null);
        operator.snapshot(1, nowMs);
        after(0);
        assertThat(members("p")).isEmpty();
        assertThat(told.get("a").getChanges().get(0).getReason()).isEqualTo("the pool was deleted");
    }

    @Test
    void aNetworkThatFallsAwayIsReplacedAndTheStoryIsTold() throws Exception {
        for (String id : List.of("a", "b", "c", "d")) {
            exit(id, id.compareTo("b") <= 0 ? 90 : 80);
        }
        define("p", 2);
        after(1_000);
        assertThat(members("p")).containsExactly("a", "b");
        score("a", 90, ExitState.OFFLINE);
        score("b", 90, ExitState.OFFLINE);
        after(1_000);
        assertThat(members("p")).contains("c", "d");
        after(15_000);
        assertThat(members("p")).containsExactly("c", "d");
        assertThat(told.get("c").getChanges().get(0).getReason()).startsWith("least size: 2 of 1");
    }

    @Test
    void aDefinitionThatContradictsItselfIsRefusedWithSentencesAndTheFormerGoesOn() throws Exception {
        exit("a", 90);
        define("p", 1);
        after(1_000);
        io.fairlead.schemas.config.PoolDefinition wrong = PoolRecords.write(PoolDefinition.of("p", 1), AUTHOR);
        wrong.setMinMembers(5);
        send(Topics.CONFIG_POOLS, "p", wrong);
        after(1_000);
        assertThat(members("p")).containsExactly("a");
        assertThat(beside)
                .filteredOn(ConfigRejected.class::isInstance)
                .singleElement()
                .satisfies(record -> assertThat(((ConfigRejected) record).getViolations())
                        .containsExactly("minMembers is 5 but must be between 0 and 1; lower it to at most 1"));
    }

    @Test
    void eachMinuteIsForecastAndScored() throws Exception {
        exit("a", 90);
        define("p", 1);
        for (int i = 0; i < 8 * 60; i++) {
            operator.processElement(new StreamRecord<>(new PoolSignal.Demand("p", 2_000_000, 4, 3)));
            after(1_000);
        }
        PoolForecast forecast = forecast("p");
        assertThat(forecast.getColdStart()).isTrue();
        assertThat(forecast.getAhead()).hasSize(3).allSatisfy(ahead -> {
            assertThat(ahead.getQuantiles()).hasSize(5);
            assertThat(ahead.getUnhealthyProbability()).isBetween(0.0, 1.0);
        });
        assertThat(forecast.getOutcomes())
                .filteredOn(outcome -> outcome.getMeasure().equals("DEMAND"))
                .singleElement()
                .satisfies(outcome -> {
                    assertThat(outcome.getHorizonMinutes()).isEqualTo(5);
                    assertThat(outcome.getActual()).as("two requests at a time").isBetween(1.9, 2.1);
                });
        OperatorSubtaskState state = operator.snapshot(1, nowMs);
        operator.close();
        start(state);
        send(
                Topics.TELEMETRY_EDGES,
                "other",
                new io.fairlead.schemas.telemetry.EdgeTick(new TelemetryHeader("edge-1", 1L, 0, 0L, nowMs)));
        after(60_000);
        assertThat(forecast("p").getOutcomes())
                .as("what was told before the restart is scored after it")
                .isNotEmpty();
    }
}
