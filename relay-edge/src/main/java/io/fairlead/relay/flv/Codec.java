package io.fairlead.relay.flv;

/** Codecs by name; what is not among them is relayed all the same. */
public enum Codec {
    AVC,
    HEVC,
    AV1,
    VP8,
    VP9,
    AAC,
    OPUS,
    MP3,
    AC3,
    EAC3,
    FLAC,
    OTHER,
    /** Script data, and tags of many codecs. */
    NONE;

    static Codec ofFourCc(int fourCc) {
        return switch (fourCc) {
            case 0x61766331 -> AVC; // avc1
            case 0x68766331 -> HEVC; // hvc1
            case 0x61763031 -> AV1; // av01
            case 0x76703038 -> VP8; // vp08
            case 0x76703039 -> VP9; // vp09
            case 0x6d703461 -> AAC; // mp4a
            case 0x4f707573 -> OPUS; // Opus
            case 0x2e6d7033 -> MP3; // .mp3
            case 0x61632d33 -> AC3; // ac-3
            case 0x65632d33 -> EAC3; // ec-3
            case 0x664c6143 -> FLAC; // fLaC
            default -> OTHER;
        };
    }

    static Codec ofClassicVideo(int id) {
        return switch (id) {
            case 7 -> AVC;
            case 12 -> HEVC; // as vendors agreed before the enhanced form
            case 13 -> AV1; // the same
            default -> OTHER;
        };
    }

    static Codec ofClassicAudio(int format) {
        return switch (format) {
            case 2, 14 -> MP3;
            case 10 -> AAC;
            case 13 -> OPUS; // as vendors agreed
            default -> OTHER;
        };
    }

    /** Whether its classic tags have a byte that tells headers from frames. */
    boolean hasClassicPacketType() {
        return this == AVC || this == HEVC || this == AV1 || this == AAC;
    }
}
