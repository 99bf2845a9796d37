package io.fairlead.relay.ts;

import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.MediaReader;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one transport stream that arrives in pieces of any size, on one thread, and makes tags of its first program: the first stream of AVC or
 * HEVC in it, and the first of AAC or MP3. Other streams are passed over.
 *
 * <p>Holds a packet, a table, and of either stream one PES packet, which grows as its bytes arrive and never over {@code maxTagBytes}. A
 * packet that does not begin with 0x47 ends the reading: over TCP nothing gets lost, so what is there is no transport stream. PES packets of
 * which a part is missing by their counters are dropped, and so is what can't be read in them.
 */
public final class TsReader implements MediaReader {

    /** A program must have been announced after so many bytes. */
    static final int MOST_BYTES_BEFORE_PROGRAM = 4 << 20;

    private static final int NO_PID = -1;
    private static final int PAT = 0x00;
    private static final int PMT = 0x02;
    private static final int TABLE_HEAD_BYTES = 8;
    private static final int CRC_BYTES = 4;

    /** 24 bits of ms with a sign, as FLV has them. */
    private static final long MOST_AHEAD_TICKS = 90L * 0x7FFFFF;

    private final ByteBufAllocator allocator;
    private final int maxTagBytes;
    private final Sink sink;
    private final ByteBuf packet = Unpooled.buffer(TsPackets.BYTES, TsPackets.BYTES);
    private final Section programs = new Section();
    private final Ticks ticks = new Ticks();
    private Section program = new Section();
    private int programPid = NO_PID;
    private boolean announced;
    private @Nullable Stream video;
    private @Nullable Stream audio;
    private long offset;
    private @Nullable Malformed malformed;
    private boolean closed;

    /** One stream of the program. */
    private record Stream(int pid, StreamKind kind, Pes pes, ElementaryStream elementary) {

        private void close() {
            pes.close();
            elementary.close();
        }
    }

    /**
     * @param maxTagBytes largest PES packet, and largest payload of a tag
     * @param tags takes each tag with its only reference
     */
    public TsReader(ByteBufAllocator allocator, int maxTagBytes, Consumer<Tag> tags) {
        this.allocator = allocator;
        this.maxTagBytes = maxTagBytes;
        this.sink = new Sink(allocator, maxTagBytes, tags);
    }

    @Override
    public @Nullable Malformed read(ByteBuf bytes) {
        while (bytes.isReadable() && malformed == null && !closed) {
            int now = Math.min(packet.writableBytes(), bytes.readableBytes());
            packet.writeBytes(bytes, now);
            offset += now;
            if (packet.getUnsignedByte(0) != TsPackets.SYNC) {
                malformed = new Malformed(
                        Malformed.Reason.NOT_TS,
                        offset - packet.readableBytes(),
                        "a packet of a transport stream begins with " + packet.getUnsignedByte(0)
                                + " where 71 (0x47) must stand");
            } else if (!packet.isWritable()) {
                packet();
                packet.clear();
            }
        }
        return malformed;
    }

    @Override
    public boolean announcesVideo() {
        return video != null;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int heldBytes() {
        Stream pictures = video;
        Stream sounds = audio;
        return (pictures == null ? 0 : pictures.pes.heldBytes()) + (sounds == null ? 0 : sounds.pes.heldBytes());
    }

    @Override
    public void end() {
        if (malformed == null && !closed) {
            deliver(video);
            deliver(audio);
        }
    }

    private void packet() {
        int flags = packet.getUnsignedShort(1);
        int pid = flags & 0x1FFF;
        int control = packet.getUnsignedByte(3);
        boolean damaged = (flags & 0x8000) != 0;
        boolean scrambled = (control & 0xC0) != 0;
        if (!damaged && !scrambled) {
            int field = (control & 0x20) == 0 ? 0 : packet.getUnsignedByte(4) + 1;
            boolean discontinuity = field > 1 && (packet.getByte(5) & 0x80) != 0;
            packet.readerIndex(Math.min(4 + field, TsPackets.BYTES));
            if ((control & 0x10) != 0 && packet.isReadable()) {
                payload(pid, (flags & 0x4000) != 0, control & 0xF, discontinuity);
            }
        }
        if (!announced && offset > MOST_BYTES_BEFORE_PROGRAM) {
            sink.wrong(Malformed.Reason.NOT_TS, "no program in " + offset + " bytes of the transport stream");
        }
        Malformed wrong = sink.malformed(offset - TsPackets.BYTES);
        if (wrong != null) {
            malformed = wrong;
        }
    }

    private void payload(int pid, boolean starts, int counter, boolean discontinuity) {
        if (pid == TsPackets.PAT_PID) {
            ByteBuf table = programs.add(packet, starts);
            if (table != null && table.getUnsignedByte(0) == PAT) {
                choose(table);
            }
        } else if (pid == programPid) {
            ByteBuf table = program.add(packet, starts);
            if (table != null && table.getUnsignedByte(0) == PMT) {
                compose(table);
            }
        } else {
            Stream stream = of(pid);
            if (stream != null) {
                media(stream, starts, counter, discontinuity);
            }
        }
    }

    private @Nullable Stream of(int pid) {
        Stream pictures = video;
        Stream sounds = audio;
        if (pictures != null && pictures.pid == pid) {
            return pictures;
        }
        return sounds != null && sounds.pid == pid ? sounds : null;
    }

    // ---- tables

    /** Takes the first program that is one. */
    private void choose(ByteBuf table) {
        for (int at = TABLE_HEAD_BYTES; at + 4 <= table.readableBytes() - CRC_BYTES; at += 4) {
            if (table.getUnsignedShort(at) != 0) {
                int pid = table.getUnsignedShort(at + 2) & 0x1FFF;
                if (pid != programPid) {
                    programPid = pid;
                    program = new Section();
                }
                return;
            }
        }
    }

    /** Takes the first stream of either kind that can be carried. */
    private void compose(ByteBuf table) {
        int end = table.readableBytes() - CRC_BYTES;
        if (end < TABLE_HEAD_BYTES + 4) {
            return;
        }
        int videoPid = NO_PID;
        int audioPid = NO_PID;
        StreamKind pictures = null;
        StreamKind sounds = null;
        int at = TABLE_HEAD_BYTES + 4 + (table.getUnsignedShort(TABLE_HEAD_BYTES + 2) & 0xFFF);
        while (at + 5 <= end) {
            StreamKind kind = StreamKind.of(table.getUnsignedByte(at));
            int pid = table.getUnsignedShort(at + 1) & 0x1FFF;
            if (kind != null && kind.kind() == TagKind.VIDEO && pictures == null) {
                pictures = kind;
                videoPid = pid;
            } else if (kind != null && kind.kind() == TagKind.AUDIO && sounds == null) {
                sounds = kind;
                audioPid = pid;
            }
            at += 5 + (table.getUnsignedShort(at + 3) & 0xFFF);
        }
        if (pictures == null && sounds == null) {
            sink.wrong(
                    Malformed.Reason.NOT_CARRIED,
                    "there is neither AVC nor HEVC, AAC nor MP3 in the transport stream's program");
            return;
        }
        announced = true;
        video = follow(video, videoPid, pictures);
        audio = follow(audio, audioPid, sounds);
    }

    private @Nullable Stream follow(@Nullable Stream present, int pid, @Nullable StreamKind kind) {
        if (present != null && present.pid == pid && present.kind == kind) {
            return present;
        }
        if (present != null) {
            deliver(present);
            present.close();
        }
        if (kind == null) {
            return null;
        }
        ElementaryStream elementary =
                kind.kind() == TagKind.VIDEO ? new Pictures(kind, sink) : new Sounds(kind, sink, maxTagBytes);
        return new Stream(pid, kind, new Pes(allocator, maxTagBytes), elementary);
    }

    // ---- media

    private void media(Stream stream, boolean starts, int counter, boolean discontinuity) {
        if (!stream.pes.follows(counter, discontinuity)) {
            return;
        }
        if (starts) {
            deliver(stream);
            stream.pes.begin();
        }
        if (!stream.pes.add(packet)) {
            sink.wrong(
                    Malformed.Reason.TAG_TOO_LARGE,
                    "a PES packet of more than " + maxTagBytes + " bytes; that is the most");
        } else if (stream.pes.whole()) {
            deliver(stream);
        }
    }

    private void deliver(@Nullable Stream stream) {
        ByteBuf pes = stream == null ? null : stream.pes.take();
        if (stream == null || pes == null) {
            return;
        }
        try {
            Pes.Head head = Pes.Head.read(pes);
            if (head != null) {
                long dts = head.dts() == Pes.NO_TIME ? Pes.NO_TIME : ticks.unwrap(head.dts());
                long pts = head.pts() == Pes.NO_TIME ? Pes.NO_TIME : dts + ahead(head);
                stream.elementary.take(pes.slice(head.dataAt(), head.dataTo() - head.dataAt()), pts, dts);
            }
        } finally {
            pes.release();
        }
    }

    /** From decoding to showing, over the wrap; what goes back is no time. */
    private static long ahead(Pes.Head head) {
        long ahead = head.pts() - head.dts() & (1L << 33) - 1;
        return ahead >= 1L << 32 ? 0 : Math.min(ahead, MOST_AHEAD_TICKS);
    }

    @Override
    public void close() {
        closed = true;
        Stream pictures = video;
        Stream sounds = audio;
        video = null;
        audio = null;
        if (pictures != null) {
            pictures.close();
        }
        if (sounds != null) {
            sounds.close();
        }
    }
}
