package io.fairlead.model.pool;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/** One pool as curation keeps it. Plain mutable state of a {@link Curator}. */
final class PoolBook {

    private static final long HOUR_MS = 3_600_000;
    private static final int MOST_PREDICTIONS = 64;

    private record Prediction(long atMs, long dueMs, double predicted) {}

    PoolDefinition definition;
    final TreeMap<String, Member> members = new TreeMap<>();
    PoolState state = PoolState.HEALTHY;
    String reason = "";
    String missing = "";

    /** Something has changed since the last look. */
    boolean dirty = true;

    /** A member is gone: look for others at once, whatever was in vain before. */
    boolean urgent = true;

    long nextLookMs;
    long searchAfterMs;
    private final ArrayDeque<Long> cures = new ArrayDeque<>();
    private final ArrayDeque<Prediction> predictions = new ArrayDeque<>();

    PoolBook(PoolDefinition definition) {
        this.definition = definition;
    }

    Health health() {
        return Health.of(members.values(), definition);
    }

    void cured(long atMs) {
        cures.add(atMs);
    }

    /** Changes by curing within the last hour. */
    int cures(long nowMs) {
        while (!cures.isEmpty() && nowMs - cures.getFirst() >= HOUR_MS) {
            cures.removeFirst();
        }
        return cures.size();
    }

    /** When the churn bound next lets a change pass. */
    long nextCureMs() {
        return cures.isEmpty() ? 0 : cures.getFirst() + HOUR_MS;
    }

    void predict(long atMs, double foreseen) {
        if (predictions.size() >= MOST_PREDICTIONS) {
            predictions.removeFirst();
        }
        predictions.add(new Prediction(atMs, atMs + definition.horizonMs(), foreseen));
    }

    /** Predictions whose time has come, with what is seen now. */
    List<Foresight> due(long nowMs) {
        List<Foresight> due = new ArrayList<>();
        if (predictions.isEmpty() || predictions.getFirst().dueMs > nowMs) {
            return due;
        }
        double observed = health().now();
        while (!predictions.isEmpty() && predictions.getFirst().dueMs <= nowMs) {
            Prediction one = predictions.removeFirst();
            due.add(new Foresight(definition.id(), one.atMs, one.predicted, observed));
        }
        return due;
    }

    /** Writes all but the definition. */
    void write(DataOutput out) throws IOException {
        out.writeInt(members.size());
        for (Member member : members.values()) {
            out.writeUTF(member.exit().id);
            out.writeLong(member.sinceMs());
            out.writeDouble(member.rank());
            out.writeUTF(member.reason());
            out.writeInt(member.relaxed());
            out.writeLong(member.promisedUntilMs());
        }
        out.writeUTF(state.name());
        out.writeUTF(reason);
        out.writeUTF(missing);
        out.writeBoolean(dirty);
        out.writeBoolean(urgent);
        out.writeLong(nextLookMs);
        out.writeLong(searchAfterMs);
        out.writeInt(cures.size());
        for (long cure : cures) {
            out.writeLong(cure);
        }
        out.writeInt(predictions.size());
        for (Prediction one : predictions) {
            out.writeLong(one.atMs);
            out.writeLong(one.dueMs);
            out.writeDouble(one.predicted);
        }
    }

    static PoolBook read(PoolDefinition definition, DataInput in, Function<String, Candidate> exits)
            throws IOException {
        PoolBook book = new PoolBook(definition);
        int members = in.readInt();
        for (int i = 0; i < members; i++) {
            Candidate exit = exits.apply(in.readUTF());
            book.members.put(
                    exit.id,
                    new Member(exit, in.readLong(), in.readDouble(), in.readUTF(), in.readInt(), in.readLong()));
        }
        book.state = PoolState.valueOf(in.readUTF());
        book.reason = in.readUTF();
        book.missing = in.readUTF();
        book.dirty = in.readBoolean();
        book.urgent = in.readBoolean();
        book.nextLookMs = in.readLong();
        book.searchAfterMs = in.readLong();
        int cures = in.readInt();
        for (int i = 0; i < cures; i++) {
            book.cures.add(in.readLong());
        }
        int predictions = in.readInt();
        for (int i = 0; i < predictions; i++) {
            book.predictions.add(new Prediction(in.readLong(), in.readLong(), in.readDouble()));
        }
        return book;
    }
}
