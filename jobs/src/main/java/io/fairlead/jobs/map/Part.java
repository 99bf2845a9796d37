package io.fairlead.jobs.map;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.map.Whereabouts;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.ResolverPopularity;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of one part of the network, and what the map says of it. Plain mutable state for one owner. */
final class Part {

    final AddressPrefix prefix;

    /** Round trips that were measured. */
    final Whereabouts whereabouts;

    /** Of the resolver that it is; null: nothing is known, or it is none. */
    @Nullable
    ResolverPopularity popularity;

    /** What name servers answer by now; null: nothing was told. */
    @Nullable
    MapEntry told;

    /** What the newest map says; empty: it has no say yet. */
    List<GroupChoice> planned = List.of();

    /** What was told before the map that is rolled out, should it have to be taken back; null: nothing was, or it has not been rolled out here. */
    @Nullable
    MapEntry before;

    MapCohort cohort = MapCohort.SETTLED;

    /** Somebody has proven to be there, or was measured there; else only questions tell of it that anybody can ask in its name. */
    boolean proven;

    /** Least round trip that is known to any group, ms; 0: none is. */
    double nearestMs;

    private double questions;
    private long askedAtMs;
    private double sentBits;
    private long sentAtMs;
    private long sentSinceMs;

    Part(AddressPrefix prefix) {
        this(prefix, new Whereabouts());
    }

    private Part(AddressPrefix prefix, Whereabouts whereabouts) {
        this.prefix = prefix;
        this.whereabouts = whereabouts;
    }

    /** It asked so often. */
    void asked(double more, long atMs, double halfLifeMs) {
        if (atMs > askedAtMs) {
            questions = questions(atMs, halfLifeMs) + more;
            askedAtMs = atMs;
        } else {
            questions += more * Math.pow(2, (double) (atMs - askedAtMs) / halfLifeMs);
        }
    }

    /** What is left of its questions: its part of all demand. */
    double questions(long nowMs, double halfLifeMs) {
        return questions * Math.pow(2, (double) -Math.max(0, nowMs - askedAtMs) / halfLifeMs);
    }

    /** An edge sent it so many bits, in the time until then. */
    void sent(double bits, long intervalMs, long atMs, double halfLifeMs) {
        if (sentSinceMs == 0) {
            sentSinceMs = atMs - intervalMs;
        }
        long newestMs = Math.max(sentAtMs, atMs);
        sentBits = sentBits * Math.pow(2, (double) (sentAtMs - newestMs) / halfLifeMs)
                + bits * Math.pow(2, (double) (atMs - newestMs) / halfLifeMs);
        sentAtMs = newestMs;
    }

    /** Since when it is counted what is sent to it, ms since the Unix epoch; 0: nothing was. */
    long sentSinceMs() {
        return sentSinceMs;
    }

    /**
     * What is sent to it, of late.
     *
     * @param sinceMs since when it is counted for anybody, ms since the Unix epoch
     */
    double sentBitsPerSecond(long nowMs, long sinceMs, double halfLifeMs) {
        double left = sentBits * Math.pow(2, (double) -Math.max(0, nowMs - sentAtMs) / halfLifeMs);
        double lengthS = halfLifeMs
                / Math.log(2)
                / 1_000
                * -Math.expm1(-Math.log(2) * (double) Math.max(1_000, nowMs - sinceMs) / halfLifeMs);
        return left / lengthS;
    }

    /** Whether it has no entry of its own yet, since its turn in the roll-out has not come. */
    boolean awaitsItsFirst() {
        return told == null && (cohort == MapCohort.WAITING || cohort == MapCohort.CONTROL);
    }

    /** When the newest thing that is known of it was seen, ms since the Unix epoch; 0: nothing is known. */
    long newestMs() {
        ResolverPopularity known = popularity;
        return Math.max(Math.max(askedAtMs, whereabouts.newestMs()), known == null ? 0 : known.getEvidenceAtMs());
    }

    /** What stands on other topics is not written: it comes from there again. */
    void write(DataOutput out) throws IOException {
        out.writeDouble(questions);
        out.writeLong(askedAtMs);
        whereabouts.write(out);
        out.writeDouble(sentBits);
        out.writeLong(sentAtMs);
        out.writeLong(sentSinceMs);
        out.writeBoolean(proven);
    }

    /** A part that was written before it was counted what is sent ends where that would stand; one from before proof counted proves itself anew, unless it was measured. */
    static Part read(AddressPrefix prefix, DataInputStream in) throws IOException {
        double questions = in.readDouble();
        long askedAtMs = in.readLong();
        Part part = new Part(prefix, Whereabouts.read(in));
        part.questions = questions;
        part.askedAtMs = askedAtMs;
        if (in.available() > 0) {
            part.sentBits = in.readDouble();
            part.sentAtMs = in.readLong();
            part.sentSinceMs = in.readLong();
        }
        part.proven = in.available() > 0 ? in.readBoolean() : part.whereabouts.newestMs() > 0;
        return part;
    }
}
