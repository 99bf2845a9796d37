package io.fairlead.lab.simulate.pools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether shortages were foreseen. A shortage is demand over capacity in three minutes on end, with none in the quarter of an hour before; it is foreseen if one of its
 * first 15 minutes was told, 15 minutes or more before, to be short more likely than not. Alarms within half an hour of each other are one; it is false if there is no
 * short minute within ten of any that it is for.
 */
final class Alarms {

    private static final int LASTS = 3;
    private static final int APART = 15;
    private static final int FIRST = 15;
    private static final int NEAR = 10;
    private static final int ONE_ALARM = 30;

    private final Set<Long> shortMinutes = new HashSet<>();
    private final Set<Long> toldShort = new HashSet<>();
    private final List<long[]> told = new ArrayList<>();

    /** A minute is over. */
    void minute(long minute, boolean isShort) {
        if (isShort) {
            shortMinutes.add(minute);
        }
    }

    /** A minute is told to be short. */
    void tell(long atMinute, int ahead) {
        toldShort.add(atMinute + ahead);
        told.add(new long[] {atMinute, atMinute + ahead});
    }

    /** Shortages from a minute on to another, and how many of them were foreseen. */
    int[] foreseen(long from, long to) {
        int shortages = 0;
        int foreseen = 0;
        for (long minute = from; minute < to; minute++) {
            if (begins(minute)) {
                shortages++;
                boolean seen = false;
                for (long each = minute;
                        each < minute + FIRST && (shortMinutes.contains(each) || each < minute + LASTS);
                        each++) {
                    seen |= toldShort.contains(each);
                }
                foreseen += seen ? 1 : 0;
            }
        }
        return new int[] {shortages, foreseen};
    }

    private boolean begins(long minute) {
        for (int i = 0; i < LASTS; i++) {
            if (!shortMinutes.contains(minute + i)) {
                return false;
            }
        }
        for (int i = 1; i <= APART; i++) {
            if (shortMinutes.contains(minute - i)) {
                return false;
            }
        }
        return true;
    }

    /** Alarms told from a minute on that nothing came of. */
    int falseAlarms(long from, long to) {
        int wrong = 0;
        long last = Long.MIN_VALUE / 2;
        boolean right = true;
        for (long[] each : told) {
            if (each[0] < from || each[1] >= to) {
                continue;
            }
            if (each[0] - last > ONE_ALARM) {
                wrong += right ? 0 : 1;
                right = false;
            }
            last = each[0];
            for (long near = each[1] - NEAR; near <= each[1] + NEAR && !right; near++) {
                right = shortMinutes.contains(near);
            }
        }
        return wrong + (right ? 0 : 1);
    }
}
