package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;

/** CRC of tables (ISO/IEC 13818-1 annex A): polynomial 04C11DB7, begun with ones, not reflected. */
final class Crc32Mpeg {

    private static final int[] TABLE = table();

    private Crc32Mpeg() {}

    private static int[] table() {
        int[] table = new int[256];
        for (int each = 0; each < 256; each++) {
            int crc = each << 24;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc << 1) ^ (crc < 0 ? 0x04C11DB7 : 0);
            }
            table[each] = crc;
        }
        return table;
    }

    /** Over so many bytes from there on; 0 if the last four of them are the right CRC of those before. */
    static int of(ByteBuf bytes, int from, int length) {
        int crc = -1;
        for (int at = from; at < from + length; at++) {
            crc = (crc << 8) ^ TABLE[(crc >>> 24) ^ bytes.getUnsignedByte(at)];
        }
        return crc;
    }
}
