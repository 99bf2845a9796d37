package io.fairlead.relay.ts;

import io.fairlead.relay.flv.Codec;
import io.fairlead.relay.flv.TagKind;
import org.jspecify.annotations.Nullable;

/** Media that have a place in a transport stream here. */
enum StreamKind {
    AVC(0x1B, Codec.AVC, TagKind.VIDEO),
    HEVC(0x24, Codec.HEVC, TagKind.VIDEO),
    AAC(0x0F, Codec.AAC, TagKind.AUDIO),
    MP3(0x03, Codec.MP3, TagKind.AUDIO);

    private static final int MP3_OF_MPEG_2 = 0x04;

    private final int streamType;
    private final Codec codec;
    private final TagKind kind;

    StreamKind(int streamType, Codec codec, TagKind kind) {
        this.streamType = streamType;
        this.codec = codec;
        this.kind = kind;
    }

    /** As a program's table says it (ISO/IEC 13818-1 table 2-34). */
    int streamType() {
        return streamType;
    }

    Codec codec() {
        return codec;
    }

    TagKind kind() {
        return kind;
    }

    /** The kind of a codec; null if there is no place for it. */
    static @Nullable StreamKind of(Codec codec) {
        for (StreamKind each : values()) {
            if (each.codec == codec) {
                return each;
            }
        }
        return null;
    }

    /** The kind of a stream type; null if it is not read. */
    static @Nullable StreamKind of(int streamType) {
        for (StreamKind each : values()) {
            if (each.streamType == streamType) {
                return each;
            }
        }
        return streamType == MP3_OF_MPEG_2 ? MP3 : null;
    }
}
