package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Heads of tags with AVC (classic FLV) and HEVC (enhanced), and the records with their parameter sets. */
final class VideoTags {

    private static final int HVC1 = 0x68766331;
    private static final int AVC_SPS = 7;
    private static final int AVC_PPS = 8;
    private static final int HEVC_VPS = 32;
    private static final int HEVC_SPS = 33;
    private static final int HEVC_PPS = 34;
    private static final int PROFILE_BYTES = 12;

    private VideoTags() {}

    /** Writes what stands before the units of a frame; gives its size, which is the same for all frames of a kind. */
    static int writeHead(ByteBuf out, StreamKind kind, boolean key, int compositionMs) {
        int from = out.writerIndex();
        int frameType = key ? 1 : 2;
        if (kind == StreamKind.AVC) {
            out.writeByte(frameType << 4 | 7).writeByte(1).writeMedium(compositionMs);
        } else {
            out.writeByte(0x80 | frameType << 4 | 1).writeInt(HVC1).writeMedium(compositionMs);
        }
        return out.writerIndex() - from;
    }

    /** Writes a sequence header; false if sets are missing or can't be read. */
    static boolean writeHeader(ByteBuf out, StreamKind kind, List<byte[]> sets) {
        return kind == StreamKind.AVC ? writeAvc(out, sets) : writeHevc(out, sets);
    }

    private static List<byte[]> ofType(StreamKind kind, List<byte[]> sets, int type) {
        return sets.stream()
                .filter(unit -> NalUnits.type(kind, unit[0] & 0xFF) == type)
                .toList();
    }

    /** avcC (ISO/IEC 14496-15 §5.3.3.1). */
    private static boolean writeAvc(ByteBuf out, List<byte[]> sets) {
        List<byte[]> sps = ofType(StreamKind.AVC, sets, AVC_SPS);
        List<byte[]> pps = ofType(StreamKind.AVC, sets, AVC_PPS);
        if (sps.isEmpty() || pps.isEmpty() || sps.get(0).length < 4) {
            return false;
        }
        byte[] first = sps.get(0);
        out.writeByte(0x17).writeByte(0).writeMedium(0);
        out.writeByte(1).writeBytes(first, 1, 3).writeByte(0xFF);
        writeUnits(out.writeByte(0xE0 | sps.size()), sps);
        writeUnits(out.writeByte(pps.size()), pps);
        return true;
    }

    /** hvcC (§8.3.3.1), as far as decoders need it: frame rate and segmentation are left unsaid. */
    private static boolean writeHevc(ByteBuf out, List<byte[]> sets) {
        List<byte[]> vps = ofType(StreamKind.HEVC, sets, HEVC_VPS);
        List<byte[]> sps = ofType(StreamKind.HEVC, sets, HEVC_SPS);
        List<byte[]> pps = ofType(StreamKind.HEVC, sets, HEVC_PPS);
        if (vps.isEmpty() || sps.isEmpty() || pps.isEmpty()) {
            return false;
        }
        Sequence sequence = Sequence.read(sps.get(0));
        if (sequence == null) {
            return false;
        }
        out.writeByte(0x90).writeInt(HVC1);
        out.writeByte(1).writeBytes(sequence.profile()).writeShort(0xF000).writeByte(0xFC);
        out.writeByte(0xFC | sequence.chroma()).writeByte(0xF8 | sequence.lumaDepth() - 8);
        out.writeByte(0xF8 | sequence.chromaDepth() - 8).writeShort(0);
        out.writeByte(sequence.layers() << 3 | (sequence.nested() ? 4 : 0) | 3);
        out.writeByte(3);
        writeUnits(out.writeByte(0x80 | HEVC_VPS).writeShort(vps.size()), vps);
        writeUnits(out.writeByte(0x80 | HEVC_SPS).writeShort(sps.size()), sps);
        writeUnits(out.writeByte(0x80 | HEVC_PPS).writeShort(pps.size()), pps);
        return true;
    }

    private static void writeUnits(ByteBuf out, List<byte[]> units) {
        for (byte[] unit : units) {
            out.writeShort(unit.length).writeBytes(unit);
        }
    }

    /**
     * What hvcC repeats of a sequence parameter set (ITU-T H.265 §7.3.2.2, §7.3.3).
     *
     * @param profileBytes general profile, tier and level
     */
    private record Sequence(
            List<Byte> profileBytes, int layers, boolean nested, int chroma, int lumaDepth, int chromaDepth) {

        private byte[] profile() {
            byte[] bytes = new byte[profileBytes.size()];
            for (int each = 0; each < bytes.length; each++) {
                bytes[each] = profileBytes.get(each);
            }
            return bytes;
        }

        private static @Nullable Sequence read(byte[] unit) {
            BitReader bits = new BitReader(unit, 2);
            bits.skip(4);
            int subLayers = bits.read(3);
            boolean nested = bits.read(1) == 1;
            List<Byte> profile = new ArrayList<>();
            for (int each = 0; each < PROFILE_BYTES; each++) {
                profile.add((byte) bits.read(8));
            }
            skipSubLayers(bits, subLayers);
            bits.golomb();
            int chroma = bits.golomb();
            if (chroma == 3) {
                bits.skip(1);
            }
            bits.golomb();
            bits.golomb();
            if (bits.read(1) == 1) {
                for (int each = 0; each < 4; each++) {
                    bits.golomb();
                }
            }
            int luma = 8 + bits.golomb();
            int chromaDepth = 8 + bits.golomb();
            boolean sane = !bits.overrun() && chroma <= 3 && luma <= 15 && chromaDepth <= 15;
            return sane ? new Sequence(profile, subLayers + 1, nested, chroma, luma, chromaDepth) : null;
        }

        private static void skipSubLayers(BitReader bits, int subLayers) {
            if (subLayers == 0) {
                return;
            }
            int[] present = new int[subLayers];
            for (int each = 0; each < subLayers; each++) {
                present[each] = bits.read(2);
            }
            bits.skip(2 * (8 - subLayers));
            for (int each : present) {
                bits.skip(((each & 2) != 0 ? 88 : 0) + ((each & 1) != 0 ? 8 : 0));
            }
        }
    }
}
