package io.fairlead.edge.publish;

/** A place in the spool: a segment and an offset of a frame in it. */
record Spot(long segment, long offset) implements Comparable<Spot> {

    static final Spot START = new Spot(0, 0);

    @Override
    public int compareTo(Spot other) {
        int bySegment = Long.compare(segment, other.segment);
        return bySegment != 0 ? bySegment : Long.compare(offset, other.offset);
    }
}
