package io.fairlead.model.pool;

import io.fairlead.model.PoolType;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** One exit as curation knows it. Plain mutable state of a {@link Curator}. */
final class Candidate {

    final String id;

    ExitProfile profile = ExitProfile.UNKNOWN;
    ExitCondition condition = ExitCondition.UNKNOWN;
    boolean consent;
    boolean killed;
    boolean consentWithdrawn;
    String tenant = "";
    int batteryPercent = -1;
    long offlineSinceMs;
    ServiceHistory history = new ServiceHistory();

    /** Pools that it is in, or will be when the edges have let go of it. */
    final TreeSet<String> pools = new TreeSet<>();

    /** Pool that alone may have it; empty: none. */
    String owner = "";

    /** What edges were last told as its owner while it was free to use. */
    String held = "";

    /** Nobody may be given it before all edges know this assignment; {@link Stamp#NONE}: nothing is to be waited for. */
    Stamp clearAfter = Stamp.NONE;

    /** For which domains it is whose, while it may be several pools' for anything else. */
    DomainClaims domains = new DomainClaims();

    Candidate(String id) {
        this.id = id;
    }

    /** Whether it may serve at all: consent stands above everything. */
    boolean allowed() {
        return consent && !consentWithdrawn && !killed;
    }

    /** Why it may not serve, in words. */
    String objection() {
        return killed ? "killed by the operator" : consentWithdrawn || !consent ? "its owner does not consent" : "";
    }

    /** Quality for a pool's targets, 0–1; 0 while it is offline or may not serve. */
    double q(PoolDefinition pool) {
        if (!condition.online() || !allowed()) {
            return 0;
        }
        return quality(pool) / 100;
    }

    /** Quality for a pool's targets, 0–100, as if it were online. */
    double quality(PoolDefinition pool) {
        if (pool.targetClasses().isEmpty()) {
            return condition.quality();
        }
        double sum = 0;
        for (String each : pool.targetClasses()) {
            sum += condition.classQuality().getOrDefault(each, condition.quality());
        }
        return sum / pool.targetClasses().size();
    }

    /** Mean share of failures with a pool's targets. */
    double failures(PoolDefinition pool) {
        double sum = 0;
        int known = 0;
        for (Map.Entry<String, Double> each : condition.classFailures().entrySet()) {
            if (pool.targetClasses().isEmpty() || pool.targetClasses().contains(each.getKey())) {
                sum += each.getValue();
                known++;
            }
        }
        return known == 0 ? 0 : sum / known;
    }

    /** Chance that it serves a pool at its horizon. */
    double v(PoolDefinition pool) {
        return condition.online() && allowed() ? condition.stay(pool.horizonMs()) : 0;
    }

    void write(DataOutput out) throws IOException {
        out.writeUTF(profile.type().name());
        out.writeUTF(profile.country());
        out.writeUTF(profile.region());
        out.writeUTF(profile.city());
        out.writeLong(profile.asn());
        out.writeBoolean(condition.online());
        out.writeDouble(condition.quality());
        out.writeDouble(condition.hazardPerHour());
        out.writeDouble(condition.hazardShape());
        out.writeInt(condition.capacityRequests());
        write(out, condition.classQuality());
        write(out, condition.classFailures());
        out.writeBoolean(consent);
        out.writeBoolean(killed);
        out.writeBoolean(consentWithdrawn);
        out.writeUTF(tenant);
        out.writeInt(batteryPercent);
        out.writeLong(offlineSinceMs);
        history.write(out);
        out.writeInt(pools.size());
        for (String pool : pools) {
            out.writeUTF(pool);
        }
        out.writeUTF(owner);
        out.writeUTF(held);
        out.writeLong(clearAfter.epoch());
        out.writeLong(clearAfter.counter());
        domains.write(out);
    }

    static Candidate read(String id, DataInputStream in) throws IOException {
        Candidate exit = new Candidate(id);
        exit.profile = new ExitProfile(
                PoolType.valueOf(in.readUTF()), in.readUTF(), in.readUTF(), in.readUTF(), in.readLong());
        boolean online = in.readBoolean();
        double quality = in.readDouble();
        double hazardPerHour = in.readDouble();
        double hazardShape = in.readDouble();
        int capacityRequests = in.readInt();
        Map<String, Double> classQuality = shares(in);
        exit.condition = new ExitCondition(
                online, quality, classQuality, shares(in), hazardPerHour, hazardShape, capacityRequests);
        exit.consent = in.readBoolean();
        exit.killed = in.readBoolean();
        exit.consentWithdrawn = in.readBoolean();
        exit.tenant = in.readUTF();
        exit.batteryPercent = in.readInt();
        exit.offlineSinceMs = in.readLong();
        exit.history = ServiceHistory.read(in);
        int pools = in.readInt();
        for (int i = 0; i < pools; i++) {
            exit.pools.add(in.readUTF());
        }
        exit.owner = in.readUTF();
        exit.held = in.readUTF();
        exit.clearAfter = new Stamp(in.readLong(), in.readLong());
        if (in.available() > 0) { // what was written before there were any ends here
            exit.domains = DomainClaims.read(in);
        }
        return exit;
    }

    private static void write(DataOutput out, Map<String, Double> shares) throws IOException {
        out.writeInt(shares.size());
        for (Map.Entry<String, Double> each : new TreeMap<>(shares).entrySet()) {
            out.writeUTF(each.getKey());
            out.writeDouble(each.getValue());
        }
    }

    private static Map<String, Double> shares(DataInput in) throws IOException {
        int size = in.readInt();
        Map<String, Double> shares = new HashMap<>();
        for (int i = 0; i < size; i++) {
            shares.put(in.readUTF(), in.readDouble());
        }
        return shares;
    }
}
