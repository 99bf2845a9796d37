package io.fairlead.model.pool;

/**
 * Number of an assignment: of two, the later start of the job counts, then the later of that start.
 *
 * @param epoch rises at every start of the job
 * @param counter rises with every assignment
 */
public record Stamp(long epoch, long counter) implements Comparable<Stamp> {

    /** Before all others. */
    public static final Stamp NONE = new Stamp(0, 0);

    @Override
    public int compareTo(Stamp other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(counter, other.counter);
    }
}
