package io.fairlead.proxy.pick;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Exits of about one quality in a dense array. Changed under the pool's lock, read without. */
final class Bucket {

    /** The array and its bits; replaced by one of twice the size when it is full. */
    static final class Page {

        final AtomicReferenceArray<@Nullable Place> places;
        final RoomBits room;

        Page(int size) {
            places = new AtomicReferenceArray<>(size);
            room = new RoomBits(size);
        }

        int length() {
            return places.length();
        }

        @Nullable
        Place get(int index) {
            return index < places.length() ? places.get(index) : null;
        }

        /** Makes a bit say what its exit says now. */
        void look(int index) {
            if (index >= places.length()) {
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
            Place place = places.get(index);
            return place != null && place.exit.hasRoom();
        }
    }

    private static final int FIRST_SIZE = 64;

    volatile Page page = new Page(FIRST_SIZE);
    volatile int size;

    /** Takes one in, at the end; the caller has the bit looked at. */
    int add(Place place) {
        int index = size;
        if (index == page.length()) {
            grow();
        }
        page.places.set(index, place);
        size = index + 1;
        return index;
    }

    private void grow() {
        Page old = page;
        Page wider = new Page(old.length() * 2);
        for (int i = 0; i < old.length(); i++) {
            wider.places.set(i, old.places.get(i));
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
        Place moved = null;
        if (index != last) {
            moved = page.places.get(last);
            page.places.set(index, moved);
        }
        return moved;
    }

    /** Ends a removal, when the one that moved says where it stands. */
    void dropLast() {
        int last = size - 1;
        page.places.set(last, null);
        size = last;
        page.look(last);
    }
}
