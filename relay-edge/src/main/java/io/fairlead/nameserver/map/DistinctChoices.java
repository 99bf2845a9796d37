package io.fairlead.nameserver.map;

import java.util.ArrayList;
import java.util.List;

/** Choices that differ, each with a number from 0 on. Open addressing, at most half full: a map may have as many as entries. For one thread. */
final class DistinctChoices {

    private static final int FIRST_SLOTS = 1_024;

    private final List<Choices> all = new ArrayList<>();

    /** Numbers, plus one; 0: none. */
    private int[] slots = new int[FIRST_SLOTS];

    /** The number of these, or of equal ones that came before. */
    int number(Choices one) {
        int slot = one.hashCode() & slots.length - 1;
        while (slots[slot] != 0) {
            if (all.get(slots[slot] - 1).equals(one)) {
                return slots[slot] - 1;
            }
            slot = slot + 1 & slots.length - 1;
        }
        all.add(one);
        slots[slot] = all.size();
        if (all.size() * 2 > slots.length) {
            grow();
        }
        return all.size() - 1;
    }

    private void grow() {
        slots = new int[slots.length * 2];
        for (int number = 0; number < all.size(); number++) {
            int slot = all.get(number).hashCode() & slots.length - 1;
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = number + 1;
        }
    }

    Choices get(int number) {
        return all.get(number);
    }

    /** In the order of their numbers. */
    List<Choices> all() {
        return List.copyOf(all);
    }
}
