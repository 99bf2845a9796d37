package io.fairlead.model.map;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers by the longest matching prefix of an address, and how wide each answer holds: the scope that a resolver may cache it for
 * (RFC 7871). Neighbours with the same answer are one, so scopes stay wide; a scope never covers an address with another answer.
 *
 * <p>Addresses are the upper bits of a long: all 32 of IPv4, the first 64 of IPv6, each in a table of its own. Immutable; 12 bytes an interval, found
 * by halving.
 */
public final class PrefixTable {

    /** Answer where no prefix matches. */
    public static final int NONE = -1;

    private final int bits;

    /** First address of each interval, in unsigned order. */
    private final long[] starts;

    private final int[] answers;

    /**
     * A prefix and its answer.
     *
     * @param address its first address, in the upper bits
     * @param length in bits
     * @param answer from 0 on
     */
    public record Prefix(long address, int length, int answer) {
        private long last() {
            return address | hostBits(length);
        }
    }

    /**
     * What was found for an address.
     *
     * @param answer {@link #NONE}: no prefix matches
     * @param scope length of the widest prefix around the address in which all have this answer
     */
    public record Match(int answer, int scope) {}

    private PrefixTable(int bits, long[] starts, int[] answers) {
        this.bits = bits;
        this.starts = starts;
        this.answers = answers;
    }

    /**
     * Builds a table.
     *
     * @param bits longest prefix: 32 for IPv4, 64 for IPv6
     * @throws IllegalArgumentException if a prefix is too long, has bits beyond its length, or stands twice
     */
    public static PrefixTable of(int bits, List<Prefix> prefixes) {
        List<Prefix> sorted = new ArrayList<>(prefixes);
        sorted.sort(Comparator.<Prefix>comparingLong(prefix -> prefix.address() ^ Long.MIN_VALUE)
                .thenComparingInt(Prefix::length));
        check(bits, sorted);
        Builder builder = new Builder(2 * sorted.size() + 1);
        List<Prefix> around = new ArrayList<>();
        builder.from(0, NONE);
        for (Prefix prefix : sorted) {
            close(builder, around, prefix);
            builder.from(prefix.address(), prefix.answer());
            around.add(prefix);
        }
        close(builder, around, null);
        return builder.table(bits);
    }

    private static void check(int bits, List<Prefix> sorted) {
        for (int i = 0; i < sorted.size(); i++) {
            Prefix prefix = sorted.get(i);
            if (prefix.length() < 0 || prefix.length() > bits) {
                throw new IllegalArgumentException(
                        "a prefix has 0 to " + bits + " bits, but one has " + prefix.length());
            }
            if ((prefix.address() & hostBits(prefix.length())) != 0) {
                throw new IllegalArgumentException("prefix " + Long.toHexString(prefix.address()) + "/"
                        + prefix.length() + " has bits beyond its length; clear them");
            }
            if (prefix.answer() < 0) {
                throw new IllegalArgumentException("answers count from 0 on, but one is " + prefix.answer());
            }
            if (i > 0
                    && sorted.get(i - 1).address() == prefix.address()
                    && sorted.get(i - 1).length() == prefix.length()) {
                throw new IllegalArgumentException("prefix " + Long.toHexString(prefix.address()) + "/"
                        + prefix.length() + " stands twice; leave one out");
            }
        }
    }

    private static long hostBits(int length) {
        return length == Long.SIZE ? 0 : -1L >>> length;
    }

    /** Ends the prefixes that end before another begins; null: all. What is around them goes on behind each. */
    private static void close(Builder builder, List<Prefix> around, @Nullable Prefix next) {
        while (!around.isEmpty()) {
            Prefix inner = around.get(around.size() - 1);
            long behind = inner.last() + 1;
            if (next != null && (behind == 0 || Long.compareUnsigned(behind, next.address()) > 0)) {
                return;
            }
            around.remove(around.size() - 1);
            if (behind != 0) {
                builder.from(
                        behind,
                        around.isEmpty() ? NONE : around.get(around.size() - 1).answer());
            }
        }
    }

    /** Intervals in order, equal neighbours joined. */
    private static final class Builder {

        private final long[] starts;
        private final int[] answers;
        private int count;

        Builder(int most) {
            starts = new long[most];
            answers = new int[most];
        }

        void from(long start, int answer) {
            if (count > 0 && starts[count - 1] == start) {
                count--;
            }
            if (count == 0 || answers[count - 1] != answer) {
                starts[count] = start;
                answers[count++] = answer;
            }
        }

        PrefixTable table(int bits) {
            return new PrefixTable(bits, Arrays.copyOf(starts, count), Arrays.copyOf(answers, count));
        }
    }

    /** Looks an address up. */
    public Match find(long address) {
        int at = indexOf(address);
        return new Match(answers[at], scope(address, starts[at], at + 1 < starts.length ? starts[at + 1] - 1 : -1));
    }

    /** The answer alone; allocates nothing. */
    public int answer(long address) {
        return answers[indexOf(address)];
    }

    private int indexOf(long address) {
        int low = 0;
        int high = starts.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(starts[middle], address) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private int scope(long address, long first, long last) {
        int low = 0;
        int high = bits;
        while (low < high) {
            int length = (low + high) >>> 1;
            long host = hostBits(length);
            boolean inside = Long.compareUnsigned(address & ~host, first) >= 0
                    && Long.compareUnsigned(address | host, last) <= 0;
            if (inside) {
                high = length;
            } else {
                low = length + 1;
            }
        }
        return low;
    }

    /** Intervals that it consists of. */
    public int intervals() {
        return starts.length;
    }
}
