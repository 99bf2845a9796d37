package io.fairlead.proxy.pick;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Exits of about one quality in a dense array. Changed under the pool's lock, read without. */
final class Bucket {

    /** The array and its bits; replaced by one of twice the size when it is full. */
    static final class Page {

        final RoomBits room;
        private final Roster roster;
        private final long[] entries;

        /** Beside the entries, for those who move exits. Under the pool's lock. */
        private final @Nullable Place[] places;

        Page(Roster roster, int size) {
            this.roster = roster;
            entries = new long[size];
            Arrays.fill(entries, Entry.NONE);
            places = new Place[size];
            room = new RoomBits(size);
        }

        int length() {
            return entries.length;
        }

        /** Which exit stands here, and how; {@link Entry#NONE}: none. */
        long get(int index) {
            return index < entries.length ? (long) ENTRY.getVolatile(entries, index) : Entry.NONE;
        }

        private void set(int index, long entry, @Nullable Place place) {
            places[index] = place;
            ENTRY.setVolatile(entries, index, entry);
        }

        /** Makes a bit say what its exit says now. */
        void look(int index) {
            if (index >= entries.length) {
                return;
            }
            if (hasRoom(index)) {
                room.set(index);
            } else if (room.get(index)) {
                room.clear(index);
                if (hasRoom(index)) {
                    room.set(index);
                }
            }
        }

        private boolean hasRoom(int index) {
            long entry = get(index);
            return entry != Entry.NONE && SlotWord.hasRoom(roster.word(Entry.number(entry)));
        }
    }

    private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int FIRST_SIZE = 64;

    private final Roster roster;
    volatile Page page;
    volatile int size;

    Bucket(Roster roster) {
        this.roster = roster;
        page = new Page(roster, FIRST_SIZE);
    }

    /** Takes one in, at the end; the caller has the bit looked at. */
    int add(Place place, long entry) {
        int index = size;
        if (index == page.length()) {
            grow();
        }
        page.set(index, entry, place);
        size = index + 1;
        return index;
    }

    /** Says anew how one stands; the caller has the bit looked at. */
    void set(int index, long entry) {
        page.set(index, entry, page.places[index]);
    }

    private void grow() {
        Page old = page;
        Page wider = new Page(roster, old.length() * 2);
        for (int i = 0; i < old.length(); i++) {
            wider.set(i, old.get(i), old.places[i]);
            wider.look(i);
        }
        page = wider;
        // Exits that changed since were noted on the old page.
        for (int i = 0; i < old.length(); i++) {
            wider.look(i);
        }
    }

    /** Takes one out. @return the one that now stands in its place, its bit not yet looked at; null: none */
    @Nullable
    Place remove(int index) {
        int last = size - 1;
        Page now = page;
        Place moved = null;
        if (index != last) {
            moved = now.places[last];
            now.set(index, now.get(last), moved);
        }
        return moved;
    }

    /** Ends a removal, when the one that moved says where it stands. */
    void dropLast() {
        int last = size - 1;
        page.set(last, Entry.NONE, null);
        size = last;
        page.look(last);
    }
}
