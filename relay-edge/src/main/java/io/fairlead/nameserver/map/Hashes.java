package io.fairlead.nameserver.map;

/** Spreading of numbers. */
final class Hashes {

    private Hashes() {}

    /** Every bit of the result depends on every bit given (Stafford's variant 13 of the finaliser of MurmurHash3). */
    static long spread(long value) {
        long mixed = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    /** A number in [0, 1). */
    static double share(long value) {
        return (spread(value) >>> 11) * 0x1p-53;
    }
}
