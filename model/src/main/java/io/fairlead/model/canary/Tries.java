package io.fairlead.model.canary;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Sums of tries. What was the target's, the client's, the network's or the edge's fault is none of them.
 *
 * @param carried tries that the exit carried through, blocks among them
 * @param failed tries that failed by the exit's fault, or for want of its capacity
 * @param timed tries whose first byte came
 * @param logSum sum of the natural logarithms of the times to the first byte, ms: such times spread by factors
 * @param logSquares sum of the squares of these
 */
public record Tries(long carried, long failed, long timed, double logSum, double logSquares) {

    private static final double LEAST_MS = 0.001;

    /** Failures alone. */
    public static Tries failed(long failed) {
        return new Tries(0, failed, 0, 0, 0);
    }

    /**
     * One that was carried through.
     *
     * @param firstByteMs 0 or less: not known
     */
    public static Tries carried(double firstByteMs) {
        if (!(firstByteMs > 0)) {
            return new Tries(1, 0, 0, 0, 0);
        }
        double log = Math.log(Math.max(LEAST_MS, firstByteMs));
        return new Tries(1, 0, 1, log, log * log);
    }

    /** Both together. */
    public Tries plus(Tries other) {
        return new Tries(
                carried + other.carried,
                failed + other.failed,
                timed + other.timed,
                logSum + other.logSum,
                logSquares + other.logSquares);
    }

    /** Writes them. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(carried);
        out.writeLong(failed);
        out.writeLong(timed);
        out.writeDouble(logSum);
        out.writeDouble(logSquares);
    }

    /** Reads what was written. */
    public static Tries read(DataInput in) throws IOException {
        return new Tries(in.readLong(), in.readLong(), in.readLong(), in.readDouble(), in.readDouble());
    }
}
