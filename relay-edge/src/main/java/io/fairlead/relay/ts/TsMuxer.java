package io.fairlead.relay.ts;

import io.fairlead.relay.flv.Codec;
import io.fairlead.relay.flv.OtherForm;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagData;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Makes packets of a transport stream of a room's tags, in the order and at the times that they have in the room: one PES packet a frame or sound,
 * so that each tag has a form of its own and nothing waits for what follows. Not thread-safe.
 *
 * <p>Tables and the parameter sets stand before each key frame (without video, before a sound each {@value #OPENING_MS} ms): whoever begins
 * there needs nothing from before. The program's clock is the room's; frames are due {@value #DUE_MS} ms later, for which a reader may hold
 * them. Clocks wrap after 26.5 h, as 33 bits do.
 *
 * <p>A kind of media that has not come for {@value #GONE_MS} ms, while the other has, is no part of the program any more: a source that lacks it
 * has followed. When it comes again it is.
 */
public final class TsMuxer {

    static final int OPENING_MS = 500;

    /** A kind of media that has not come for so long, while the other has, comes no more. */
    public static final int GONE_MS = 5_000;

    static final int DUE_MS = 200;
    private static final int TICKS_PER_MS = 90;
    private static final long CLOCK_BITS = (1L << 33) - 1;
    private static final int VIDEO_STREAM = 0xE0;
    private static final int AUDIO_STREAM = 0xC0;
    private static final int MOST_PES_BYTES = 0xFFFF;
    private static final int PES_HEAD_BYTES = 19;
    private static final int TABLES_BYTES = 2 * TsPackets.BYTES;
    private static final long NEVER = Long.MIN_VALUE;
    private static final int VERSIONS = 32;

    private final ByteBufAllocator allocator;
    private final TsPackets packets = new TsPackets();
    private @Nullable StreamKind video;
    private @Nullable StreamKind audio;
    private @Nullable ParameterSets sets;
    private @Nullable AacConfig aac;
    private boolean pictures;
    /** When it came last; {@link #NEVER}: not since its header, so that the first of the other kind begins the wait. */
    private long videoMs = NEVER;

    private long audioMs = NEVER;
    private int version;
    private boolean tablesDue;
    private long openedMs = NEVER;
    private long unreadable;

    public TsMuxer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Whether it has a place for media of that codec. */
    public static boolean carries(Codec codec) {
        return StreamKind.of(codec) != null;
    }

    /** Frames that could not be read as what they say they are, and are left out. */
    public long unreadable() {
        return unreadable;
    }

    /** Takes in a header, and makes the form of a tag, which is the caller's. Tags come in their order in the room, each once. */
    public OtherForm mux(Tag tag) {
        return switch (tag.part()) {
            case SEQUENCE_HEADER -> header(tag);
            case KEY_FRAME, FRAME -> frame(tag);
            case SOUND -> sound(tag);
            case METADATA, DATA, CONTROL -> TsForm.NOTHING;
        };
    }

    private OtherForm header(Tag tag) {
        StreamKind kind = StreamKind.of(tag.codec());
        TagData data = TagData.of(tag);
        if (kind == null || tag.track() != 0) {
            return tag.track() == 0 ? TsForm.NOT_CARRIED : TsForm.NOTHING;
        }
        ByteBuf record = data == null ? Unpooled.EMPTY_BUFFER : content(tag, data);
        if (kind.kind() == TagKind.VIDEO) {
            sets = ParameterSets.read(kind, record);
            videoMs = NEVER;
        } else {
            aac = AacConfig.read(record);
            audioMs = NEVER;
        }
        expect(kind);
        return TsForm.NOTHING;
    }

    private static ByteBuf content(Tag tag, TagData data) {
        return tag.wire()
                .slice(tag.wire().readerIndex() + Tag.HEADER_BYTES + data.offset(), tag.payloadBytes() - data.offset());
    }

    private OtherForm frame(Tag tag) {
        StreamKind kind = StreamKind.of(tag.codec());
        if (tag.track() != 0) {
            return TsForm.NOTHING;
        }
        if (kind == null) {
            return TsForm.NOT_CARRIED;
        }
        TagData data = TagData.of(tag);
        ParameterSets known = sets;
        if (data == null || known == null || known.kind() != kind) {
            unreadable++;
            return TsForm.NOTHING;
        }
        boolean key = tag.part() == Part.KEY_FRAME;
        ByteBuf frame = content(tag, data);
        ByteBuf pes = allocator.directBuffer(
                PES_HEAD_BYTES + NalUnits.MOST_DELIMITER_BYTES + known.annexBBytes() + frame.readableBytes());
        try {
            long dts = ticks(tag.timeMs() + DUE_MS);
            pesHead(pes, VIDEO_STREAM, dts + (long) Math.max(0, data.compositionMs()) * TICKS_PER_MS & CLOCK_BITS, dts);
            if (!NalUnits.writeAnnexB(pes, frame, known, key)) {
                unreadable++;
                return TsForm.NOTHING;
            }
            expect(kind);
            videoMs = tag.timeMs();
            audioMs = audioMs == NEVER ? videoMs : audioMs;
            if (audio != null && videoMs - audioMs > GONE_MS) {
                audio = null;
                changed();
            }
            if (!pictures) {
                pictures = true;
                changed(); // the clock is that of the pictures from now on
            }
            return packed(tag, pes, TsPackets.VIDEO_PID, key, key, ticks(tag.timeMs()));
        } finally {
            pes.release();
        }
    }

    private OtherForm sound(Tag tag) {
        StreamKind kind = StreamKind.of(tag.codec());
        if (tag.track() != 0) {
            return TsForm.NOTHING;
        }
        if (kind == null) {
            return TsForm.NOT_CARRIED;
        }
        TagData data = TagData.of(tag);
        AacConfig known = aac;
        int bytes = tag.payloadBytes() - (data == null ? 0 : data.offset());
        boolean framed = kind == StreamKind.AAC;
        if (data == null
                || (framed && known == null)
                || bytes + AacConfig.ADTS_BYTES > (framed ? AacConfig.MOST_FRAME_BYTES : MOST_PES_BYTES / 2)) {
            unreadable++;
            return TsForm.NOTHING;
        }
        ByteBuf pes = allocator.directBuffer(PES_HEAD_BYTES + AacConfig.ADTS_BYTES + bytes);
        try {
            long due = ticks(tag.timeMs() + DUE_MS);
            pesHead(pes, AUDIO_STREAM, due, due);
            if (framed && known != null) {
                known.writeAdts(pes, bytes);
            }
            pes.writeBytes(content(tag, data));
            expect(kind);
            audioMs = tag.timeMs();
            videoMs = videoMs == NEVER ? audioMs : videoMs;
            if (video != null && audioMs - videoMs > GONE_MS) {
                video = null;
                pictures = false; // the clock is that of the sound from now on
                changed();
            }
            boolean opens = !pictures && (openedMs == NEVER || tag.timeMs() - openedMs >= OPENING_MS);
            long clock = !pictures ? ticks(tag.timeMs()) : TsPackets.NO_CLOCK;
            return packed(tag, pes, TsPackets.AUDIO_PID, opens, true, clock);
        } finally {
            pes.release();
        }
    }

    private static long ticks(long timeMs) {
        return timeMs * TICKS_PER_MS & CLOCK_BITS;
    }

    /** The program is made of this, too. */
    private void expect(StreamKind kind) {
        if (kind.kind() == TagKind.VIDEO && kind != video) {
            video = kind;
            changed();
        } else if (kind.kind() == TagKind.AUDIO && kind != audio) {
            audio = kind;
            changed();
        }
    }

    /** What the program is made of is said again, with the next packet. */
    private void changed() {
        version = (version + 1) % VERSIONS;
        tablesDue = true;
    }

    private static void pesHead(ByteBuf out, int stream, long pts, long dts) {
        boolean both = pts != dts;
        out.writeMedium(1).writeByte(stream).writeShort(0);
        out.writeByte(0x84).writeByte(both ? 0xC0 : 0x80).writeByte(both ? 10 : 5);
        time(out, both ? 3 : 2, pts);
        if (both) {
            time(out, 1, dts);
        }
    }

    private static void time(ByteBuf out, int prefix, long ticks) {
        out.writeByte(prefix << 4 | (int) (ticks >>> 30) << 1 | 1);
        out.writeShort((int) (ticks >>> 15 & 0x7FFF) << 1 | 1);
        out.writeShort((int) (ticks & 0x7FFF) << 1 | 1);
    }

    private TsForm packed(Tag tag, ByteBuf pes, int pid, boolean opens, boolean random, long clock) {
        int length = pes.readableBytes() - 6;
        if (length <= MOST_PES_BYTES) {
            pes.setShort(4, length); // a longer one ends where the next begins
        }
        boolean tables = opens || tablesDue;
        int counters = packets.counters();
        ByteBuf wire = allocator.directBuffer(
                (tables ? TABLES_BYTES : 0) + TsPackets.bytes(pes.readableBytes(), random, clock));
        if (tables) {
            tablesDue = false;
            ProgramTables.pat(wire, packets);
            ProgramTables.pmt(wire, packets, version, pictures, video, audio);
        }
        if (opens) {
            openedMs = tag.timeMs();
        }
        packets.pes(wire, pid, pes, random, clock);
        return new TsForm(wire, opens, true, counters);
    }
}
