package io.fairlead.jobs.quality;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a replay found: decisions under the policies in force beside those under the new one.
 *
 * @param fromMs event time from which was compared, ms since the Unix epoch
 * @param exits that were rated
 * @param exitsDiffering of these, rated otherwise at some time
 * @param decisionsBefore told under the policies in force
 * @param decisionsAfter told under the new one
 * @param looked comparisons: exits by steps of event time
 * @param looksDiffering of these, otherwise by as much as is worth telling, or in state or capacity
 * @param meanQualityBefore over all looks, points
 * @param greatest the greatest difference of each exit, the greatest first
 */
public record ReplayResult(
        long fromMs,
        long untilMs,
        int exits,
        int exitsDiffering,
        long decisionsBefore,
        long decisionsAfter,
        long looked,
        long looksDiffering,
        double meanQualityBefore,
        double meanQualityAfter,
        List<Difference> greatest) {

    /** Exits whose greatest difference is told. */
    public static final int MAX_TOLD = 100;

    /** What stands of an exit: state {@code NONE} where nothing was decided of it. */
    public record Standing(String state, double quality, int capacityRequests, List<String> reasons) {
        static final Standing NONE = new Standing("NONE", 0, 0, List.of());
    }

    /** An exit at a time. */
    public record Difference(String exitId, long atMs, Standing before, Standing after) {

        /** By how many points quality rises; negative: falls. */
        public double points() {
            return after.quality - before.quality;
        }
    }

    /** Writes it down, for {@link #read}. */
    void write(DataOutput out) throws IOException {
        out.writeLong(fromMs);
        out.writeLong(untilMs);
        out.writeInt(exits);
        out.writeInt(exitsDiffering);
        out.writeLong(decisionsBefore);
        out.writeLong(decisionsAfter);
        out.writeLong(looked);
        out.writeLong(looksDiffering);
        out.writeDouble(meanQualityBefore);
        out.writeDouble(meanQualityAfter);
        out.writeInt(greatest.size());
        for (Difference each : greatest) {
            out.writeUTF(each.exitId);
            out.writeLong(each.atMs);
            write(each.before, out);
            write(each.after, out);
        }
    }

    private static void write(Standing standing, DataOutput out) throws IOException {
        out.writeUTF(standing.state);
        out.writeDouble(standing.quality);
        out.writeInt(standing.capacityRequests);
        out.writeInt(standing.reasons.size());
        for (String each : standing.reasons) {
            out.writeUTF(each);
        }
    }

    /** What {@link #write} wrote. */
    public static ReplayResult read(DataInput in) throws IOException {
        long fromMs = in.readLong();
        long untilMs = in.readLong();
        int exits = in.readInt();
        int exitsDiffering = in.readInt();
        long decisionsBefore = in.readLong();
        long decisionsAfter = in.readLong();
        long looked = in.readLong();
        long looksDiffering = in.readLong();
        double meanBefore = in.readDouble();
        double meanAfter = in.readDouble();
        List<Difference> greatest = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            greatest.add(new Difference(in.readUTF(), in.readLong(), standing(in), standing(in)));
        }
        return new ReplayResult(
                fromMs,
                untilMs,
                exits,
                exitsDiffering,
                decisionsBefore,
                decisionsAfter,
                looked,
                looksDiffering,
                meanBefore,
                meanAfter,
                greatest);
    }

    private static Standing standing(DataInput in) throws IOException {
        String state = in.readUTF();
        double quality = in.readDouble();
        int capacity = in.readInt();
        List<String> reasons = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            reasons.add(in.readUTF());
        }
        return new Standing(state, quality, capacity, reasons);
    }
}
