package io.fairlead.jobs.relays;

import io.fairlead.jobs.desk.Desk;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.PoolType;
import io.fairlead.model.policy.RelayPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.model.policy.ScopedPolicies;
import io.fairlead.model.relay.LegHistory;
import io.fairlead.model.relay.LegQuality;
import io.fairlead.model.relay.ParentChoice;
import io.fairlead.model.relay.ParentChoice.Candidate;
import io.fairlead.model.relay.ParentChoice.Ranking;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.RelayParent;
import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.decisions.RoomParent;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.LinkReport;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the plans stand on, and the plans. Pieces of state: {@code epoch}, and {@code TOPIC KEY} of what stands on compacted topics; what ways are worth is seen anew
 * within a minute of a restart, in which no relay client moves but those that must.
 */
final class RelayDesk implements Desk {

    private static final String EPOCH = "epoch";
    private static final String POLICY_KIND = "relay/";
    private static final long HEARTBEAT_MS = 1_000;

    /** Plans are looked at so often. */
    private static final long PLAN_MS = 1_000;

    /** A relay client that has no plan and does not say whom it prefers gets one after so long. */
    static final long UNASKED_MS = 30_000;

    /** A quality that has changed by less is not told anew, and others so often at most. */
    private static final double TELL_POINTS = 5;

    private static final long TELL_MS = 10_000;

    /** What ways are worth is not known yet so long after the start. */
    static final long WARM_UP_MS = 60_000;

    private final ScopedPolicies<RelayPolicy> policies = new ScopedPolicies<>(RelayPolicy.defaults());
    private final RelayServers servers = new RelayServers();
    private final RelayClients clients = new RelayClients();
    private final RoomAudience audience = new RoomAudience();
    private final Map<String, RelayPlan> plans = new TreeMap<>();
    private final Map<String, Long> firstSeenMs = new HashMap<>();
    private final Map<String, byte[]> pieces = new TreeMap<>();

    /** When relay clients moved though they need not have, the oldest first. */
    private final ArrayDeque<Long> movesMs = new ArrayDeque<>();

    private final long epoch;
    private final long openedAtMs;
    private long policyVersion = -1;
    private long counter;
    private long heartbeats;
    private long heartbeatAtMs;
    private long plannedAtMs;

    private RelayDesk(long epoch, long nowMs) {
        this.epoch = epoch;
        this.openedAtMs = nowMs;
    }

    /** Makes it of what a checkpoint held. */
    static RelayDesk open(NavigableMap<String, byte[]> kept, long nowMs) throws IOException {
        byte[] before = kept.get(EPOCH);
        long epoch =
                Math.max(nowMs, before == null ? 0 : ByteBuffer.wrap(before).getLong() + 1);
        RelayDesk desk = new RelayDesk(epoch, nowMs);
        desk.pieces.put(EPOCH, ByteBuffer.allocate(Long.BYTES).putLong(epoch).array());
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        for (Map.Entry<String, byte[]> each : kept.entrySet()) {
            int space = each.getKey().indexOf(' ');
            if (space > 0) {
                try {
                    desk.standing(
                            each.getKey().substring(0, space),
                            each.getKey().substring(space + 1),
                            reader.read(each.getValue()));
                } catch (UnreadableRecordException e) {
                    throw new IOException(
                            "what a checkpoint kept of '" + each.getKey() + "' can't be read: " + e.getMessage(), e);
                }
            }
        }
        return desk;
    }

    @Override
    public void take(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs, Out out) {
        if (record instanceof LinkReport report) {
            String says = report.getRelayServerId();
            clients.linked(report, says.isEmpty() ? servers.at(report.getAddress()) : says, nowMs);
        } else if (record instanceof LegReport report) {
            clients.carried(report, nowMs);
            audience.heard(report, nowMs);
        } else if (record instanceof EdgeReport report) {
            servers.heard(report, nowMs);
        } else if (raw.topic().equals(Topics.CONFIG_POLICIES.name())
                || raw.topic().equals(Topics.DECISIONS_RELAYS.name())) {
            if (standing(raw.topic(), key, record)) {
                byte[] value = raw.value();
                pieces.put(raw.topic() + " " + key, value == null ? new byte[0] : value);
            }
            if (raw.topic().equals(Topics.CONFIG_POLICIES.name())) {
                policyVersion = Math.max(policyVersion, raw.offset());
            }
        }
    }

    /** Takes in what stands on a compacted topic; false: it is of no use here. Policies that are refused were refused by the quality job already, which looks at all. */
    private boolean standing(String topic, String key, @Nullable SpecificRecord record) {
        if (topic.equals(Topics.CONFIG_POLICIES.name()) && key.startsWith(POLICY_KIND)) {
            Scope scope = Scope.parse(key.substring(POLICY_KIND.length()));
            if (record == null) {
                policies.remove(scope);
                return true;
            }
            return PolicyRecords.violations(key, record).isEmpty()
                    && PolicyRecords.read(record) instanceof RelayPolicy policy
                    && policies.put(policy).isEmpty();
        }
        if (!topic.equals(Topics.DECISIONS_RELAYS.name())) {
            return false;
        }
        if (record == null) {
            plans.remove(key);
            return true;
        }
        RelayPlan known = plans.get(key);
        boolean own = known != null && known.getVersion().getJobEpoch() == epoch;
        if (record instanceof RelayPlan plan && plan.getVersion().getJobEpoch() != epoch && !own) {
            plans.put(key, plan);
            return true;
        }
        return false; // told by this job itself, or before what it has told
    }

    @Override
    public void look(long nowMs, Out out) {
        if (nowMs - plannedAtMs >= PLAN_MS) {
            plannedAtMs = nowMs;
            plan(nowMs, out);
        }
        if (nowMs - heartbeatAtMs >= HEARTBEAT_MS) {
            heartbeatAtMs = nowMs;
            out.tell(
                    Topics.DECISIONS_HEARTBEATS,
                    RelayJob.NAME,
                    JobHeartbeat.newBuilder()
                            .setJob(RelayJob.NAME)
                            .setJobEpoch(epoch)
                            .setCounter(++heartbeats)
                            .setIssuedAtMs(nowMs)
                            .setWatermarkMs(nowMs)
                            .setPolicyVersion(policyVersion)
                            .setDecisions(counter)
                            .setKeys(plans.size())
                            .build());
        }
    }

    private void plan(long nowMs, Out out) {
        for (String gone = clients.forgotten(nowMs); gone != null; gone = clients.forgotten(nowMs)) {
            firstSeenMs.remove(gone);
            if (plans.remove(gone) != null) {
                out.tell(Topics.DECISIONS_RELAYS, gone, null);
                pieces.put(Topics.DECISIONS_RELAYS.name() + " " + gone, new byte[0]);
            }
        }
        Map<String, String> present = servers.present(nowMs);
        if (present.isEmpty()) {
            return; // nobody who could be planned was ever heard: what was planned stays
        }
        RelayPolicy policy = policies.resolve(PoolType.UNKNOWN, nowMs);
        movesMs.removeIf(atMs -> nowMs - atMs >= policy.holdMs());
        List<RoomParent> rooms = audience.mostWatched(present, nowMs);
        for (RelayClients.Client client : clients.all()) {
            plan(client, present, rooms, policy, nowMs, out);
        }
    }

    private void plan(
            RelayClients.Client client,
            Map<String, String> present,
            List<RoomParent> rooms,
            RelayPolicy policy,
            long nowMs,
            Out out) {
        RelayPlan told = plans.get(client.id);
        Ranking before = told == null ? prefers(client, present, nowMs) : ranking(told);
        if (before == null) {
            return;
        }
        List<Candidate> candidates = new ArrayList<>();
        Map<String, LegQuality> worth = new HashMap<>();
        present.forEach((server, address) -> {
            LegHistory way = client.ways.get(server);
            LegQuality quality = (way == null ? new LegHistory() : way).quality(nowMs);
            worth.put(server, quality);
            candidates.add(new Candidate(server, quality));
        });
        boolean mayMove = nowMs - openedAtMs >= WARM_UP_MS && movesMs.size() < mostMoves(policy);
        Ranking after = ParentChoice.choose(before, candidates, policy, nowMs, mayMove);
        if (told != null && !after.first().equals(before.first()) && present.containsKey(before.first())) {
            movesMs.add(nowMs);
        }
        RelayPlan next = told(client.id, after, present, worth, rooms, nowMs);
        if (told == null || worthTelling(told, next)) {
            next.setVersion(new DecisionVersion(epoch, ++counter));
            plans.put(client.id, next);
            out.tell(Topics.DECISIONS_RELAYS, client.id, next);
            pieces.put(Topics.DECISIONS_RELAYS.name() + " " + client.id, WireEncoder.encode(next));
        }
    }

    /** Of all relay clients that share in the policy, at least one. */
    private int mostMoves(RelayPolicy policy) {
        return policy.movedShare() == 0
                ? 0
                : Math.max(1, (int) (policy.movedShare() * clients.all().size()));
    }

    /** What a relay client does by itself, so that the first plan moves nothing; null: that is not known yet. */
    private @Nullable Ranking prefers(RelayClients.Client client, Map<String, String> present, long nowMs) {
        if (present.containsKey(client.first())) {
            return new Ranking(List.of(client.first()), nowMs, "it takes it first by its settings");
        }
        long sinceMs = firstSeenMs.computeIfAbsent(client.id, id -> nowMs);
        return nowMs - sinceMs < UNASKED_MS ? null : new Ranking(List.of(), nowMs, "");
    }

    private static Ranking ranking(RelayPlan plan) {
        return new Ranking(
                plan.getParents().stream().map(RelayParent::getRelayServerId).toList(),
                plan.getFirstSinceMs(),
                plan.getReason());
    }

    private RelayPlan told(
            String client,
            Ranking ranking,
            Map<String, String> present,
            Map<String, LegQuality> worth,
            List<RoomParent> rooms,
            long nowMs) {
        List<RelayParent> parents = new ArrayList<>();
        for (String server : ranking.servers()) {
            LegQuality quality = worth.getOrDefault(server, new LegHistory().quality(nowMs));
            parents.add(new RelayParent(
                    server,
                    present.getOrDefault(server, ""),
                    quality.quality(),
                    quality.lowConfidence(),
                    quality.rttMs(),
                    quality.stillShare(),
                    quality.resentShare(),
                    quality.lostPerHour(),
                    quality.busyShare()));
        }
        List<RoomParent> elsewhere = rooms.stream()
                .filter(room -> !room.getRelayServerId().equals(ranking.first()))
                .toList();
        return RelayPlan.newBuilder()
                .setRelayClientId(client)
                .setVersion(new DecisionVersion(epoch, 0L))
                .setIssuedAtMs(nowMs)
                .setPolicyVersion(policyVersion)
                .setParents(parents)
                .setRooms(elsewhere)
                .setFirstSinceMs(ranking.firstSinceMs())
                .setReason(ranking.reason())
                .build();
    }

    private static boolean worthTelling(RelayPlan told, RelayPlan next) {
        if (!places(told).equals(places(next)) || !pinned(told).equals(pinned(next))) {
            return true;
        }
        if (next.getIssuedAtMs() - told.getIssuedAtMs() < TELL_MS) {
            return false;
        }
        for (int each = 0; each < next.getParents().size(); each++) {
            RelayParent before = told.getParents().get(each);
            RelayParent now = next.getParents().get(each);
            if (Math.abs(now.getQuality() - before.getQuality()) >= TELL_POINTS
                    || now.getLowConfidence() != before.getLowConfidence()) {
                return true;
            }
        }
        return false;
    }

    private static List<String> places(RelayPlan plan) {
        return plan.getParents().stream()
                .map(each -> each.getRelayServerId() + " " + each.getAddress())
                .toList();
    }

    private static Map<String, String> pinned(RelayPlan plan) {
        Map<String, String> pinned = new TreeMap<>();
        plan.getRooms().forEach(each -> pinned.put(each.getRoom(), each.getRelayServerId() + " " + each.getAddress()));
        return pinned;
    }

    @Override
    public void changes(Keeper keeper) throws IOException {
        for (Map.Entry<String, byte[]> each : pieces.entrySet()) {
            keeper.keep(each.getKey(), each.getValue().length == 0 ? null : each.getValue());
        }
        pieces.clear();
    }
}
