package io.fairlead.relay.ts;

import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes tags of AVC or HEVC: a PES packet is a frame. Parameter sets go into a header of their own, which is sent when they change; frames
 * before the first header are dropped.
 */
final class Pictures implements ElementaryStream {

    private static final int MOST_SETS = 32;
    private static final int START_CODE = 1;

    private final StreamKind kind;
    private final Sink sink;
    private List<byte[]> sets = List.of();
    private boolean headed;

    Pictures(StreamKind kind, Sink sink) {
        this.kind = kind;
        this.sink = sink;
    }

    @Override
    public void take(ByteBuf data, long pts, long dts) {
        if (pts == Pes.NO_TIME) {
            return; // nobody could say when it is to be shown
        }
        List<byte[]> found = new ArrayList<>();
        ByteBuf payload = sink.allocator().directBuffer(data.readableBytes() + 64);
        try {
            int headBytes = VideoTags.writeHead(payload, kind, false, 0);
            boolean key = units(data, payload, found);
            learn(found, key, Ticks.ms(dts));
            if (headed && payload.readableBytes() > headBytes) {
                payload.markWriterIndex().writerIndex(0);
                VideoTags.writeHead(payload, kind, key, (int) (Ticks.ms(pts) - Ticks.ms(dts)));
                payload.resetWriterIndex();
                sink.tag(TagKind.VIDEO, Ticks.ms(dts), payload);
            }
        } finally {
            payload.release();
        }
    }

    /** Writes the units of a frame behind their lengths, and finds parameter sets; true if decoding can begin with it. */
    private boolean units(ByteBuf data, ByteBuf out, List<byte[]> found) {
        boolean key = false;
        int at = next(data, data.readerIndex());
        while (at < data.writerIndex()) {
            int from = at + 3;
            at = next(data, from);
            int to = at;
            while (to > from && data.getByte(to - 1) == 0) {
                to--; // zeros before a start code, or at the end
            }
            if (to == from) {
                continue;
            }
            int type = NalUnits.type(kind, data.getUnsignedByte(from));
            if (NalUnits.isParameterSet(kind, type)) {
                byte[] unit = new byte[to - from];
                data.getBytes(from, unit);
                found.add(unit);
            } else if (!NalUnits.isDelimiter(kind, type)) {
                key |= NalUnits.isKey(kind, type);
                out.writeInt(to - from).writeBytes(data, from, to - from);
            }
            if (found.size() > MOST_SETS) {
                sink.wrong(Malformed.Reason.CUT_SHORT, "more than " + MOST_SETS + " parameter sets in a frame");
                return false;
            }
        }
        return key;
    }

    /** Where the next start code is; the end if there is none. */
    private static int next(ByteBuf data, int from) {
        int end = data.writerIndex();
        int at = from;
        while (at + 3 <= end) {
            int third = data.getUnsignedByte(at + 2);
            if (third > START_CODE) {
                at += 3;
            } else if (third == START_CODE && data.getByte(at) == 0 && data.getByte(at + 1) == 0) {
                return at;
            } else {
                at++;
            }
        }
        return end;
    }

    /** A key frame brings all sets; another frame may add some. */
    private void learn(List<byte[]> found, boolean key, long timeMs) {
        if (found.isEmpty()) {
            return;
        }
        List<byte[]> known = new ArrayList<>(key ? List.of() : sets);
        for (byte[] unit : found) {
            if (known.stream().noneMatch(other -> Arrays.equals(other, unit))) {
                known.add(unit);
            }
        }
        if (known.size() > MOST_SETS) {
            sink.wrong(Malformed.Reason.CUT_SHORT, "more than " + MOST_SETS + " parameter sets");
            return;
        }
        if (same(known, sets) && headed) {
            return;
        }
        sets = known;
        ByteBuf header = sink.allocator().directBuffer();
        try {
            if (VideoTags.writeHeader(header, kind, known)) {
                headed = true;
                sink.tag(TagKind.VIDEO, timeMs, header);
            }
        } finally {
            header.release();
        }
    }

    private static boolean same(List<byte[]> one, List<byte[]> two) {
        if (one.size() != two.size()) {
            return false;
        }
        for (int each = 0; each < one.size(); each++) {
            if (!Arrays.equals(one.get(each), two.get(each))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
