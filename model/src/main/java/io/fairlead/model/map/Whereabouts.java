package io.fairlead.model.map;

import io.fairlead.model.popularity.RoundTrip;
import io.fairlead.model.quality.Estimate;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The round trips that were measured between one part of the network and the groups. Plain mutable state for one owner. */
public final class Whereabouts {

    /** Groups of which round trips are kept for one prefix; the one that was longest not measured gives way. */
    public static final int MAX_GROUPS = 64;

    /** A measurement with less left of it than this many samples says nothing. */
    private static final double LEAST_WEIGHT = 0.5;

    private final Map<String, Map<EvidenceClass, RoundTrip>> ofGroups = new TreeMap<>();

    /**
     * What is known of the way to one group.
     *
     * @param evidence the best class that there is anything of
     * @param rttMs round trip, ms, with 5 % and 95 % bounds
     * @param newestMs when it was measured last, ms since the Unix epoch
     */
    public record Known(EvidenceClass evidence, Estimate rttMs, long newestMs) {}

    /**
     * A round trip was measured.
     *
     * @param evidence how; one of those that are {@link EvidenceClass#measured() measured}
     * @param samples connections that it is the median of
     */
    public void measured(
            String group, EvidenceClass evidence, double ms, double samples, long observedAtMs, double halfLifeMs) {
        if (ofGroups.size() >= MAX_GROUPS && !ofGroups.containsKey(group)) {
            ofGroups.entrySet().stream()
                    .min((a, b) -> Long.compare(newest(a.getValue()), newest(b.getValue())))
                    .ifPresent(oldest -> ofGroups.remove(oldest.getKey()));
        }
        ofGroups.computeIfAbsent(group, id -> new EnumMap<>(EvidenceClass.class))
                .computeIfAbsent(evidence, each -> new RoundTrip())
                .add(ms, samples, observedAtMs, halfLifeMs);
    }

    private static long newest(Map<EvidenceClass, RoundTrip> known) {
        return known.values().stream().mapToLong(RoundTrip::newestMs).max().orElse(0);
    }

    /** What is known of the way to a group by the best class of evidence; empty: it was not measured of late. */
    public Optional<Known> best(String group, long nowMs, double halfLifeMs) {
        Map<EvidenceClass, RoundTrip> known = ofGroups.getOrDefault(group, Map.of());
        for (Map.Entry<EvidenceClass, RoundTrip> each : known.entrySet()) { // the best first
            if (each.getValue().weight(nowMs, halfLifeMs) >= LEAST_WEIGHT) {
                return Optional.of(new Known(
                        each.getKey(),
                        each.getValue().estimate(nowMs, halfLifeMs),
                        each.getValue().newestMs()));
            }
        }
        return Optional.empty();
    }

    /** When the newest was measured, ms since the Unix epoch; 0: nothing was. */
    public long newestMs() {
        return ofGroups.values().stream().mapToLong(Whereabouts::newest).max().orElse(0);
    }

    /** Whether nothing that was measured is left. */
    public boolean isForgotten(long nowMs, double halfLifeMs) {
        return ofGroups.keySet().stream()
                .noneMatch(group -> best(group, nowMs, halfLifeMs).isPresent());
    }

    /** Writes it down for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(ofGroups.size());
        for (Map.Entry<String, Map<EvidenceClass, RoundTrip>> group : ofGroups.entrySet()) {
            out.writeUTF(group.getKey());
            out.writeByte(group.getValue().size());
            for (Map.Entry<EvidenceClass, RoundTrip> each : group.getValue().entrySet()) {
                out.writeUTF(each.getKey().name());
                each.getValue().write(out);
            }
        }
    }

    /** What was written down. */
    public static Whereabouts read(DataInput in) throws IOException {
        Whereabouts read = new Whereabouts();
        for (int groups = in.readUnsignedByte(); groups > 0; groups--) {
            Map<EvidenceClass, RoundTrip> known = new EnumMap<>(EvidenceClass.class);
            read.ofGroups.put(in.readUTF(), known);
            for (int left = in.readUnsignedByte(); left > 0; left--) {
                known.put(EvidenceClass.valueOf(in.readUTF()), RoundTrip.read(in));
            }
        }
        return read;
    }
}
