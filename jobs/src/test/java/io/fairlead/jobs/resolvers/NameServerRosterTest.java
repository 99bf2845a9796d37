package io.fairlead.jobs.resolvers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NameServerRosterTest {

    private static final long START_MS = 1_700_000_000_000L;
    private static final Authorship AUTHOR = new Authorship("ada", "tried out", 7L, 1L);

    private KeyedOneInputStreamOperatorTestHarness<String, RawRecord, Offer> roster;
    private long nowMs = START_MS;
    private long offset;

    @BeforeEach
    void start() throws Exception {
        start(null);
    }

    private void start(@Nullable OperatorSubtaskState state) throws Exception {
        roster = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new NameServerRoster("127.0.0.1:1", new Properties())),
                record -> "all",
                Types.STRING);
        if (state != null) {
            roster.initializeState(state);
        }
        roster.setProcessingTime(nowMs);
        roster.open();
    }

    @AfterEach
    void stop() throws Exception {
        roster.close();
    }

    private void send(TopicSpec topic, String key, @Nullable SpecificRecordBase record) throws Exception {
        roster.processElement(new StreamRecord<>(new RawRecord(
                topic.name(),
                0,
                offset++,
                nowMs,
                key.getBytes(StandardCharsets.UTF_8),
                record == null ? null : WireEncoder.encode(record))));
    }

    private void group(String id, String... nameServers) throws Exception {
        send(
                Topics.CONFIG_GROUPS,
                id,
                DeliveryGroup.newBuilder()
                        .setGroupId(id)
                        .setAuthorship(AUTHOR)
                        .setAddresses(List.of(new DeliveryAddress("192.0.2.1", "")))
                        .setCapacityBitsPerSecond(1_000_000)
                        .setNameServers(List.of(nameServers))
                        .build());
    }

    private void reports(String edge) throws Exception {
        EdgeReport report = new EdgeReport();
        report.setLinkAddress("");
        report.setViewerAddress("");
        report.setHeader(new TelemetryHeader(edge, 1L, 0, 0L, nowMs));
        report.setKind("nameserver");
        report.setVersion("");
        report.setJobSilenceMs(Map.of());
        report.setApplied(List.of());
        report.setPublished(List.of());
        report.setGroupId("");
        send(Topics.TELEMETRY_EDGES, edge, report);
    }

    private void goesBy(long ms) throws Exception {
        nowMs += ms;
        roster.setProcessingTime(nowMs);
    }

    private Offer newest() {
        List<Offer> told = roster.extractOutputValues();
        return told.get(told.size() - 1);
    }

    @Test
    void oneIsOnOfferFromItsFirstReportOn() throws Exception {
        group("ams", "ns-ams");
        assertThat(newest().groups()).isEmpty();
        goesBy(10_000);
        reports("ns-ams");
        reports("supernode-1");
        assertThat(newest().groups()).containsExactly(Map.entry("ns-ams", "ams"));
        assertThat(newest().nameServers().sinceMs()).containsExactly(Map.entry("ns-ams", START_MS + 10_000));
    }

    @Test
    void oneThatIsSilentIsOutAndBackWithItsNextReport() throws Exception {
        group("ams", "ns-ams");
        reports("ns-ams");
        goesBy(NameServerRoster.SILENT_MS + 1_000);
        assertThat(newest().nameServers().out()).isEqualTo(1);
        reports("ns-ams");
        assertThat(newest().nameServers().out()).isZero();
        assertThat(newest().nameServers().sinceMs()).containsValue(START_MS);
    }

    @Test
    void oneThatIsTakenOutOfItsGroupHasLeft() throws Exception {
        group("ams", "ns-ams", "ns-two");
        reports("ns-ams");
        reports("ns-two");
        goesBy(1_000);
        group("ams", "ns-ams");
        assertThat(newest().groups()).containsOnlyKeys("ns-ams");
        assertThat(newest().nameServers().leftAtMs()).isEqualTo(nowMs);
        send(Topics.CONFIG_GROUPS, "ams", null);
        assertThat(newest().groups()).isEmpty();
    }

    @Test
    void aRestartKnowsWhoWasOnOfferAndWaitsForTheirReports() throws Exception {
        group("ams", "ns-ams");
        reports("ns-ams");
        OperatorSubtaskState state = roster.snapshot(1, nowMs);
        roster.close();
        nowMs += 60_000;
        start(state);
        reports("ns-other");
        assertThat(newest().nameServers().out()).isZero();
        assertThat(newest().nameServers().sinceMs()).containsExactly(Map.entry("ns-ams", START_MS));
        goesBy(NameServerRoster.SILENT_MS + 1_000);
        assertThat(newest().nameServers().out()).isEqualTo(1);
    }

    @Test
    void onlyAPolicyThatKeepsItsBoundsCounts() throws Exception {
        send(Topics.CONFIG_POLICIES, "map/default", policy(120_000));
        assertThat(newest().policy().halfLifeMs()).isEqualTo(120_000);
        assertThat(newest().policyVersion()).isZero();
        send(Topics.CONFIG_POLICIES, "map/default", policy(1));
        assertThat(newest().policy().halfLifeMs()).isEqualTo(120_000);
        send(Topics.CONFIG_POLICIES, "map/default", null);
        assertThat(newest().policy().halfLifeMs()).isEqualTo(3_600_000);
    }

    private static SpecificRecordBase policy(long halfLifeMs) {
        io.fairlead.schemas.config.MapPolicy record = (io.fairlead.schemas.config.MapPolicy)
                PolicyRecords.write(io.fairlead.model.policy.MapPolicy.defaults(), AUTHOR);
        record.setHalfLifeMs(halfLifeMs);
        return record;
    }
}
