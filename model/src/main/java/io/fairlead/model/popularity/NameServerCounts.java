package io.fairlead.model.popularity;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many questions of one resolver each name server has answered, halving with time. Only questions of proven sources should be
 * added: anybody can forge the others. Plain mutable state for one owner, as large as the name servers it was seen at.
 */
public final class NameServerCounts {

    /** Name servers that are counted for one resolver; more than a service has. */
    public static final int MAX_NAME_SERVERS = 64;

    private final Map<String, Double> counts = new TreeMap<>();
    private long atMs;

    /** One answered question, or several at once. */
    public void add(String nameServer, double questions, long observedAtMs, double halfLifeMs) {
        if (!(questions > 0) || Double.isInfinite(questions)) {
            throw new IllegalArgumentException(
                    "counted questions must be a positive number, but are " + questions + "; leave out what is none");
        }
        if (counts.size() == MAX_NAME_SERVERS && !counts.containsKey(nameServer)) {
            return;
        }
        double late = 1;
        if (observedAtMs >= atMs) {
            decay(observedAtMs, halfLifeMs);
        } else {
            late = left(atMs - observedAtMs, halfLifeMs);
        }
        counts.merge(nameServer, questions * late, Double::sum);
    }

    private void decay(long nowMs, double halfLifeMs) {
        double left = left(nowMs - atMs, halfLifeMs);
        if (left < 1) {
            counts.replaceAll((nameServer, count) -> count * left);
        }
        atMs = nowMs;
    }

    private static double left(long ageMs, double halfLifeMs) {
        return Math.pow(2, -ageMs / halfLifeMs);
    }

    /** What is left of the questions that a name server has answered. */
    public double count(String nameServer, long nowMs, double halfLifeMs) {
        return counts.getOrDefault(nameServer, 0.0) * left(Math.max(0, nowMs - atMs), halfLifeMs);
    }

    /** When the last question was counted, ms since the Unix epoch; 0: none. */
    public long lastMs() {
        return atMs;
    }

    /** Writes it down for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(atMs);
        out.writeByte(counts.size());
        for (Map.Entry<String, Double> each : counts.entrySet()) {
            out.writeUTF(each.getKey());
            out.writeDouble(each.getValue());
        }
    }

    /** What was written down. */
    public static NameServerCounts read(DataInput in) throws IOException {
        NameServerCounts read = new NameServerCounts();
        read.atMs = in.readLong();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            read.counts.put(in.readUTF(), in.readDouble());
        }
        return read;
    }
}
