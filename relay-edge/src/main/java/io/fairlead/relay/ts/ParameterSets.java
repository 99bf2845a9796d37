package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder of AVC or HEVC must know before the first picture, as avcC and hvcC have it (ISO/IEC 14496-15 §5.3.3, §8.3.3).
 *
 * @param lengthBytes bytes of the length before each NAL unit of a frame: 1, 2 or 4
 * @param units the parameter sets, in order
 */
record ParameterSets(StreamKind kind, int lengthBytes, List<byte[]> units) {

    private static final int AVC_LENGTH_AT = 4;
    private static final int HEVC_LENGTH_AT = 21;
    private static final int HEVC_ARRAYS_AT = 22;
    private static final int MOST_UNITS = 64;

    /** Reads avcC or hvcC; null if it can't be read. */
    static @Nullable ParameterSets read(StreamKind kind, ByteBuf record) {
        List<byte[]> units = new ArrayList<>();
        int start = record.readerIndex();
        boolean avc = kind == StreamKind.AVC;
        int lengthAt = avc ? AVC_LENGTH_AT : HEVC_LENGTH_AT;
        if (record.readableBytes() < lengthAt + 2) {
            return null;
        }
        int lengthBytes = (record.getByte(start + lengthAt) & 3) + 1;
        boolean whole = avc
                ? units(record, start + AVC_LENGTH_AT + 1, 0x1F, units)
                : arrays(record, start + HEVC_ARRAYS_AT, units);
        return whole && lengthBytes != 3 && !units.isEmpty()
                ? new ParameterSets(kind, lengthBytes, List.copyOf(units))
                : null;
    }

    /** Sequence parameter sets, then picture parameter sets. */
    private static boolean units(ByteBuf record, int from, int mask, List<byte[]> units) {
        int at = list(record, from + 1, record.getByte(from) & mask, units);
        return at >= 0 && at < record.writerIndex() && list(record, at + 1, record.getUnsignedByte(at), units) >= 0;
    }

    private static boolean arrays(ByteBuf record, int from, List<byte[]> units) {
        int arrays = record.getUnsignedByte(from);
        int at = from + 1;
        for (int each = 0; each < arrays; each++) {
            if (at + 3 > record.writerIndex()) {
                return false;
            }
            at = list(record, at + 3, record.getUnsignedShort(at + 1), units);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the list ends; −1 if it does not. */
    private static int list(ByteBuf record, int from, int count, List<byte[]> units) {
        int at = from;
        for (int each = 0; each < count; each++) {
            if (at + 2 > record.writerIndex() || units.size() == MOST_UNITS) {
                return -1;
            }
            int length = record.getUnsignedShort(at);
            if (at + 2 + length > record.writerIndex()) {
                return -1;
            }
            byte[] unit = new byte[length];
            record.getBytes(at + 2, unit);
            units.add(unit);
            at += 2 + length;
        }
        return at;
    }

    /** Bytes of all sets with their start codes. */
    int annexBBytes() {
        int bytes = 0;
        for (byte[] unit : units) {
            bytes += NalUnits.START_CODE_BYTES + unit.length;
        }
        return bytes;
    }
}
