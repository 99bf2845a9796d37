package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What ADTS says before each frame of AAC, and AudioSpecificConfig once (ISO/IEC 14496-3 §1.6, §1.A.2).
 *
 * @param objectType 1 to 4 (Main, LC, SSR, LTP)
 * @param frequencyIndex 0 to 12
 * @param channels 1 to 7: the channel configuration
 */
record AacConfig(int objectType, int frequencyIndex, int channels) {

    static final int ADTS_BYTES = 7;
    static final int MOST_FRAME_BYTES = 0x1FFF;
    private static final int LOW_COMPLEXITY = 2;
    private static final int SBR = 5;
    private static final int PARAMETRIC_STEREO = 29;
    private static final int ESCAPED_FREQUENCY = 15;
    private static final int MOST_FREQUENCY_INDEX = 12;
    private static final int[] FREQUENCIES_HZ = {
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350
    };

    /** Reads an AudioSpecificConfig; null if ADTS can't say the same. */
    static @Nullable AacConfig read(ByteBuf config) {
        if (config.readableBytes() < 2) {
            return null;
        }
        int bits = config.getUnsignedShort(config.readerIndex());
        int type = bits >> 11;
        int frequency = bits >> 7 & 0xF;
        int channels = bits >> 3 & 0xF;
        // SBR and PS are extensions that decoders find by themselves; the core is LC.
        int core = type == SBR || type == PARAMETRIC_STEREO ? LOW_COMPLEXITY : type;
        boolean sayable = core >= 1
                && core <= 4
                && frequency != ESCAPED_FREQUENCY
                && frequency <= MOST_FREQUENCY_INDEX
                && channels >= 1
                && channels <= 7;
        return sayable ? new AacConfig(core, frequency, channels) : null;
    }

    /** Reads the head of an ADTS frame; null if none stands there. */
    static @Nullable AacConfig readAdts(ByteBuf bytes, int at) {
        int sync = bytes.getUnsignedShort(at);
        int third = bytes.getUnsignedByte(at + 2);
        int frequency = third >> 2 & 0xF;
        int channels = (third & 1) << 2 | bytes.getUnsignedByte(at + 3) >> 6;
        boolean there = (sync & 0xFFF6) == 0xFFF0 && frequency <= MOST_FREQUENCY_INDEX && channels >= 1;
        return there ? new AacConfig((third >> 6) + 1, frequency, channels) : null;
    }

    /** Writes the head of a frame with so many bytes behind it. */
    void writeAdts(ByteBuf out, int frameBytes) {
        int length = ADTS_BYTES + frameBytes;
        out.writeShort(0xFFF1);
        out.writeByte((objectType - 1) << 6 | frequencyIndex << 2 | channels >> 2);
        out.writeByte((channels & 3) << 6 | length >> 11);
        out.writeByte(length >> 3);
        out.writeByte((length & 7) << 5 | 0x1F);
        out.writeByte(0xFC);
    }

    /** The AudioSpecificConfig that says the same. */
    byte[] specific() {
        int bits = objectType << 11 | frequencyIndex << 7 | channels << 3;
        return new byte[] {(byte) (bits >> 8), (byte) bits};
    }

    int frequencyHz() {
        return FREQUENCIES_HZ[frequencyIndex];
    }
}
