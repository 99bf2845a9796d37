package io.fairlead.nameserver.map;

import java.util.Arrays;

/**
 * Groups that may serve a part of the network, and how it is shared among them. 32 bytes, for hardly two of a million entries have the same eight groups in
 * the same order. Immutable.
 */
final class Choices {

    /** Groups of an entry. */
    static final int MOST = 8;

    private static final double[] ALL_TO_THE_FIRST = {1};

    /** Numbers of the first four groups, the first in the lowest bits; {@link GroupIds#MOST}: none. */
    private final long firstFour;

    private final long lastFour;

    /** Of the first groups; those behind have none. */
    private final double[] shares;

    /**
     * @param groups numbers of groups in order: those with a share first
     * @param shares of each, 1 in all
     * @param count how many of both there are
     */
    Choices(int[] groups, double[] shares, int count) {
        this.firstFour = packed(groups, 0, count);
        this.lastFour = packed(groups, 4, count);
        int sharing = count;
        while (sharing > 0 && shares[sharing - 1] == 0) {
            sharing--;
        }
        this.shares = sharing == 1 && shares[0] == 1 ? ALL_TO_THE_FIRST : Arrays.copyOf(shares, sharing);
    }

    private static long packed(int[] groups, int from, int count) {
        long packed = 0;
        for (int i = 3; i >= 0; i--) {
            packed = packed << Short.SIZE | (from + i < count ? groups[from + i] : GroupIds.MOST);
        }
        return packed;
    }

    private int number(int choice) {
        return (int) ((choice < 4 ? firstFour : lastFour) >>> (Short.SIZE * (choice & 3))) & GroupIds.MOST;
    }

    int size() {
        int size = 0;
        while (size < MOST && number(size) != GroupIds.MOST) {
            size++;
        }
        return size;
    }

    /** Id of a group. */
    String group(int choice) {
        return GroupIds.id(number(choice));
    }

    /** 0: only if those before it can't. */
    double share(int choice) {
        return choice < shares.length ? shares[choice] : 0;
    }

    /** Those behind so many have no share. */
    int sharing() {
        return shares.length;
    }

    /** Place in the order by a number in [0, 1), in proportion to the shares. */
    int byShare(double place) {
        double sum = 0;
        int last = 0;
        for (int i = 0; i < shares.length; i++) {
            sum += shares[i];
            if (place < sum) {
                return i;
            }
            last = shares[i] > 0 ? i : last;
        }
        return last; // shares are 1 but for their rounding
    }

    /** Different parts are told different groups. */
    boolean split() {
        return shares[0] < 1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Choices choices
                && firstFour == choices.firstFour
                && lastFour == choices.lastFour
                && Arrays.equals(shares, choices.shares);
    }

    @Override
    public int hashCode() {
        return (int) Hashes.spread(firstFour + 31 * lastFour + Arrays.hashCode(shares));
    }
}
