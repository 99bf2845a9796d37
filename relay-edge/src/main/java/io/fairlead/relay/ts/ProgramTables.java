package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The two tables of a stream with one program: which there is (PAT), and what it is made of (PMT). */
final class ProgramTables {

    static final int PROGRAM = 1;
    private static final int PAT = 0x00;
    private static final int PMT = 0x02;
    private static final int NO_POINTER = 0;
    private static final int RESERVED_PID = 0xE000;
    private static final int CRC_BYTES = 4;

    private ProgramTables() {}

    /** Writes a PAT, one packet. */
    static void pat(ByteBuf out, TsPackets packets) {
        int start = packets.tableStart(out, TsPackets.PAT_PID);
        int section = section(out, PAT, PROGRAM, 0);
        out.writeShort(PROGRAM).writeShort(RESERVED_PID | TsPackets.PMT_PID);
        end(out, section);
        packets.fill(out, start);
    }

    /**
     * Writes a PMT, one packet.
     *
     * @param version counts changes, 0 to 31
     * @param pictures the clock is in the packets of video, else in those of audio
     */
    static void pmt(
            ByteBuf out,
            TsPackets packets,
            int version,
            boolean pictures,
            @Nullable StreamKind video,
            @Nullable StreamKind audio) {
        int start = packets.tableStart(out, TsPackets.PMT_PID);
        int section = section(out, PMT, PROGRAM, version);
        out.writeShort(RESERVED_PID | (pictures ? TsPackets.VIDEO_PID : TsPackets.AUDIO_PID));
        out.writeShort(0xF000);
        stream(out, video, TsPackets.VIDEO_PID);
        stream(out, audio, TsPackets.AUDIO_PID);
        end(out, section);
        packets.fill(out, start);
    }

    private static void stream(ByteBuf out, @Nullable StreamKind kind, int pid) {
        if (kind != null) {
            out.writeByte(kind.streamType()).writeShort(RESERVED_PID | pid).writeShort(0xF000);
        }
    }

    /** Begins a section; its length is written at the end. */
    private static int section(ByteBuf out, int table, int id, int version) {
        out.writeByte(NO_POINTER);
        int start = out.writerIndex();
        out.writeByte(table).writeShort(0).writeShort(id).writeByte(0xC1 | version << 1);
        out.writeByte(0).writeByte(0);
        return start;
    }

    private static void end(ByteBuf out, int section) {
        int length = out.writerIndex() - section - 3 + CRC_BYTES;
        out.setShort(section + 1, 0xB000 | length);
        out.writeInt(Crc32Mpeg.of(out, section, out.writerIndex() - section));
    }
}
