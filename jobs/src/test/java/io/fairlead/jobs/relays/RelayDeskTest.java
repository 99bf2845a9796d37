package io.fairlead.jobs.relays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.policy.RelayPolicy;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.RelayParent;
import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.decisions.RoomParent;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.LinkReport;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The desk of relay plans, with records as they lie on their topics. */
class RelayDeskTest {

    private static final long START_MS = 1_700_000_000_000L;
    private static final long LINKS_MS = 10_000;
    private static final Authorship AUTHOR = new Authorship("ada", "tried out", 7L, 1L);

    private final TreeMap<String, byte[]> kept = new TreeMap<>();
    private final Map<String, SpecificRecordBase> standing = new HashMap<>();
    private final List<RelayPlan> told = new ArrayList<>();
    private final TreeSet<String> servers = new TreeSet<>(List.of("ams", "fra"));
    private final TreeSet<String> clients = new TreeSet<>(List.of("sao"));

    /** Round trips by server, ms, from every relay client. */
    private final Map<String, Long> rttMs = new HashMap<>(Map.of("ams", 40L, "fra", 40L));

    private boolean namesServers = true;
    private RelayDesk desk;
    private long nowMs = START_MS;
    private long offset;
    private JobHeartbeat heartbeat;

    @BeforeEach
    void open() throws IOException {
        desk = RelayDesk.open(kept, nowMs);
    }

    private void send(TopicSpec topic, String key, @Nullable SpecificRecordBase record) throws IOException {
        byte[] value = record == null ? null : WireEncoder.encode(record);
        RawRecord raw = new RawRecord(topic.name(), 0, offset++, nowMs, key.getBytes(StandardCharsets.UTF_8), value);
        desk.take(raw, key, record, nowMs, this::hear);
    }

    private void hear(TopicSpec topic, String key, @Nullable SpecificRecordBase record) {
        if (record instanceof JobHeartbeat beat) {
            heartbeat = beat;
        } else {
            standing.put(key, record);
            if (record instanceof RelayPlan plan) {
                told.add(plan);
            }
        }
    }

    private TelemetryHeader header(String edge) {
        return new TelemetryHeader(edge, 1L, 0, 0L, nowMs);
    }

    private void reports(String server) throws IOException {
        EdgeReport report = new EdgeReport();
        report.setHeader(header(server));
        report.setKind(RelayServers.KIND);
        report.setVersion("");
        report.setJobSilenceMs(Map.of());
        report.setApplied(List.of());
        report.setPublished(List.of());
        report.setGroupId("");
        report.setLinkAddress(server + ".example:8460");
        report.setViewerAddress("");
        send(Topics.TELEMETRY_EDGES, server, report);
    }

    /** A relay client that takes ams first, unless it was planned otherwise, and is linked to all. */
    private void links(String client) throws IOException {
        RelayPlan plan = (RelayPlan) standing.get(client);
        List<String> order = new ArrayList<>(plan == null ? List.of() : parents(plan));
        rttMs.keySet().stream().sorted().filter(each -> !order.contains(each)).forEach(order::add);
        for (String server : order) {
            LinkReport report = new LinkReport();
            report.setHeader(header(client));
            report.setRelayClientId(client);
            report.setRelayServerId(namesServers ? server : "");
            report.setAddress(server + ".example:8460");
            report.setIntervalMs(LINKS_MS);
            report.setPlace(order.indexOf(server));
            report.setLinks(2);
            report.setRttUs(rttMs.get(server) * 1_000);
            send(Topics.TELEMETRY_RELAY, client, report);
        }
    }

    private void leg(LegEnd end, String client, String server, long pausedMs) throws IOException {
        send(Topics.TELEMETRY_RELAY, "live/a", legReport(end, client, server, pausedMs));
    }

    private LegReport legReport(LegEnd end, String client, String server, long pausedMs) {
        LegReport report = new LegReport();
        report.setHeader(header(server));
        report.setEnd(end);
        report.setRoom("live/a");
        report.setRelayClientId(client);
        report.setRelayServerId(server);
        report.setIntervalMs(LINKS_MS);
        report.setViewers(5);
        report.setRoles(Map.of());
        report.setCarriers(1);
        report.setLinkBytes(1_000_000L);
        report.setPausedMs(pausedMs);
        return report;
    }

    /** Time goes on, and all who are there report. */
    private void pass(long ms) throws IOException {
        long endMs = nowMs + ms;
        while (nowMs < endMs) {
            nowMs += 1_000;
            for (String server : servers) {
                reports(server);
            }
            if ((nowMs - START_MS) % LINKS_MS == 0) {
                for (String client : clients) {
                    links(client);
                }
            }
            desk.look(nowMs, this::hear);
        }
    }

    private static List<String> parents(RelayPlan plan) {
        return plan.getParents().stream().map(RelayParent::getRelayServerId).toList();
    }

    private RelayPlan planOf(String client) {
        return (RelayPlan) standing.get(client);
    }

    @Test
    void theFirstPlanMovesNothing() throws IOException {
        rttMs.put("fra", 1L);
        pass(20_000);
        assertThat(parents(planOf("sao"))).containsExactly("ams", "fra");
        assertThat(planOf("sao").getParents().get(0).getAddress()).isEqualTo("ams.example:8460");
        assertThat(planOf("sao").getParents().get(1).getRttMs()).isCloseTo(1, within(1e-9));
        assertThat(heartbeat.getKeys()).isEqualTo(1);
    }

    @Test
    void aRelayServerThatNobodyAskedYetIsKnownByItsAddress() throws IOException {
        namesServers = false;
        pass(20_000);
        assertThat(parents(planOf("sao"))).containsExactly("ams", "fra");
        assertThat(planOf("sao").getParents().get(0).getRttMs()).isCloseTo(40, within(1e-9));
    }

    @Test
    void aMuchNearerRelayServerComesFirstWhenItIsKnownForSure() throws IOException {
        rttMs.put("fra", 1L);
        pass(RelayDesk.WARM_UP_MS - 1_000);
        assertThat(parents(planOf("sao"))).startsWith("ams");
        pass(5_000);
        assertThat(parents(planOf("sao"))).containsExactly("fra", "ams");
        assertThat(planOf("sao").getReason()).contains("ams is worth");
        int before = told.size();
        pass(120_000);
        assertThat(told.subList(before, told.size()))
                .allSatisfy(plan -> assertThat(parents(plan)).startsWith("fra"));
    }

    @Test
    void aRelayServerThatFallsSilentIsFollowedWithinSeconds() throws IOException {
        pass(20_000);
        servers.remove("ams");
        pass(RelayServers.SILENT_MS + 1_000);
        assertThat(parents(planOf("sao"))).containsExactly("fra");
        assertThat(planOf("sao").getReason()).isEqualTo("ams is gone");
    }

    @Test
    void whenAllFallSilentAtOnceNothingChanges() throws IOException {
        pass(20_000);
        int before = told.size();
        servers.clear();
        pass(60_000);
        assertThat(told).hasSize(before);
        assertThat(parents(planOf("sao"))).startsWith("ams");
    }

    @Test
    void mediaThatStandsStillOnTheWayMovesARelayClientThoughItsRoundTripIsGood() throws IOException {
        pass(RelayDesk.WARM_UP_MS);
        for (int i = 0; i < 6; i++) {
            leg(LegEnd.RELAY_CLIENT, "sao", "ams", 1_000);
            leg(LegEnd.RELAY_SERVER, "sao", "ams", 0);
            pass(LINKS_MS);
        }
        assertThat(parents(planOf("sao"))).startsWith("fra");
    }

    @Test
    void aSourceThatStandsStillMovesNobody() throws IOException {
        pass(RelayDesk.WARM_UP_MS);
        for (int i = 0; i < 6; i++) {
            leg(LegEnd.RELAY_CLIENT, "sao", "ams", 8_000);
            leg(LegEnd.RELAY_SERVER, "sao", "ams", 8_000);
            pass(LINKS_MS);
        }
        assertThat(parents(planOf("sao"))).startsWith("ams");
    }

    @Test
    void aWayThatCanHardlyCarryItsRoomsGivesWay() throws IOException {
        pass(RelayDesk.WARM_UP_MS);
        for (int i = 0; i < 6; i++) {
            LegReport report = legReport(LegEnd.RELAY_SERVER, "sao", "ams", 0);
            report.setDeliveryBps(2_000_000L);
            report.setDeliveryBound(true);
            report.setCarriedBps(1_600_000L);
            send(Topics.TELEMETRY_RELAY, "live/a", report);
            pass(LINKS_MS);
        }
        RelayPlan plan = planOf("sao");
        assertThat(parents(plan)).startsWith("fra");
        assertThat(plan.getParents().stream()
                        .filter(each -> each.getRelayServerId().equals("ams"))
                        .findFirst()
                        .orElseThrow()
                        .getBusyShare())
                .isCloseTo(0.8, within(0.01));
    }

    @Test
    void notAllMoveAtOnce() throws IOException {
        for (int i = 0; i < 10; i++) {
            clients.add("client-" + i);
        }
        rttMs.put("fra", 1L);
        pass(RelayDesk.WARM_UP_MS + 5_000);
        long moved = clients.stream()
                .filter(client ->
                        planOf(client).getParents().get(0).getRelayServerId().equals("fra"))
                .count();
        assertThat(moved).isEqualTo(2); // a fifth of eleven
        pass(10 * RelayPolicy.defaults().holdMs());
        assertThat(clients)
                .allSatisfy(client -> assertThat(parents(planOf(client))).startsWith("fra"));
    }

    @Test
    void thePolicySaysWhatIsWorthAMove() throws IOException {
        RelayPolicy stay = RelayPolicy.defaults().withMoves(90, 30_000, 1);
        send(Topics.CONFIG_POLICIES, "relay/default", (SpecificRecordBase) PolicyRecords.write(stay, AUTHOR));
        rttMs.put("fra", 1L);
        pass(180_000);
        assertThat(parents(planOf("sao"))).startsWith("ams");
        assertThat(heartbeat.getPolicyVersion()).isZero();
    }

    @Test
    void aPublishedRoomIsMadeKnownToThoseWhoseFirstDoesNotHaveIt() throws IOException {
        LegReport report = legReport(LegEnd.RELAY_SERVER, "sao", "fra", 0);
        report.setPublished(true);
        send(Topics.TELEMETRY_RELAY, "live/a", report);
        report.setRelayServerId("ams");
        report.setRoom("live/b");
        send(Topics.TELEMETRY_RELAY, "live/b", report);
        pass(20_000);
        assertThat(planOf("sao").getRooms()).containsExactly(new RoomParent("live/a", "fra", "fra.example:8460", 5));
    }

    @Test
    void afterARestartPlansStandAndTheirEpochRises() throws IOException {
        rttMs.put("fra", 1L);
        pass(RelayDesk.WARM_UP_MS + 5_000);
        assertThat(parents(planOf("sao"))).startsWith("fra");
        long epoch = planOf("sao").getVersion().getJobEpoch();
        desk.changes((key, bytes) -> {
            if (bytes != null) {
                kept.put(key, bytes);
            }
        });
        rttMs.put("fra", 400L);
        nowMs += 60_000;
        desk = RelayDesk.open(kept, nowMs);
        pass(30_000);
        assertThat(parents(planOf("sao"))).startsWith("fra");
        pass(RelayDesk.WARM_UP_MS);
        assertThat(parents(planOf("sao"))).startsWith("ams");
        assertThat(planOf("sao").getVersion().getJobEpoch()).isGreaterThan(epoch);
    }

    @Test
    void aRelayClientThatIsLongGoneHasNoPlan() throws IOException {
        pass(20_000);
        clients.clear();
        nowMs += RelayClients.FORGOTTEN_MS + LINKS_MS;
        reports("ams");
        desk.look(nowMs, this::hear);
        assertThat(standing).containsEntry("sao", null);
    }
}
