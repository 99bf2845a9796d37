package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;

/** NAL units of AVC and HEVC, which stand behind lengths in FLV and behind start codes (annex B) in transport streams. */
final class NalUnits {

    static final int START_CODE_BYTES = 4;
    static final int MOST_DELIMITER_BYTES = 7;
    private static final int START_CODE = 1;
    private static final byte[] AVC_DELIMITER = {0, 0, 0, 1, 0x09, (byte) 0xF0};
    private static final byte[] HEVC_DELIMITER = {0, 0, 0, 1, 0x46, 0x01, 0x50};

    private NalUnits() {}

    /** Type of the unit that begins with that byte. */
    static int type(StreamKind kind, int first) {
        return kind == StreamKind.AVC ? first & 0x1F : first >> 1 & 0x3F;
    }

    static boolean isDelimiter(StreamKind kind, int type) {
        return type == (kind == StreamKind.AVC ? 9 : 35);
    }

    /** SPS, PPS; VPS, SPS, PPS. */
    static boolean isParameterSet(StreamKind kind, int type) {
        return kind == StreamKind.AVC ? type == 7 || type == 8 : type >= 32 && type <= 34;
    }

    /** A picture at which decoding can begin: IDR; any IRAP (ITU-T H.265 table 7-1). */
    static boolean isKey(StreamKind kind, int type) {
        return kind == StreamKind.AVC ? type == 5 : type >= 16 && type <= 23;
    }

    /** Part of a picture. */
    static boolean isSlice(StreamKind kind, int type) {
        return kind == StreamKind.AVC ? type >= 1 && type <= 5 : type <= 31;
    }

    /**
     * Writes a frame with start codes: a delimiter, the parameter sets if the frame is a key frame that has none itself, its units.
     *
     * @param frame units behind lengths; its indices stay
     * @return false if lengths and units do not fit; what was written is of no use then
     */
    static boolean writeAnnexB(ByteBuf out, ByteBuf frame, ParameterSets sets, boolean key) {
        out.writeBytes(sets.kind() == StreamKind.AVC ? AVC_DELIMITER : HEVC_DELIMITER);
        if (key && !bringsSets(frame, sets)) {
            for (byte[] unit : sets.units()) {
                out.writeInt(START_CODE).writeBytes(unit);
            }
        }
        int at = frame.readerIndex();
        boolean any = false;
        while (at < frame.writerIndex()) {
            int length = length(frame, at, sets.lengthBytes());
            at += sets.lengthBytes();
            if (length < 0 || length > frame.writerIndex() - at) {
                return false;
            }
            if (length > 0 && !isDelimiter(sets.kind(), type(sets.kind(), frame.getUnsignedByte(at)))) {
                out.writeInt(START_CODE).writeBytes(frame, at, length);
                any = true;
            }
            at += length;
        }
        return any;
    }

    /** Whether the first unit that is no delimiter is a parameter set. */
    private static boolean bringsSets(ByteBuf frame, ParameterSets sets) {
        int at = frame.readerIndex();
        while (at < frame.writerIndex()) {
            int length = length(frame, at, sets.lengthBytes());
            at += sets.lengthBytes();
            if (length <= 0 || length > frame.writerIndex() - at) {
                return false;
            }
            int type = type(sets.kind(), frame.getUnsignedByte(at));
            if (!isDelimiter(sets.kind(), type)) {
                return isParameterSet(sets.kind(), type);
            }
            at += length;
        }
        return false;
    }

    /** The length that stands there; negative if it does not. */
    private static int length(ByteBuf frame, int at, int lengthBytes) {
        if (frame.writerIndex() - at < lengthBytes) {
            return -1;
        }
        return switch (lengthBytes) {
            case 1 -> frame.getUnsignedByte(at);
            case 2 -> frame.getUnsignedShort(at);
            default -> frame.getInt(at);
        };
    }
}
