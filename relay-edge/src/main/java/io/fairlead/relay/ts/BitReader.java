package io.fairlead.relay.ts;

/** Reads bits of a NAL unit, without the bytes that keep start codes from arising in it; notes when it is asked for more than there is. */
final class BitReader {

    private static final int MOST_GOLOMB_BITS = 30;

    private final byte[] unit;
    private int at;
    private int bit;
    private int zeros;
    private boolean overrun;

    /** @param from first byte that is read */
    BitReader(byte[] unit, int from) {
        this.unit = unit;
        this.at = from;
    }

    boolean overrun() {
        return overrun;
    }

    void skip(int bits) {
        for (int each = 0; each < bits; each++) {
            next();
        }
    }

    int read(int bits) {
        int value = 0;
        for (int each = 0; each < bits; each++) {
            value = value << 1 | next();
        }
        return value;
    }

    /** An unsigned number of the code ue(v) (ITU-T H.265 §9.2). */
    int golomb() {
        int leading = 0;
        while (!overrun && next() == 0) {
            leading++;
        }
        if (leading > MOST_GOLOMB_BITS) {
            overrun = true;
            return 0;
        }
        return (1 << leading) - 1 + read(leading);
    }

    private int next() {
        if (bit == 0 && zeros >= 2 && at < unit.length && unit[at] == 3) {
            at++;
            zeros = 0;
        }
        if (at >= unit.length) {
            overrun = true;
            return 0;
        }
        int value = (unit[at] >> (7 - bit)) & 1;
        bit++;
        if (bit == 8) {
            bit = 0;
            zeros = unit[at] == 0 ? zeros + 1 : 0;
            at++;
        }
        return value;
    }
}
