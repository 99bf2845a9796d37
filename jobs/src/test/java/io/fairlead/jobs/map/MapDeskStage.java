package io.fairlead.jobs.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.PopularityVerdict;
import io.fairlead.schemas.decisions.ResolverClients;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.decisions.RollOutState;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.telemetry.RttSource;
import io.fairlead.schemas.telemetry.SubnetTally;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** A desk of the map that hears records as they lie on their topics, and what it says of them. Three groups, of which the first is for whom nothing is known. */
abstract class MapDeskStage {

    static final long START_MS = 1_700_000_000_000L;
    static final long EPOCH_MS = 60_000;
    static final long STAGE_MS = 10_000;
    static final long MBIT = 1_000_000;
    static final Authorship AUTHOR = new Authorship("ada", "tried out", 7L, 1L);
    static final List<String> GROUPS = List.of("ams", "fra", "par");

    final TreeMap<String, byte[]> kept = new TreeMap<>();
    final Map<String, SpecificRecordBase> standing = new HashMap<>();
    final List<SpecificRecordBase> told = new ArrayList<>();
    Parts.Limits limits = new Parts.Limits(2_000_000, 100_000);
    MapDesk desk;
    long nowMs = START_MS;
    long offset;
    double deliveredBitsPerSecond = -1;

    @BeforeEach
    void start() throws IOException {
        open();
        for (int i = 0; i < GROUPS.size(); i++) {
            group(GROUPS.get(i), 1_000_000 * MBIT, i + 1);
        }
        shortStages();
    }

    void shortStages() throws IOException {
        io.fairlead.model.policy.MapPolicy defaults = io.fairlead.model.policy.MapPolicy.defaults();
        io.fairlead.schemas.config.MapPolicy policy =
                (io.fairlead.schemas.config.MapPolicy) PolicyRecords.write(defaults, AUTHOR);
        policy.setRollOutStageMs(STAGE_MS);
        policy.setControlShare(0.1);
        policy.setMovedShare(1);
        send(Topics.CONFIG_POLICIES, "map/default", policy);
    }

    void open() throws IOException {
        desk = MapDesk.open(kept, nowMs, EPOCH_MS, limits);
    }

    void send(TopicSpec topic, String key, @Nullable SpecificRecordBase record) throws IOException {
        byte[] value = record == null ? null : WireEncoder.encode(record);
        RawRecord raw = new RawRecord(
                topic.name(), 0, offset++, nowMs, key.getBytes(java.nio.charset.StandardCharsets.UTF_8), value);
        desk.take(raw, key, record, nowMs, this::hear);
        keep();
    }

    void hear(TopicSpec topic, String key, @Nullable SpecificRecordBase record) {
        if (record instanceof JobHeartbeat) {
            return;
        }
        standing.put(key, record);
        told.add(record);
    }

    void keep() throws IOException {
        desk.changes((key, bytes) -> {
            if (bytes == null) {
                kept.remove(key);
            } else {
                kept.put(key, bytes);
            }
        });
    }

    void group(String id, long capacityBitsPerSecond, int rank) throws IOException {
        send(
                Topics.CONFIG_GROUPS,
                id,
                DeliveryGroup.newBuilder()
                        .setGroupId(id)
                        .setAuthorship(AUTHOR)
                        .setAddresses(List.of(new DeliveryAddress("192.0.2.1", "edge-" + id)))
                        .setCapacityBitsPerSecond(capacityBitsPerSecond)
                        .setNameServers(List.of("ns-" + id))
                        .setDefaultRank(rank)
                        .build());
    }

    void reports(String group) throws IOException {
        EdgeReport report = new EdgeReport();
        report.setLinkAddress("");
        report.setViewerAddress("");
        report.setHeader(header("edge-" + group));
        report.setKind("relay");
        report.setVersion("");
        report.setJobSilenceMs(Map.of());
        report.setApplied(List.of());
        report.setPublished(List.of());
        report.setGroupId(group);
        report.setDeliveredBitsPerSecond(deliveredBitsPerSecond);
        send(Topics.TELEMETRY_EDGES, "edge-" + group, report);
    }

    TelemetryHeader header(String edge) {
        return new TelemetryHeader(edge, 1L, 0, 0L, nowMs);
    }

    void prefers(String resolver, String group) throws IOException {
        prefers(resolver, group, List.of());
    }

    void prefers(String resolver, String group, List<ResolverClients> clients) throws IOException {
        List<NameServerShare> shares = new ArrayList<>();
        for (String each : GROUPS) {
            boolean its = each.equals(group);
            shares.add(new NameServerShare(
                    "ns-" + each, each, new Bounded(its ? 0.9 : 0.05, 0.0, 1.0, 100.0), -1.0, its ? 12.0 : 70.0));
        }
        send(
                Topics.DECISIONS_POPULARITY,
                resolver,
                ResolverPopularity.newBuilder()
                        .setResolver(resolver)
                        .setVersion(new DecisionVersion(1L, 1L))
                        .setIssuedAtMs(nowMs)
                        .setPolicyVersion(-1)
                        .setVerdict(PopularityVerdict.PREFERS)
                        .setShares(shares)
                        .setCount(100)
                        .setThreshold(0.5)
                        .setPreferred("ns-" + group)
                        .setGroupId(group)
                        .setEvidenceAtMs(nowMs)
                        .setClients(clients)
                        .build());
    }

    void measured(String prefix, String group, double ms) throws IOException {
        measured(prefix, group, ms, 0);
    }

    void measured(String prefix, String group, double ms, long sentBytes) throws IOException {
        send(
                Topics.TELEMETRY_RESOLVERS,
                prefix,
                ResolverRtt.newBuilder()
                        .setHeader(header("edge-" + group))
                        .setSource(RttSource.CLIENT)
                        .setPrefix(prefix)
                        .setGroupId(group)
                        .setSamples(20)
                        .setMinUs((long) (900 * ms))
                        .setMedianUs((long) (1_000 * ms))
                        .setSentBytes(sentBytes)
                        .setIntervalMs(5_000)
                        .build());
    }

    /** As name servers and agents tell it: an IPv6 address with all its bits. */
    void measuredResolver(String prefix, String group, RttSource source, double ms) throws IOException {
        send(
                Topics.TELEMETRY_RESOLVERS,
                prefix,
                ResolverRtt.newBuilder()
                        .setHeader(header("agent-" + group))
                        .setSource(source)
                        .setPrefix(prefix)
                        .setGroupId(group)
                        .setSamples(1)
                        .setMinUs((long) (1_000 * ms))
                        .setMedianUs((long) (1_000 * ms))
                        .setIntervalMs(5_000)
                        .build());
    }

    void asks(String resolver, long questions, long proven, SubnetTally... subnets) throws IOException {
        send(
                Topics.TELEMETRY_RESOLVERS,
                resolver,
                ResolverTally.newBuilder()
                        .setHeader(header("ns-ams"))
                        .setResolver(resolver)
                        .setIntervalMs(5_000)
                        .setQuestions(questions)
                        .setProvenQuestions(proven)
                        .setTcpQuestions(0)
                        .setSubnets(List.of(subnets))
                        .build());
    }

    /** Time goes by, while some groups report. */
    void after(long ms, String... reporting) throws IOException {
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs += Math.min(1_000, end - nowMs);
            for (String group : reporting) {
                reports(group);
            }
            desk.look(nowMs, this::hear);
            keep();
        }
    }

    void afterAll(long ms) throws IOException {
        after(ms, "ams", "fra", "par");
    }

    /** Until all have the first map, and the next, which changes nothing, has been made just now. */
    void firstMap() throws IOException {
        afterAll(5_000);
        for (long sinceMs = nowMs; state().getRollOut() != RollOutState.DONE && nowMs < sinceMs + 20 * STAGE_MS; ) {
            afterAll(1_000);
        }
        afterAll(1_000);
        assertThat(state().getRollOut()).isEqualTo(RollOutState.DONE);
    }

    MapEntry entry(String prefix) {
        assertThat(standing).containsKey(prefix);
        return (MapEntry) standing.get(prefix);
    }

    String servedBy(String prefix) {
        return entry(prefix).getChoices().get(0).getGroupId();
    }

    MapState state() {
        return (MapState) standing.get("*");
    }
}
