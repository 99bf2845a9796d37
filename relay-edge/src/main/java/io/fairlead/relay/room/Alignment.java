package io.fairlead.relay.room;

import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where two streams carry the same media: a run of {@value #RUN} frames (sounds, where there is no video) equal in size and hash, at
 * the same distances in time. Some media servers let each client's clock begin at zero, so that times alone say nothing.
 *
 * @param sourceTime time of a tag in the one stream, as it came
 * @param roomMs time of the same tag in the room, ms
 */
record Alignment(int sourceTime, long roomMs) {

    static final int RUN = 3;

    /** What is searched in each stream: this many newest frames. */
    private static final int MOST_FRAMES = 1_024;

    private static final int JITTER_MS = 2;
    private static final int MOST_SKEW_MS = 1_000;

    /**
     * Looks for the end of what was sent in the other stream, then for the other's end in what was sent; null if neither is found.
     *
     * @param since number of the tag in {@code sent} since which its times follow one source without a leap
     */
    static @Nullable Alignment find(GopRing sent, long since, GopRing other) {
        TagKind kind = sent.hasVideo() && other.hasVideo() ? TagKind.VIDEO : TagKind.AUDIO;
        List<Tag> ours = newest(sent, since, kind);
        List<Tag> theirs = newest(other, other.first(), kind);
        int place = placeOfEnd(ours, theirs);
        if (place >= 0) {
            return new Alignment(theirs.get(place).sourceTime(), ours.get(0).timeMs());
        }
        place = placeOfEnd(theirs, ours);
        return place < 0
                ? null
                : new Alignment(theirs.get(0).sourceTime(), ours.get(place).timeMs());
    }

    /**
     * Number of the tag in the other stream from which on it is to be sent, as far as it was not: a little before the tag that was found, for
     * sound may lie behind the picture, and not beyond a leap of its clock.
     */
    long firstIndex(GopRing other) {
        long found = other.next() - 1;
        while (found > other.first() && other.tag(found).sourceTime() != sourceTime) {
            found--;
        }
        long index = found;
        while (index > other.first()
                && Math.abs(other.tag(index - 1).timeMs() - other.tag(found).timeMs()) <= MOST_SKEW_MS) {
            index--;
        }
        return index;
    }

    /** Number of a key frame that was sent already; the newest, if several are equal; −1 if it was not sent. */
    static long indexOfKeyFrame(GopRing sent, Tag key) {
        for (long index = sent.next() - 1; index >= sent.first(); index--) {
            Tag tag = sent.tag(index);
            if (tag.part() == Part.KEY_FRAME && tag.sameMedia(key)) {
                return index;
            }
        }
        return -1;
    }

    /** Whether one of the newest tags that were sent carries the same media. */
    static boolean wasSent(GopRing sent, Tag tag) {
        long oldest = Math.max(sent.first(), sent.next() - MOST_FRAMES);
        for (long index = sent.next() - 1; index >= oldest; index--) {
            if (sent.tag(index).sameMedia(tag)) {
                return true;
            }
        }
        return false;
    }

    /** Newest first. */
    private static List<Tag> newest(GopRing ring, long since, TagKind kind) {
        List<Tag> found = new ArrayList<>();
        long oldest = Math.max(since, ring.first());
        for (long index = ring.next() - 1; index >= oldest && found.size() < MOST_FRAMES; index--) {
            Tag tag = ring.tag(index);
            if (tag.kind() == kind && (tag.part() != Part.SEQUENCE_HEADER)) {
                found.add(tag);
            }
        }
        return found;
    }

    private static int placeOfEnd(List<Tag> run, List<Tag> within) {
        if (run.size() < RUN) {
            return -1;
        }
        for (int place = 0; place + RUN <= within.size(); place++) {
            if (matches(run, within, place)) {
                return place;
            }
        }
        return -1;
    }

    private static boolean matches(List<Tag> run, List<Tag> within, int place) {
        long shift = within.get(place).timeMs() - run.get(0).timeMs();
        for (int each = 0; each < RUN; each++) {
            Tag one = run.get(each);
            Tag two = within.get(place + each);
            if (!one.sameMedia(two) || Math.abs(two.timeMs() - one.timeMs() - shift) > JITTER_MS) {
                return false;
            }
        }
        return true;
    }
}
