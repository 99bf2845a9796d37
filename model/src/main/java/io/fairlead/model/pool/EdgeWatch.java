package io.fairlead.model.pool;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which assignments the edges know. An exit that was somebody's is nobody else's before every edge knows that it is taken away, or has been silent for
 * so long that it picks no exclusive exit any more by itself.
 */
final class EdgeWatch {

    /** An edge may hear decisions for a moment after its last report that came through, and its lease begins when it heard the last. */
    static final long HEARD_AFTER_REPORT_MS = 15_000;

    private record Edge(Stamp applied, long heardMs) {}

    private final Map<String, Edge> edges = new TreeMap<>();

    /** An edge reports the newest assignment that it has applied. */
    void heard(String edge, Stamp applied, long atMs) {
        Edge before = edges.get(edge);
        if (before == null || atMs >= before.heardMs) {
            edges.put(edge, new Edge(applied, atMs));
        }
    }

    /** Whether every edge that counts knows an assignment. */
    boolean know(Stamp stamp, long nowMs, long leaseMs) {
        edges.values().removeIf(edge -> nowMs - edge.heardMs > leaseMs + HEARD_AFTER_REPORT_MS);
        for (Edge edge : edges.values()) {
            if (edge.applied.compareTo(stamp) < 0) {
                return false;
            }
        }
        return true;
    }

    int size() {
        return edges.size();
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(edges.size());
        for (Map.Entry<String, Edge> each : edges.entrySet()) {
            out.writeUTF(each.getKey());
            out.writeLong(each.getValue().applied.epoch());
            out.writeLong(each.getValue().applied.counter());
            out.writeLong(each.getValue().heardMs);
        }
    }

    static EdgeWatch read(DataInput in) throws IOException {
        EdgeWatch watch = new EdgeWatch();
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
            watch.edges.put(in.readUTF(), new Edge(new Stamp(in.readLong(), in.readLong()), in.readLong()));
        }
        return watch;
    }
}
