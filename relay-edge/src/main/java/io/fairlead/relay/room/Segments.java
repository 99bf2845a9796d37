package io.fairlead.relay.room;

import io.fairlead.relay.flv.OtherForm;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A room cut into segments of a transport stream, and those into parts, with the playlist that names them (RFC 8216; parts, blocking and hints:
 * draft-pantos-hls-rfc8216bis §4.4.4.9, §6.2.5). On the room's loop; what is handed out is immutable and may be written on any.
 *
 * <p>A segment ends at the first key frame after the target time, at a key frame before which headers have changed, and where it would grow
 * over its bounds. Numbers count from 0 for as long as anybody fetches. The target duration is said once, when the first playlist is
 * asked for, and no segment is longer from then on, as clients are promised.
 */
public final class Segments {

    /** Segments that are kept though they are not in the playlist any more. */
    private static final int KEPT_BESIDES = 2;

    /** Parts are named for so many of the newest segments. */
    private static final int WITH_PARTS = 2;

    private static final long MOST_TARGET_MS = 60_000;
    private static final int FIRST_BYTES = 32 << 10;

    /** What is known of a number. */
    public enum Standing {
        /** It is there. */
        THERE,
        /** It comes soon. */
        TO_COME,
        /** It was there. */
        GONE,
        /** Nobody has told of it. */
        UNKNOWN
    }

    /** A part of a segment. */
    private record Piece(ByteBuf bytes, long durationMs, boolean independent) {}

    /** Who waits for a change of the playlist. */
    private record Waiter(long sequence, int part, Runnable told) {}

    private static final class Segment {
        private final long sequence;
        private final long startMs;
        private final boolean independent;
        private final boolean discontinuous;
        private final List<Piece> pieces = new ArrayList<>();
        private long durationMs;
        private int bytes;

        private Segment(long sequence, long startMs, boolean independent, boolean discontinuous) {
            this.sequence = sequence;
            this.startMs = startMs;
            this.independent = independent;
            this.discontinuous = discontinuous;
        }
    }

    private final ByteBufAllocator allocator;
    private final SegmentSettings settings;
    private final ArrayDeque<Segment> whole = new ArrayDeque<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private @Nullable Segment current;
    private @Nullable ByteBuf piece;
    private long pieceStartMs;
    private boolean pieceIndependent;
    private long lastMs;
    private long lastFrameMs;
    private long intervalMs = 40;
    private long next;
    private long bytes;
    private int targetS;
    private long discontinuities;
    private boolean headersChanged;
    private boolean sawMedia;
    private boolean ended;
    private @Nullable String playlist;

    Segments(ByteBufAllocator allocator, SegmentSettings settings) {
        this.allocator = allocator;
        this.settings = settings;
    }

    // ---- what comes

    /** The next tag of the room, with its form. */
    void add(Tag tag) {
        OtherForm form = tag.otherForm();
        if (tag.part() == Part.SEQUENCE_HEADER) {
            headersChanged |= sawMedia;
            return;
        }
        if (ended || form == null || !form.wire().isReadable()) {
            return;
        }
        sawMedia = true;
        Segment open = current;
        if (form.opens() && (open == null || due(open, tag.timeMs()))) {
            begin(tag.timeMs(), true);
        } else if (open == null) {
            return; // nobody could begin with it
        } else if (tooLong(open, tag)) {
            begin(tag.timeMs(), false);
        } else {
            cutPiece(tag);
        }
        append(tag, form);
    }

    private boolean due(Segment open, long timeMs) {
        return headersChanged || timeMs - open.startMs >= settings.targetMs();
    }

    /** Its bytes or its time would be more than was promised. */
    private boolean tooLong(Segment open, Tag tag) {
        ByteBuf growing = piece;
        int size = open.bytes + (growing == null ? 0 : growing.readableBytes());
        return tag.timeMs() + intervalMs - open.startMs > mostMs() || size >= settings.maxSegmentBytes();
    }

    /** The target duration is that of segments in whole seconds, rounded. */
    private long mostMs() {
        return targetS == 0 ? MOST_TARGET_MS : targetS * 1_000L + 499;
    }

    private void begin(long timeMs, boolean independent) {
        finish(timeMs);
        current = new Segment(next++, timeMs, independent, headersChanged && independent);
        if (independent) {
            headersChanged = false;
        }
        pieceStartMs = timeMs;
        pieceIndependent = independent;
    }

    private void finish(long timeMs) {
        Segment done = current;
        if (done == null) {
            return;
        }
        closePiece(timeMs);
        done.durationMs = Math.min(Math.max(1, timeMs - done.startMs), mostMs()); // a pause is no media
        whole.add(done);
        current = null;
        trim();
        changed();
    }

    private void trim() {
        while (whole.size() > settings.listed() + KEPT_BESIDES || (bytes > settings.maxBytes() && whole.size() > 1)) {
            Segment gone = whole.removeFirst();
            bytes -= gone.bytes;
            gone.pieces.forEach(each -> each.bytes.release());
            if (gone.discontinuous) {
                discontinuities++;
            }
        }
    }

    /** Ends the part before a frame that would make it longer than parts may be. */
    private void cutPiece(Tag tag) {
        if (tag.part() != Part.SOUND && tag.timeMs() > lastFrameMs) {
            intervalMs = Math.min(tag.timeMs() - lastFrameMs, settings.partMs());
        }
        if (tag.timeMs() + intervalMs - pieceStartMs > settings.partMs()) {
            boolean independent = tag.part() == Part.KEY_FRAME;
            closePiece(tag.timeMs());
            pieceStartMs = tag.timeMs();
            pieceIndependent = independent;
            changed();
        }
    }

    private void closePiece(long timeMs) {
        ByteBuf done = piece;
        Segment open = current;
        piece = null;
        if (done != null && open != null) {
            open.pieces.add(
                    new Piece(done, Math.min(Math.max(1, timeMs - pieceStartMs), settings.partMs()), pieceIndependent));
            open.bytes += done.readableBytes();
            bytes += done.readableBytes();
        }
    }

    private void append(Tag tag, OtherForm form) {
        ByteBuf growing = piece;
        if (growing == null) {
            growing = allocator.directBuffer(FIRST_BYTES);
            piece = growing;
        }
        ByteBuf wire = form.wire();
        growing.writeBytes(wire, wire.readerIndex(), wire.readableBytes());
        lastMs = Math.max(lastMs, tag.timeMs());
        if (tag.part() != Part.SOUND) {
            lastFrameMs = tag.timeMs();
        }
    }

    // ---- what is asked for

    /** Whether a part, or a whole segment if the part is negative, is there. */
    public Standing standing(long sequence, int part) {
        Segment open = current;
        if (open != null && sequence == open.sequence) {
            return part >= 0 && part < open.pieces.size() ? Standing.THERE : Standing.TO_COME;
        }
        if (!whole.isEmpty() && sequence >= whole.getFirst().sequence && sequence <= whole.getLast().sequence) {
            return part < find(sequence).pieces.size() ? Standing.THERE : Standing.UNKNOWN;
        }
        if (sequence < next) {
            return Standing.GONE;
        }
        return !ended && sequence <= next + 1 ? Standing.TO_COME : Standing.UNKNOWN;
    }

    private Segment find(long sequence) {
        Segment open = current;
        if (open != null && open.sequence == sequence) {
            return open;
        }
        for (Segment each : whole) {
            if (each.sequence == sequence) {
                return each;
            }
        }
        throw new IllegalArgumentException("segment " + sequence + " is not there");
    }

    /** Bytes of a part, or of a whole segment if the part is negative, that is there: each buffer is the caller's. */
    public List<ByteBuf> bytes(long sequence, int part) {
        Segment segment = find(sequence);
        List<Piece> pieces = part < 0 ? segment.pieces : List.of(segment.pieces.get(part));
        return pieces.stream().map(each -> each.bytes.retainedDuplicate()).toList();
    }

    /** How far a segment's end is behind what is newest, ms. */
    public long behindMs(long sequence) {
        Segment segment = find(sequence);
        return segment == current ? 0 : Math.max(0, lastMs - segment.startMs - segment.durationMs);
    }

    /** Number of the newest whole segment; −1 before the first. */
    public long newest() {
        return whole.isEmpty() ? -1 : whole.getLast().sequence;
    }

    /** Tells once when a part (negative: a whole segment) is there, or never will be. */
    public void await(long sequence, int part, Runnable told) {
        Waiter waiter = new Waiter(sequence, part, told);
        if (answered(waiter)) {
            told.run();
        } else {
            waiters.add(waiter);
        }
    }

    /** Nobody waits any more. */
    public void forget(Runnable told) {
        waiters.removeIf(each -> each.told == told);
    }

    private boolean answered(Waiter waiter) {
        return ended || standing(waiter.sequence, waiter.part) != Standing.TO_COME;
    }

    private void changed() {
        playlist = null;
        for (Waiter each : List.copyOf(waiters)) {
            if (answered(each)) {
                waiters.remove(each);
                each.told.run();
            }
        }
    }

    /** The playlist as it is now; null before the first segment is whole. Names are relative to it. */
    public @Nullable String playlist() {
        if (whole.isEmpty()) {
            return null;
        }
        String made = playlist;
        if (made == null) {
            made = write();
            playlist = made;
        }
        return made;
    }

    private String write() {
        List<Segment> listed = new ArrayList<>(whole);
        listed.subList(0, Math.max(0, listed.size() - settings.listed())).clear();
        int before = whole.size() - listed.size();
        if (targetS == 0) {
            long longestMs =
                    whole.stream().mapToLong(each -> each.durationMs).max().orElse(0);
            targetS = (int) Math.max((settings.targetMs() + 999) / 1_000, (longestMs + 500) / 1_000);
        }
        StringBuilder out = new StringBuilder(1_024);
        out.append("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:")
                .append(targetS)
                .append('\n');
        out.append("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=")
                .append(seconds(3L * settings.partMs()))
                .append('\n');
        out.append("#EXT-X-PART-INF:PART-TARGET=")
                .append(seconds(settings.partMs()))
                .append('\n');
        out.append("#EXT-X-MEDIA-SEQUENCE:").append(listed.get(0).sequence).append('\n');
        long gone = discontinuities
                + whole.stream()
                        .limit(before)
                        .filter(each -> each.discontinuous)
                        .count();
        out.append("#EXT-X-DISCONTINUITY-SEQUENCE:").append(gone).append('\n');
        if (listed.stream().allMatch(each -> each.independent)) {
            out.append("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        for (int each = 0; each < listed.size(); each++) {
            Segment segment = listed.get(each);
            mark(out, segment);
            if (each >= listed.size() - WITH_PARTS) {
                parts(out, segment);
            }
            out.append("#EXTINF:").append(seconds(segment.durationMs)).append(",\n");
            out.append(segment.sequence).append(".ts\n");
        }
        Segment open = current;
        if (ended) {
            return out.append("#EXT-X-ENDLIST\n").toString();
        }
        if (open != null) {
            mark(out, open);
            parts(out, open);
        }
        long hinted = open == null ? next : open.sequence;
        int part = open == null ? 0 : open.pieces.size();
        out.append("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"")
                .append(hinted)
                .append('.')
                .append(part)
                .append(".ts\"\n");
        return out.toString();
    }

    private static void mark(StringBuilder out, Segment segment) {
        if (segment.discontinuous) {
            out.append("#EXT-X-DISCONTINUITY\n");
        }
    }

    private static void parts(StringBuilder out, Segment segment) {
        for (int each = 0; each < segment.pieces.size(); each++) {
            Piece piece = segment.pieces.get(each);
            out.append("#EXT-X-PART:DURATION=").append(seconds(piece.durationMs));
            out.append(",URI=\"")
                    .append(segment.sequence)
                    .append('.')
                    .append(each)
                    .append(".ts\"");
            out.append(piece.independent ? ",INDEPENDENT=YES\n" : "\n");
        }
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%d.%03d", ms / 1_000, ms % 1_000);
    }

    /** How much the room has lately, bits a second; a guess before anything is known. */
    public long bandwidthBps() {
        long ms = whole.stream().mapToLong(each -> each.durationMs).sum();
        long size = whole.stream().mapToLong(each -> each.bytes).sum();
        return ms == 0 ? 1_000_000 : Math.max(1, size * 8_000 / ms);
    }

    // ---- ends

    /** Nothing comes any more: what has come is the last segment. */
    void end() {
        if (!ended) {
            finish(Math.max(lastMs + intervalMs, pieceStartMs));
            ended = true;
            changed();
        }
    }

    /** Whether nothing comes any more. */
    public boolean ended() {
        return ended;
    }

    /** Gives everything back. */
    void close() {
        ended = true;
        changed();
        ByteBuf growing = piece;
        piece = null;
        if (growing != null) {
            growing.release();
        }
        Segment open = current;
        current = null;
        if (open != null) {
            open.pieces.forEach(each -> each.bytes.release());
        }
        whole.forEach(segment -> segment.pieces.forEach(each -> each.bytes.release()));
        whole.clear();
    }
}
