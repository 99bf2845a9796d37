package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Telemetry of one edge as it lies on its topics, at times of its own. */
final class Tales {

    private static final String EDGE = "edge-1";

    final List<RawRecord> records = new ArrayList<>();
    private final long epochMs;
    private long sequence;

    Tales(long epochMs) {
        this(epochMs, 0);
    }

    /** @param sequence of the first */
    Tales(long epochMs, long sequence) {
        this.epochMs = epochMs;
        this.sequence = sequence;
    }

    void connected(long atMs, String exitId, long asn) {
        tell(
                Topics.TELEMETRY_EXITS,
                atMs,
                ExitConnected.newBuilder()
                        .setHeader(header(atMs))
                        .setExitId(exitId)
                        .setLinkId(exitId + "-1")
                        .setAgentEpochMs(1)
                        .setPoolType(PoolType.RESIDENTIAL)
                        .setAsn(asn)
                        .setConsent(true)
                        .setDeclaredCapacityRequests(8)
                        .build());
    }

    void heartbeat(long atMs, String exitId, long asn) {
        tell(
                Topics.TELEMETRY_EXITS,
                atMs,
                ExitHeartbeat.newBuilder()
                        .setHeader(header(atMs))
                        .setExitId(exitId)
                        .setLinkId(exitId + "-1")
                        .setAgentEpochMs(1)
                        .setPoolType(PoolType.RESIDENTIAL)
                        .setAsn(asn)
                        .setPingUs(30_000)
                        .setRunningRequests(1)
                        .setRunningHereRequests(1)
                        .setConsent(true)
                        .build());
    }

    void benchmarked(long atMs, String exitId, String target, Outcome outcome, FaultLayer layer) {
        tell(
                Topics.TELEMETRY_EXITS,
                atMs,
                ExitBenchmarked.newBuilder()
                        .setHeader(header(atMs))
                        .setExitId(exitId)
                        .setTargetClass("shop")
                        .setTarget(target)
                        .setOutcome(outcome)
                        .setLayer(layer)
                        .setConnectUs(outcome == Outcome.OK ? 100_000 : 0)
                        .setTotalUs(300_000)
                        .setTrigger("schedule")
                        .build());
    }

    void attempted(long atMs, String exitId, long asn, String target, Outcome outcome, FaultLayer layer) {
        tell(
                Topics.TELEMETRY_ATTEMPTS,
                atMs,
                ProxiedAttempt.newBuilder()
                        .setHeader(header(atMs))
                        .setRequestId("r")
                        .setAttempt(1)
                        .setPhase(AttemptPhase.COMPLETED)
                        .setTenant("acme")
                        .setPool("residential")
                        .setExitId(exitId)
                        .setPoolType(PoolType.RESIDENTIAL)
                        .setAsn(asn)
                        .setTargetClass("shop")
                        .setTargetHost(target)
                        .setTargetPort(443)
                        .setProtocol(ClientProtocol.HTTP_CONNECT)
                        .setRunningAtReservationRequests(1)
                        .setCapacityAtReservationRequests(8)
                        .setConnectUs(outcome == Outcome.OK ? 10_000 : 0)
                        .setFirstByteUs(0)
                        .setTotalUs(30_000)
                        .setBytesUp(1)
                        .setBytesDown(1)
                        .setOutcome(outcome)
                        .setLayer(layer)
                        .build());
    }

    void tick(long atMs) {
        EdgeTick tick = new EdgeTick();
        tick.setHeader(header(atMs));
        tell(Topics.TELEMETRY_EXITS, atMs, tick);
    }

    private TelemetryHeader header(long atMs) {
        return new TelemetryHeader(EDGE, epochMs, 0, sequence++, atMs);
    }

    private void tell(TopicSpec topic, long atMs, SpecificRecord record) {
        records.add(new RawRecord(topic.name(), 0, records.size(), atMs, null, WireEncoder.encode(record)));
    }
}
