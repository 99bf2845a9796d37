package io.fairlead.relay.ts;

import org.jspecify.annotations.Nullable;

/**
 * The first four bytes of a frame of MPEG audio (ISO/IEC 11172-3 §2.4.1.3, ISO/IEC 13818-3).
 *
 * @param layer 1 to 3; the others are said for layer 3 alone
 * @param bytes of the frame, these among them
 */
record Mp3Head(int layer, int frequencyHz, int samples, int bytes) {

    private static final int SYNC = 0x7FF;
    private static final int MPEG_1 = 3;
    private static final int RESERVED = 1;
    private static final int[] RATES_OF_MPEG_1 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
    private static final int[] RATES_OF_MPEG_2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
    private static final int[] FREQUENCIES_HZ = {44_100, 48_000, 32_000};

    /** Null if it is none, or of a free bit rate. */
    static @Nullable Mp3Head read(int head) {
        int version = head >> 19 & 3;
        int layer = 4 - (head >> 17 & 3);
        int rate = head >> 12 & 0xF;
        int frequency = head >> 10 & 3;
        if (head >>> 21 != SYNC || version == RESERVED || layer == 4 || rate == 0 || rate == 15 || frequency == 3) {
            return null;
        }
        boolean first = version == MPEG_1;
        int hz = FREQUENCIES_HZ[frequency] >> (first ? 0 : version == 2 ? 1 : 2);
        int bitsPerSecond = 1_000 * (first ? RATES_OF_MPEG_1 : RATES_OF_MPEG_2)[rate];
        int samples = first ? 1_152 : 576;
        return new Mp3Head(layer, hz, samples, samples / 8 * bitsPerSecond / hz + (head >> 9 & 1));
    }
}
