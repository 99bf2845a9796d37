package io.fairlead.jobs.map;

import io.fairlead.jobs.desk.Desk;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.PoolType;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.map.EvidenceClass;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.model.policy.ScopedPolicies;
import io.fairlead.model.popularity.Resolver;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.groups.GroupRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.telemetry.SubnetTally;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the map stands on, and the map. Pieces of state: {@code part PREFIX}, {@code epoch}, and {@code TOPIC KEY} of what stands
 * on compacted topics.
 */
final class MapDesk implements Desk {

    private static final String PART = "part ";
    private static final String EPOCH = "epoch";
    private static final String POLICY_KIND = "map/";
    private static final long HEARTBEAT_MS = 1_000;
    private static final double US_PER_MS = 1_000;

    /** Of a tally, so many questions count that anybody could have forged: nobody becomes heavy by them. */
    private static final long MOST_UNPROVEN = 50;

    /** Parts that are nothing any more are looked for so often. */
    private static final long SWEEP_MS = 600_000;

    private static final double LEAST_QUESTIONS = 0.01;

    /** … of a part that only unproven questions tell of: sooner. */
    private static final double LEAST_UNPROVEN_QUESTIONS = 0.25;

    private final ScopedPolicies<MapPolicy> policies = new ScopedPolicies<>(MapPolicy.defaults());
    private final Parts parts;
    private final Set<AddressPrefix> changed = new HashSet<>();

    /** Of parts that are gone, whose entries are still to be taken back. */
    private final List<AddressPrefix> takenBack = new ArrayList<>();

    private final Map<String, byte[]> pieces = new TreeMap<>();
    private final GroupWatch groups;
    private final MapEpochs epochs;
    private final long epoch;
    private long policyVersion = -1;
    private long heartbeats;
    private long heartbeatAtMs;
    private long sweptAtMs;

    private MapDesk(long epoch, long nowMs, long epochMs, Parts.Limits limits) {
        this.epoch = epoch;
        parts = new Parts(limits, this::gone);
        groups = new GroupWatch(nowMs);
        epochs = new MapEpochs(parts.all(), groups, epoch, nowMs, epochMs);
        sweptAtMs = nowMs;
    }

    private void gone(Part part) {
        changed.add(part.prefix);
        if (part.told != null) {
            takenBack.add(part.prefix);
        }
    }

    private void takeBack(Out out) {
        takenBack.forEach(prefix -> out.tell(Topics.DECISIONS_MAP, prefix.toString(), null));
        takenBack.clear();
    }

    /**
     * Makes it of what a checkpoint held.
     *
     * @param epochMs a map is made so often at most
     */
    static MapDesk open(NavigableMap<String, byte[]> kept, long nowMs, long epochMs, Parts.Limits limits)
            throws IOException {
        byte[] before = kept.get(EPOCH);
        long epoch = Math.max(nowMs, before == null ? 0 : in(before).readLong() + 1);
        MapDesk desk = new MapDesk(epoch, nowMs, epochMs, limits);
        desk.pieces.put(EPOCH, ByteBuffer.allocate(Long.BYTES).putLong(epoch).array());
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        for (Map.Entry<String, byte[]> each :
                kept.subMap(PART, PART + Character.MAX_VALUE).entrySet()) {
            AddressPrefix prefix = AddressPrefix.parse(each.getKey().substring(PART.length()));
            desk.parts.restore(Part.read(prefix, in(each.getValue())));
        }
        for (Map.Entry<String, byte[]> each : kept.entrySet()) {
            if (!each.getKey().startsWith(PART) && !each.getKey().equals(EPOCH)) {
                desk.restore(each.getKey(), each.getValue(), reader);
            }
        }
        return desk;
    }

    /** A record of a topic that is read from its beginning when there is no checkpoint, as it stood there. */
    private void restore(String key, byte[] value, WireReader reader) throws IOException {
        int space = key.indexOf(' ');
        try {
            standing(key.substring(0, space), key.substring(space + 1), reader.read(value));
        } catch (UnreadableRecordException e) {
            throw new IOException("what a checkpoint kept of '" + key + "' can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void take(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs, Out out) {
        if (record instanceof ResolverTally tally) {
            asked(tally, Math.min(raw.brokerTimeMs(), tally.getHeader().getObservedAtMs()), nowMs);
        } else if (record instanceof ResolverRtt rtt) {
            measured(rtt, Math.min(raw.brokerTimeMs(), rtt.getHeader().getObservedAtMs()), nowMs);
        } else if (record instanceof EdgeReport report) {
            groups.heard(report, nowMs);
        } else if (raw.topic().equals(Topics.TELEMETRY_RESOLVERS.name())
                || raw.topic().equals(Topics.TELEMETRY_EDGES.name())) {
            return;
        } else {
            List<String> violations = violations(raw.topic(), key, record);
            if (!violations.isEmpty()) {
                out.tell(Topics.CONFIG_REJECTED, key, refusal(raw, key, violations, nowMs));
                return;
            }
            if (raw.topic().equals(Topics.CONFIG_POLICIES.name())) {
                policyVersion = Math.max(policyVersion, raw.offset());
            }
            if (standing(raw.topic(), key, record)) {
                byte[] value = raw.value();
                pieces.put(raw.topic() + ' ' + key, value == null ? new byte[0] : value);
            }
        }
        takeBack(out);
    }

    private static List<String> violations(String topic, String key, @Nullable SpecificRecord record) {
        if (record instanceof DeliveryGroup group) {
            return GroupRecords.violations(key, group);
        }
        return topic.equals(Topics.CONFIG_POLICIES.name()) && key.startsWith(POLICY_KIND) && record != null
                ? PolicyRecords.violations(key, record)
                : List.of();
    }

    /** Takes what stands on a compacted topic; false: it is nothing of the map's. */
    private boolean standing(String topic, String key, @Nullable SpecificRecord record) {
        if (topic.equals(Topics.CONFIG_GROUPS.name())) {
            if (record instanceof DeliveryGroup group) {
                groups.define(group);
            } else {
                groups.remove(key);
            }
            epochs.groupsChanged();
        } else if (topic.equals(Topics.CONFIG_POLICIES.name()) && key.startsWith(POLICY_KIND)) {
            if (record == null) {
                policies.remove(Scope.parse(key.substring(POLICY_KIND.length())));
            } else if (PolicyRecords.read(record) instanceof MapPolicy policy) {
                policies.put(policy);
            }
        } else if (topic.equals(Topics.DECISIONS_POPULARITY.name())) {
            AddressPrefix resolver = AddressPrefix.parse(key);
            Part part = record == null ? parts.get(resolver) : parts.of(resolver, true);
            if (part != null) {
                part.popularity = record instanceof ResolverPopularity popularity ? popularity : null;
            }
        } else if (topic.equals(Topics.DECISIONS_MAP.name()) && key.indexOf('/') > 0) {
            if (record instanceof MapEntry entry && entry.getVersion().getJobEpoch() != epoch) {
                Part part = parts.told(AddressPrefix.parse(key));
                if (part != null && isNewer(entry, part.told)) {
                    part.told = entry;
                }
            }
        } else {
            return false;
        }
        return true;
    }

    private static boolean isNewer(MapEntry entry, @Nullable MapEntry known) {
        if (known == null) {
            return true;
        }
        DecisionVersion one = entry.getVersion();
        DecisionVersion other = known.getVersion();
        return one.getJobEpoch() > other.getJobEpoch()
                || (one.getJobEpoch() == other.getJobEpoch() && one.getCounter() > other.getCounter());
    }

    private void asked(ResolverTally tally, long atMs, long nowMs) {
        double halfLifeMs = (double) policy(nowMs).halfLifeMs();
        double counted = (double) tally.getProvenQuestions()
                + Math.min(MOST_UNPROVEN, tally.getQuestions() - tally.getProvenQuestions());
        double each = tally.getQuestions() == 0 ? 0 : counted / tally.getQuestions();
        boolean proven = tally.getProvenQuestions() > 0;
        double own = (double) tally.getQuestions();
        for (SubnetTally subnet : tally.getSubnets()) {
            ask(AddressPrefix.parse(subnet.getPrefix()), proven, each * subnet.getQuestions(), atMs, halfLifeMs);
            own -= subnet.getQuestions();
        }
        ask(AddressPrefix.parse(tally.getResolver()), proven, each * Math.max(0, own), atMs, halfLifeMs);
    }

    private void ask(AddressPrefix prefix, boolean proven, double questions, long atMs, double halfLifeMs) {
        Part part = parts.of(prefix, proven);
        if (part != null) {
            part.asked(questions, atMs, halfLifeMs);
            changed.add(prefix);
        }
    }

    private void measured(ResolverRtt rtt, long atMs, long nowMs) {
        String group =
                rtt.getGroupId().isEmpty() ? groups.ofNameServer(rtt.getHeader().getEdgeId()) : rtt.getGroupId();
        EvidenceClass evidence =
                switch (rtt.getSource()) {
                    case CLIENT -> EvidenceClass.CLIENT_RTT;
                    case TCP_DNS -> EvidenceClass.RESOLVER_RTT;
                    case PROBE -> EvidenceClass.PROBE;
                    case UNKNOWN -> EvidenceClass.DEFAULT;
                };
        if (group == null || !evidence.measured() || rtt.getSamples() < 1) {
            return;
        }
        AddressPrefix prefix = AddressPrefix.parse(whole(rtt.getPrefix()));
        Part part = parts.of(prefix, true);
        double ms = rtt.getMedianUs() / US_PER_MS;
        if (part != null) {
            part.whereabouts.measured(group, evidence, ms, (double) rtt.getSamples(), atMs, rttHalfLifeMs(nowMs));
            if (rtt.getSentBytes() > 0) {
                part.sent((double) rtt.getSentBytes() * Byte.SIZE, rtt.getIntervalMs(), atMs, (double)
                        policy(nowMs).halfLifeMs());
            }
            changed.add(prefix);
        }
        if (evidence == EvidenceClass.CLIENT_RTT) {
            epochs.seen(prefix, group, ms, policy(nowMs));
        }
    }

    /** An IPv6 address with its length, as name servers and agents tell it, is longer than what the map looks at. */
    private static String whole(String prefix) {
        return prefix.endsWith("/128") ? prefix.substring(0, prefix.indexOf('/')) : prefix;
    }

    private double rttHalfLifeMs(long nowMs) {
        return Resolver.RTT_HALF_LIVES * (double) policy(nowMs).halfLifeMs();
    }

    private MapPolicy policy(long nowMs) {
        return policies.resolve(PoolType.UNKNOWN, nowMs);
    }

    private static ConfigRejected refusal(RawRecord raw, String key, List<String> violations, long nowMs) {
        byte[] value = raw.value() == null ? new byte[0] : raw.value();
        return ConfigRejected.newBuilder()
                .setTopic(raw.topic())
                .setKey(key)
                .setPartition(raw.partition())
                .setOffset(raw.offset())
                .setRejectedBy(MapJob.NAME)
                .setRejectedAtMs(nowMs)
                .setAuthor("")
                .setViolations(violations)
                .setValue(ByteBuffer.wrap(value, 0, Math.min(value.length, DeadLetters.VALUE_BYTES_MAX)))
                .build();
    }

    @Override
    public void look(long nowMs, Out out) {
        takeBack(out);
        epochs.look(nowMs, policy(nowMs), policyVersion, out);
        if (nowMs - sweptAtMs >= SWEEP_MS) {
            sweptAtMs = nowMs;
            sweep(nowMs);
            takeBack(out);
        }
        if (nowMs - heartbeatAtMs >= HEARTBEAT_MS) {
            heartbeatAtMs = nowMs;
            out.tell(
                    Topics.DECISIONS_HEARTBEATS,
                    MapJob.NAME,
                    JobHeartbeat.newBuilder()
                            .setJob(MapJob.NAME)
                            .setJobEpoch(epoch)
                            .setCounter(++heartbeats)
                            .setIssuedAtMs(nowMs)
                            .setWatermarkMs(nowMs)
                            .setPolicyVersion(policyVersion)
                            .setDecisions(epochs.decisions())
                            .setKeys(parts.all().size())
                            .build());
        }
    }

    /** Forgets parts of which nothing is left: neither questions, nor round trips, nor a preference. */
    private void sweep(long nowMs) {
        double halfLifeMs = (double) policy(nowMs).halfLifeMs();
        parts.forget(part -> part.prefix.length() > 0
                && part.popularity == null
                && part.questions(nowMs, halfLifeMs) < (part.proven ? LEAST_QUESTIONS : LEAST_UNPROVEN_QUESTIONS)
                && part.whereabouts.isForgotten(nowMs, rttHalfLifeMs(nowMs)));
    }

    @Override
    public Map<String, LongSupplier> gauges() {
        return parts.gauges();
    }

    @Override
    public void changes(Keeper keeper) throws IOException {
        for (Map.Entry<String, byte[]> each : pieces.entrySet()) {
            keeper.keep(each.getKey(), each.getValue().length == 0 ? null : each.getValue());
        }
        pieces.clear();
        for (AddressPrefix prefix : changed) {
            Part part = parts.get(prefix);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
            if (part != null) {
                part.write(new DataOutputStream(bytes));
            }
            keeper.keep(PART + prefix, part == null ? null : bytes.toByteArray());
        }
        changed.clear();
    }

    private static DataInputStream in(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }
}
