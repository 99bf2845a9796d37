package io.fairlead.proxy.pick;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which places of an array have room: a bit each, and above every 64 of them one that says whether any is set, and so on up to a
 * single word. Finding the next of a million takes four words.
 *
 * <p>Any thread may set, clear and read, without locks. Whoever clears a bit looks at what it stands for afterwards, and sets
 * it again if that has changed meanwhile; the same rule keeps the upper levels right. So a bit that should be set never stays
 * cleared, while one that should be cleared may be found set: readers check what they find.
 */
final class RoomBits {

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(RoomBits.class, "count", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[][] levels;
    private volatile int count;

    /** @param size bits, 1 or more */
    RoomBits(int size) {
        int depth = 1;
        for (int words = words(size); words > 1; words = words(words)) {
            depth++;
        }
        levels = new long[depth][];
        int words = size;
        for (int level = 0; level < depth; level++) {
            words = words(words);
            levels[level] = new long[words];
        }
    }

    private static int words(int bits) {
        return (bits + 63) >>> 6;
    }

    boolean get(int bit) {
        return (word(0, bit >>> 6) & (1L << bit)) != 0;
    }

    /** Bits that are set. */
    int count() {
        return Math.max(0, count);
    }

    boolean isEmpty() {
        return word(levels.length - 1, 0) == 0;
    }

    void set(int bit) {
        set(0, bit);
    }

    private void set(int fromLevel, int bit) {
        int at = bit;
        for (int level = fromLevel; level < levels.length; level++) {
            long mask = 1L << at;
            if ((word(level, at >>> 6) & mask) == 0) {
                long before = (long) WORD.getAndBitwiseOr(levels[level], at >>> 6, mask);
                if (level == 0 && (before & mask) == 0) {
                    COUNT.getAndAdd(this, 1);
                }
            }
            at >>>= 6;
        }
    }

    void clear(int bit) {
        int at = bit;
        for (int level = 0; level < levels.length; level++) {
            long mask = 1L << at;
            long before = (long) WORD.getAndBitwiseAnd(levels[level], at >>> 6, ~mask);
            if (level == 0 && (before & mask) != 0) {
                COUNT.getAndAdd(this, -1);
            }
            if (level > 0 && word(level - 1, at) != 0) {
                set(level, at);
                return;
            }
            if ((before & ~mask) != 0) {
                return;
            }
            at >>>= 6;
        }
    }

    /** The first set bit from this one on; -1: none. */
    int next(int from) {
        int at = from;
        int level = 0;
        while (level < levels.length) {
            int index = at >>> 6;
            long rest = index < levels[level].length ? word(level, index) & (-1L << at) : 0;
            if (rest == 0) {
                at = index + 1;
                level++;
            } else {
                at = (index << 6) + Long.numberOfTrailingZeros(rest);
                if (level == 0) {
                    return at;
                }
                at <<= 6;
                level--;
            }
        }
        return -1;
    }

    private long word(int level, int index) {
        return (long) WORD.getVolatile(levels[level], index);
    }
}
