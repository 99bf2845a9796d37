package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;

/** Packets of 188 bytes, and their continuity: one counter for each of the four PIDs that are written. Not thread-safe. */
final class TsPackets {

    static final int BYTES = 188;
    static final int SYNC = 0x47;
    static final int PAT_PID = 0;
    static final int PMT_PID = 0x1000;
    static final int VIDEO_PID = 0x100;
    static final int AUDIO_PID = 0x101;

    /** No clock in this packet. */
    static final long NO_CLOCK = -1;

    private static final int HEAD_BYTES = 4;
    private static final int PAYLOAD_BYTES = BYTES - HEAD_BYTES;
    private static final int CLOCK_BYTES = 6;
    private static final int START = 0x4000;
    private static final int PAYLOAD_ALONE = 0x10;
    private static final int FIELD_AND_PAYLOAD = 0x30;
    private static final int FIELD_ALONE = 0x20;
    private static final int DISCONTINUITY = 0x80;
    private static final int RANDOM_ACCESS = 0x40;
    private static final int CLOCK = 0x10;
    private static final int STUFFING = 0xFF;
    private static final int[] PIDS = {PAT_PID, PMT_PID, VIDEO_PID, AUDIO_PID};

    private final int[] next = new int[PIDS.length];

    /** The counters that were used last, four bits for each PID. */
    int counters() {
        int packed = 0;
        for (int index = 0; index < PIDS.length; index++) {
            packed |= ((next[index] - 1) & 0xF) << (4 * index);
        }
        return packed;
    }

    /** Writes one packet for each PID which says that its counter goes on from there, whatever the reader has seen. */
    static void gap(ByteBuf out, int counters) {
        for (int index = 0; index < PIDS.length; index++) {
            int start = out.writerIndex();
            out.writeByte(SYNC).writeShort(PIDS[index]).writeByte(FIELD_ALONE | ((counters >> (4 * index)) & 0xF));
            out.writeByte(PAYLOAD_BYTES - 1).writeByte(DISCONTINUITY);
            stuff(out, BYTES - (out.writerIndex() - start));
        }
    }

    /** Begins a packet of a table, at whose place it returns. */
    int tableStart(ByteBuf out, int pid) {
        int start = out.writerIndex();
        out.writeByte(SYNC).writeShort(START | pid).writeByte(PAYLOAD_ALONE | count(pid));
        return start;
    }

    /** Fills the packet that begins there. */
    void fill(ByteBuf out, int start) {
        stuff(out, BYTES - (out.writerIndex() - start));
    }

    /** Bytes of the packets that {@link #pes} writes. */
    static int bytes(int pesBytes, boolean random, long clock) {
        int first = PAYLOAD_BYTES - field(random, clock);
        int more = Math.max(0, pesBytes - first);
        return BYTES * (1 + (more + PAYLOAD_BYTES - 1) / PAYLOAD_BYTES);
    }

    /**
     * Writes a PES packet, which is read to its end.
     *
     * @param random decoding can begin here
     * @param clock the program's clock, 90 kHz, 33 bits; {@link #NO_CLOCK}
     */
    void pes(ByteBuf out, int pid, ByteBuf pes, boolean random, long clock) {
        boolean first = true;
        while (pes.isReadable()) {
            int wanted = first ? field(random, clock) : 0;
            int left = pes.readableBytes();
            int field = Math.max(wanted, PAYLOAD_BYTES - left);
            out.writeByte(SYNC).writeShort((first ? START : 0) | pid);
            out.writeByte((field > 0 ? FIELD_AND_PAYLOAD : PAYLOAD_ALONE) | count(pid));
            if (field > 0) {
                adaptation(out, field, first && random, first ? clock : NO_CLOCK);
            }
            out.writeBytes(pes, PAYLOAD_BYTES - field);
            first = false;
        }
    }

    private static int field(boolean random, long clock) {
        return clock == NO_CLOCK ? (random ? 2 : 0) : 2 + CLOCK_BYTES;
    }

    /** An adaptation field of so many bytes, that of its length among them. */
    private static void adaptation(ByteBuf out, int bytes, boolean random, long clock) {
        int start = out.writerIndex();
        out.writeByte(bytes - 1);
        if (bytes > 1) {
            out.writeByte((random ? RANDOM_ACCESS : 0) | (clock == NO_CLOCK ? 0 : CLOCK));
        }
        if (clock != NO_CLOCK) {
            out.writeInt((int) (clock >>> 1)).writeShort((int) (clock & 1) << 15 | 0x7E00);
        }
        stuff(out, bytes - (out.writerIndex() - start));
    }

    private int count(int pid) {
        int index = 0;
        while (PIDS[index] != pid) {
            index++;
        }
        int counter = next[index];
        next[index] = counter + 1 & 0xF;
        return counter;
    }

    private static void stuff(ByteBuf out, int bytes) {
        for (int each = 0; each < bytes; each++) {
            out.writeByte(STUFFING);
        }
    }
}
