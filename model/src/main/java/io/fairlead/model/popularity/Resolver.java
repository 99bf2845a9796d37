package io.fairlead.model.popularity;

import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.quality.Estimate;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of one resolver: which name servers it asks how often, how far they are, and which of them it is mapped by.
 *
 * <p>Whoever would move a resolver with forged questions must prove to be it, in so many of them that they pass the gate; and even
 * then the resolver moves once in {@link #LEAST_STAY_HALF_LIVES a half-life} at most. Plain mutable state for one owner.
 */
public final class Resolver {

    /** A resolver is mapped by the same name server for so many half-lives of counts at least. */
    public static final double LEAST_STAY_HALF_LIVES = 1;

    /** Round trips count for so many times as long as questions. */
    public static final double RTT_HALF_LIVES = 6;

    /** Without a question for so many half-lives it is forgotten. */
    private static final double FORGOTTEN_HALF_LIVES = 24;

    /** Questions of one tally that count at most. */
    private static final double MOST_QUESTIONS = 10_000;

    /** A round trip contradicts a preference that is longer than another by this factor and by {@link #CLEARLY_LONGER_MS}. */
    private static final double CLEARLY_LONGER = 1.5;

    private static final double CLEARLY_LONGER_MS = 10;

    private final NameServerCounts counts;
    private final Map<String, RoundTrip> roundTrips = new TreeMap<>();
    private String mappedBy = "";

    /** By which it was mapped last, and since when: to come back to it needs no waiting. */
    private String lastMappedBy = "";

    private long mappedSinceMs;

    public Resolver() {
        this(new NameServerCounts());
    }

    private Resolver(NameServerCounts counts) {
        this.counts = counts;
    }

    /** It asked a name server and proved to be it. */
    public void asked(String nameServer, long provenQuestions, long observedAtMs, MapPolicy policy) {
        if (provenQuestions > 0) {
            counts.add(nameServer, Math.min(MOST_QUESTIONS, (double) provenQuestions), observedAtMs, (double)
                    policy.halfLifeMs());
        }
    }

    /** The way between it and a name server was measured. */
    public void measured(String nameServer, double ms, long samples, long observedAtMs, MapPolicy policy) {
        if (roundTrips.size() < NameServerCounts.MAX_NAME_SERVERS || roundTrips.containsKey(nameServer)) {
            roundTrips
                    .computeIfAbsent(nameServer, name -> new RoundTrip())
                    .add(ms, (double) samples, observedAtMs, RTT_HALF_LIVES * (double) policy.halfLifeMs());
        }
    }

    /** Round trip to a name server, ms; empty: none was measured of late. */
    public Optional<Estimate> roundTripMs(String nameServer, long nowMs, MapPolicy policy) {
        double halfLifeMs = RTT_HALF_LIVES * (double) policy.halfLifeMs();
        RoundTrip known = roundTrips.get(nameServer);
        return known == null || known.weight(nowMs, halfLifeMs) < 0.5
                ? Optional.empty()
                : Optional.of(known.estimate(nowMs, halfLifeMs));
    }

    /**
     * Judges it as it is at a time.
     *
     * @param offered name servers that it can ask
     */
    public Judgement judge(NameServerSet offered, long nowMs, MapPolicy policy) {
        Popularity popularity = Popularity.of(counts, offered, nowMs, policy);
        Optional<String> nearer =
                popularity.preferred().flatMap(preferred -> clearlyNearer(preferred, offered, nowMs, policy));
        if (popularity.verdict() != Popularity.Verdict.UNSETTLED) {
            remap(nearer.isPresent() ? "" : popularity.preferred().orElse(""), nowMs, policy);
        }
        return new Judgement(popularity, nearer, mappedBy, counts.lastMs());
    }

    private Optional<String> clearlyNearer(String preferred, NameServerSet offered, long nowMs, MapPolicy policy) {
        Optional<Estimate> own = roundTripMs(preferred, nowMs, policy);
        if (own.isEmpty()) {
            return Optional.empty();
        }
        for (String other : offered.sinceMs().keySet().stream().sorted().toList()) {
            Optional<Estimate> its = roundTripMs(other, nowMs, policy);
            if (its.isPresent()
                    && own.get().lower() > its.get().upper() * CLEARLY_LONGER
                    && own.get().mean() > its.get().mean() + CLEARLY_LONGER_MS) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    private void remap(String by, long nowMs, MapPolicy policy) {
        boolean stayed = (double) (nowMs - mappedSinceMs) >= LEAST_STAY_HALF_LIVES * (double) policy.halfLifeMs();
        if (by.isEmpty() || by.equals(lastMappedBy)) {
            mappedBy = by;
        } else if (lastMappedBy.isEmpty() || stayed) {
            mappedBy = by;
            lastMappedBy = by;
            mappedSinceMs = nowMs;
        }
    }

    /** Whether it has been silent for so long that nothing is left of it. Agents that go on measuring it keep nothing alive. */
    public boolean isForgotten(long nowMs, MapPolicy policy) {
        return (double) (nowMs - counts.lastMs()) > FORGOTTEN_HALF_LIVES * (double) policy.halfLifeMs();
    }

    /** Writes it down for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        counts.write(out);
        out.writeUTF(mappedBy);
        out.writeUTF(lastMappedBy);
        out.writeLong(mappedSinceMs);
        out.writeByte(roundTrips.size());
        for (Map.Entry<String, RoundTrip> each : roundTrips.entrySet()) {
            out.writeUTF(each.getKey());
            each.getValue().write(out);
        }
    }

    /** What was written down. */
    public static Resolver read(DataInput in) throws IOException {
        Resolver read = new Resolver(NameServerCounts.read(in));
        read.mappedBy = in.readUTF();
        read.lastMappedBy = in.readUTF();
        read.mappedSinceMs = in.readLong();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            read.roundTrips.put(in.readUTF(), RoundTrip.read(in));
        }
        return read;
    }

    /**
     * What a resolver's questions come to.
     *
     * @param popularity shares and their verdict
     * @param nearer a name server that was measured to be nearer by far than the preferred one; empty: none
     * @param mappedBy name server that it is mapped by; empty: its questions say nothing. While name servers come and go, that of the last settled verdict
     * @param lastMs its newest proven question, ms since the Unix epoch; 0: none
     */
    public record Judgement(Popularity popularity, Optional<String> nearer, String mappedBy, long lastMs) {}
}
