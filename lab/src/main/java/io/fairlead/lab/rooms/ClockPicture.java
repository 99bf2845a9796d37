package io.fairlead.lab.rooms;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * A picture with a clock in it, as AVC of the baseline profile (ITU-T H.264), made without an encoder: macroblocks that change are sent as
 * they are (I_PCM, 7.3.5), all others are skipped (P_Skip), so that what is decoded is what was drawn, to the bit.
 *
 * <p>Not thread-safe.
 */
final class ClockPicture {

    static final int FRAMES_PER_SECOND = 25;

    private static final int MACROBLOCK = 16;
    private static final int COLUMNS = 12;
    private static final int ROWS = 7;
    static final int WIDTH = COLUMNS * MACROBLOCK;
    static final int HEIGHT = ROWS * MACROBLOCK;

    /** A key frame each two seconds. */
    private static final int KEY_EVERY = 2 * FRAMES_PER_SECOND;

    /** The marker at the lower edge goes on by one macroblock after so many frames. */
    private static final int MARKER_EVERY = 5;

    private static final int CLOCK_ROW = 2;
    private static final int CLOCK_COLUMN = 1;

    /** Width and height of a dot of a digit. */
    private static final int DOT_WIDTH = 3;

    private static final int DOT_HEIGHT = 4;

    /** {@code 0} to {@code 9}, colon and point: seven lines of five dots, the uppermost first. */
    private static final int[][] GLYPHS = {
        {0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110},
        {0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110},
        {0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111},
        {0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110},
        {0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010},
        {0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110},
        {0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110},
        {0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000},
        {0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110},
        {0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100},
        {0b00000, 0b00100, 0b00100, 0b00000, 0b00100, 0b00100, 0b00000},
        {0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b00110, 0b00110},
    };

    private static final int COLON = 10;
    private static final int POINT = 11;

    private static final int DARK = 32;
    private static final int LIGHT = 224;

    /** Colour differences of the bars behind the clock, Cb and Cr of each. */
    private static final int[] BARS_CB = {128, 90, 160, 110, 200, 150};

    private static final int[] BARS_CR = {128, 150, 110, 90, 130, 200};

    private static final int NAL_IDR = 0x65;
    private static final int NAL_FRAME = 0x41;
    private static final int I_PCM = 25;

    /** In a slice of predicted macroblocks those of intra slices come behind five others (table 7-13). */
    private static final int INTRA_IN_P = 5;

    private static final int FRAME_NUMBER_BITS = 8;

    private final byte[] luma = new byte[WIDTH * HEIGHT];
    private final byte[] sent = new byte[WIDTH * HEIGHT];
    private final byte[] cb = new byte[WIDTH * HEIGHT / 4];
    private final byte[] cr = new byte[WIDTH * HEIGHT / 4];
    private int frame;
    private int keys;

    ClockPicture() {
        for (int y = 0; y < HEIGHT / 2; y++) {
            for (int x = 0; x < WIDTH / 2; x++) {
                int bar = x * BARS_CB.length / (WIDTH / 2);
                cb[y * WIDTH / 2 + x] = (byte) BARS_CB[bar];
                cr[y * WIDTH / 2 + x] = (byte) BARS_CR[bar];
            }
        }
    }

    /** Whether the frame that is next can be decoded alone. */
    boolean keyIsNext() {
        return frame % KEY_EVERY == 0;
    }

    /** What a decoder must know before the first frame: AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1). */
    static byte[] configuration() {
        byte[] sequence = sequenceParameters();
        byte[] picture = pictureParameters();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {1, sequence[1], sequence[2], sequence[3], (byte) 0xFF, (byte) 0xE1});
        out.write(0);
        out.write(sequence.length);
        out.writeBytes(sequence);
        out.write(1);
        out.write(0);
        out.write(picture.length);
        out.writeBytes(picture);
        return out.toByteArray();
    }

    /**
     * The next frame, as the NAL unit that FLV carries: without a start code.
     *
     * @param timeMs what the clock shows, ms since midnight
     */
    byte[] next(long timeMs) {
        draw(timeMs);
        boolean key = keyIsNext();
        Bits bits = new Bits();
        slice(bits, key);
        int skipped = 0;
        for (int each = 0; each < COLUMNS * ROWS; each++) {
            if (!key && same(each)) {
                skipped++;
                continue;
            }
            if (!key) {
                bits.exponential(skipped);
                skipped = 0;
            }
            bits.exponential(key ? I_PCM : INTRA_IN_P + I_PCM);
            samples(bits, each);
        }
        if (skipped > 0) {
            bits.exponential(skipped);
        }
        bits.end();
        System.arraycopy(luma, 0, sent, 0, luma.length);
        frame++;
        return bits.nal(key ? NAL_IDR : NAL_FRAME);
    }

    /** Brightness as it is drawn now, row by row. */
    byte[] brightness() {
        return luma.clone();
    }

    // ---- drawing

    private void draw(long timeMs) {
        Arrays.fill(luma, (byte) DARK);
        long tenths = timeMs / 100;
        long seconds = tenths / 10;
        int[] shown = {
            digit(seconds / 36_000, 10),
            digit(seconds / 3_600, 10),
            COLON,
            digit(seconds / 600, 6),
            digit(seconds / 60, 10),
            COLON,
            digit(seconds / 10, 6),
            digit(seconds, 10),
            POINT,
            digit(tenths, 10)
        };
        for (int each = 0; each < shown.length; each++) {
            glyph(GLYPHS[shown[each]], (CLOCK_COLUMN + each) * MACROBLOCK, CLOCK_ROW * MACROBLOCK);
        }
        fill(frame / MARKER_EVERY % COLUMNS * MACROBLOCK, (ROWS - 1) * MACROBLOCK, MACROBLOCK, MACROBLOCK);
    }

    private static int digit(long value, int base) {
        return (int) (value % base);
    }

    private void glyph(int[] lines, int left, int top) {
        for (int line = 0; line < lines.length; line++) {
            for (int dot = 0; dot < 5; dot++) {
                if ((lines[line] >> (4 - dot) & 1) != 0) {
                    fill(left + dot * DOT_WIDTH, top + line * DOT_HEIGHT, DOT_WIDTH, DOT_HEIGHT);
                }
            }
        }
    }

    private void fill(int left, int top, int width, int height) {
        for (int y = top; y < top + height; y++) {
            Arrays.fill(luma, y * WIDTH + left, y * WIDTH + left + width, (byte) LIGHT);
        }
    }

    // ---- coding

    private boolean same(int macroblock) {
        int at = at(macroblock);
        for (int y = 0; y < MACROBLOCK; y++) {
            int from = at + y * WIDTH;
            if (!Arrays.equals(luma, from, from + MACROBLOCK, sent, from, from + MACROBLOCK)) {
                return false;
            }
        }
        return true;
    }

    private static int at(int macroblock) {
        return macroblock / COLUMNS * MACROBLOCK * WIDTH + macroblock % COLUMNS * MACROBLOCK;
    }

    /** Slice header (7.3.3). */
    private void slice(Bits bits, boolean key) {
        bits.exponential(0); // first_mb_in_slice
        bits.exponential(key ? 7 : 5); // all slices of the picture are I, or P
        bits.exponential(0); // pic_parameter_set_id
        bits.put(frame % KEY_EVERY, FRAME_NUMBER_BITS);
        if (key) {
            bits.exponential(keys++ & 1); // idr_pic_id: two that follow each other differ
            bits.put(0, 2); // no_output_of_prior_pics_flag, long_term_reference_flag
        } else {
            bits.put(0, 3); // num_ref_idx_active_override, ref_pic_list_modification, adaptive_ref_pic_marking
        }
        bits.exponential(0); // slice_qp_delta
        bits.exponential(1); // disable_deblocking_filter_idc
    }

    private void samples(Bits bits, int macroblock) {
        bits.align();
        int at = at(macroblock);
        for (int y = 0; y < MACROBLOCK; y++) {
            bits.bytes(luma, at + y * WIDTH, MACROBLOCK);
        }
        int half = MACROBLOCK / 2;
        int ofColour = macroblock / COLUMNS * half * (WIDTH / 2) + macroblock % COLUMNS * half;
        for (byte[] plane : new byte[][] {cb, cr}) {
            for (int y = 0; y < half; y++) {
                bits.bytes(plane, ofColour + y * WIDTH / 2, half);
            }
        }
    }

    /** Sequence parameter set (7.3.2.1.1): baseline, level 1.1, pictures in the order of their decoding, one reference. */
    private static byte[] sequenceParameters() {
        Bits bits = new Bits();
        bits.put(66, 8);
        bits.put(0xC0, 8);
        bits.put(11, 8);
        bits.exponential(0);
        bits.exponential(FRAME_NUMBER_BITS - 4);
        bits.exponential(2); // pic_order_cnt_type
        bits.exponential(1); // max_num_ref_frames
        bits.put(0, 1);
        bits.exponential(COLUMNS - 1);
        bits.exponential(ROWS - 1);
        bits.put(1, 1); // frame_mbs_only_flag
        bits.put(1, 1); // direct_8x8_inference_flag
        bits.put(0, 2); // no cropping, no VUI
        bits.end();
        return bits.nal(0x67);
    }

    /** Picture parameter set (7.3.2.2): variable-length codes, and slices say how edges are filtered. */
    private static byte[] pictureParameters() {
        Bits bits = new Bits();
        bits.exponential(0);
        bits.exponential(0);
        bits.put(0, 2);
        bits.exponential(0);
        bits.exponential(0);
        bits.exponential(0);
        bits.put(0, 3);
        bits.exponential(0);
        bits.exponential(0);
        bits.exponential(0);
        bits.put(0b100, 3);
        bits.end();
        return bits.nal(0x68);
    }

    /** Bits of one NAL unit. */
    private static final class Bits {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int held;
        private int count;

        private void put(int value, int width) {
            for (int bit = width - 1; bit >= 0; bit--) {
                held = (held << 1) | ((value >> bit) & 1);
                if (++count == 8) {
                    bytes.write(held);
                    held = 0;
                    count = 0;
                }
            }
        }

        /** Unsigned Exp-Golomb (9.1). For 0 it is what the signed one is. */
        private void exponential(int value) {
            int width = 32 - Integer.numberOfLeadingZeros(value + 1);
            put(0, width - 1);
            put(value + 1, width);
        }

        private void align() {
            while (count != 0) {
                put(0, 1);
            }
        }

        private void bytes(byte[] from, int offset, int length) {
            bytes.write(from, offset, length);
        }

        private void end() {
            put(1, 1);
            align();
        }

        /** With its first byte, and with the bytes that keep start codes out of it (7.4.1). */
        private byte[] nal(int first) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(first);
            int zeros = 0;
            for (byte each : bytes.toByteArray()) {
                if (zeros == 2 && (each & 0xFF) <= 3) {
                    out.write(3);
                    zeros = 0;
                }
                out.write(each);
                zeros = each == 0 ? zeros + 1 : 0;
            }
            return out.toByteArray();
        }
    }
}
