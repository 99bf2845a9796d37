package io.fairlead.model.map;

import java.util.ArrayList;
import java.util.Arrays;
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
        Builder builder = new Builder(bits);
        prefixes.forEach(prefix -> builder.add(prefix.address(), prefix.length(), prefix.answer()));
        return builder.build();
    }

    /** Gathers the prefixes of a table, 16 bytes each. Used once, by one thread. */
    public static final class Builder {

        private static final long ANSWER = 0xFFFF_FFFFL;

        private final int bits;
        private long[] addresses = new long[1_024];

        /** Length of each prefix in the upper half, its answer in the lower. */
        private long[] rest = new long[1_024];

        private int count;

        /** @param bits longest prefix: 32 for IPv4, 64 for IPv6 */
        public Builder(int bits) {
            this.bits = bits;
        }

        /**
         * Adds a prefix.
         *
         * @param address its first address, in the upper bits
         * @param answer from 0 on
         * @throws IllegalArgumentException if it is too long, or has bits beyond its length
         */
        public void add(long address, int length, int answer) {
            if (length < 0 || length > bits) {
                throw new IllegalArgumentException("a prefix has 0 to " + bits + " bits, but one has " + length);
            }
            if ((address & hostBits(length)) != 0) {
                throw new IllegalArgumentException("prefix " + Long.toHexString(address) + "/" + length
                        + " has bits beyond its length; clear them");
            }
            if (answer < 0) {
                throw new IllegalArgumentException("answers count from 0 on, but one is " + answer);
            }
            if (count == addresses.length) {
                int more = count + (count >> 1);
                addresses = Arrays.copyOf(addresses, more);
                rest = Arrays.copyOf(rest, more);
            }
            addresses[count] = address;
            rest[count++] = (long) length << Integer.SIZE | answer;
        }

        /** @throws IllegalArgumentException if a prefix stands twice */
        public PrefixTable build() {
            sort();
            Intervals intervals = new Intervals(2 * count + 1);
            List<Prefix> around = new ArrayList<>();
            intervals.from(0, NONE);
            for (int i = 0; i < count; i++) {
                Prefix prefix = new Prefix(addresses[i], (int) (rest[i] >>> Integer.SIZE), (int) (rest[i] & ANSWER));
                if (i > 0 && addresses[i - 1] == prefix.address() && rest[i - 1] >>> Integer.SIZE == prefix.length()) {
                    throw new IllegalArgumentException("prefix " + Long.toHexString(prefix.address()) + "/"
                            + prefix.length() + " stands twice; leave one out");
                }
                close(intervals, around, prefix);
                intervals.from(prefix.address(), prefix.answer());
                around.add(prefix);
            }
            close(intervals, around, null);
            return intervals.table(bits);
        }

        /** By address, then length: runs of two, four and so on are merged, back and forth between two pairs of arrays. */
        private void sort() {
            long[] toAddresses = new long[count];
            long[] toRest = new long[count];
            for (int run = 1; run < count; run *= 2) {
                for (int from = 0; from < count; from += 2 * run) {
                    int middle = Math.min(count, from + run);
                    merge(from, middle, Math.min(count, middle + run), toAddresses, toRest);
                }
                long[] swapped = addresses;
                addresses = toAddresses;
                toAddresses = swapped;
                swapped = rest;
                rest = toRest;
                toRest = swapped;
            }
        }

        private void merge(int from, int middle, int end, long[] toAddresses, long[] toRest) {
            int left = from;
            int right = middle;
            for (int to = from; to < end; to++) {
                boolean takesLeft = left < middle && (right >= end || !isBefore(right, left));
                int taken = takesLeft ? left++ : right++;
                toAddresses[to] = addresses[taken];
                toRest[to] = rest[taken];
            }
        }

        private boolean isBefore(int one, int other) {
            return addresses[one] == addresses[other]
                    ? rest[one] >>> Integer.SIZE < rest[other] >>> Integer.SIZE
                    : addresses[one] + Long.MIN_VALUE < addresses[other] + Long.MIN_VALUE;
        }
    }

    private static long hostBits(int length) {
        return length == Long.SIZE ? 0 : -1L >>> length;
    }

    /** Ends the prefixes that end before another begins; null: all. What is around them goes on behind each. */
    private static void close(Intervals intervals, List<Prefix> around, @Nullable Prefix next) {
        while (!around.isEmpty()) {
            Prefix inner = around.get(around.size() - 1);
            long behind = inner.last() + 1;
            if (next != null && (behind == 0 || Long.compareUnsigned(behind, next.address()) > 0)) {
                return;
            }
            around.remove(around.size() - 1);
            if (behind != 0) {
                intervals.from(
                        behind,
                        around.isEmpty() ? NONE : around.get(around.size() - 1).answer());
            }
        }
    }

    /** Intervals in order, equal neighbours joined. */
    private static final class Intervals {

        private final long[] starts;
        private final int[] answers;
        private int count;

        Intervals(int most) {
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
