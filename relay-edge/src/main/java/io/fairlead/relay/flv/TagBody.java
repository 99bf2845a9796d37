package io.fairlead.relay.flv;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the first bytes of a tag's payload say. Reads no further than the payload, whatever is in it.
 *
 * @param track 0 but in multitrack tags; {@link #ALL_TRACKS} if one tag carries several
 */
record TagBody(Part part, Codec codec, int track) {

    /** Track of tags that carry several. */
    static final int ALL_TRACKS = 256;

    static final int ENHANCED_VIDEO = 0x80;
    static final int ENHANCED_AUDIO = 9;
    private static final int KEY = 1;
    private static final int COMMAND = 5;

    private static final int SEQUENCE_START = 0;
    private static final int SEQUENCE_END = 2;
    private static final int VIDEO_METADATA = 4;
    private static final int MPEG2TS_SEQUENCE_START = 5;
    private static final int MULTICHANNEL_CONFIG = 4;
    static final int VIDEO_MULTITRACK = 6;
    static final int AUDIO_MULTITRACK = 5;
    private static final int MOD_EX = 7;

    private static final int ONE_TRACK = 0;
    private static final int MANY_CODECS = 2;

    private static final int AMF_STRING = 2;
    private static final byte[] ON_METADATA = "onMetaData".getBytes(StandardCharsets.US_ASCII);

    /** Reads what is between the reader index and the writer index, and leaves both; null if the payload ends before it says what it is. */
    static @Nullable TagBody of(TagKind kind, ByteBuf payload) {
        Bytes bytes = new Bytes(payload);
        TagBody body =
                switch (kind) {
                    case VIDEO -> video(bytes);
                    case AUDIO -> audio(bytes);
                    case SCRIPT -> script(payload);
                };
        return bytes.overrun ? null : body;
    }

    private static TagBody video(Bytes bytes) {
        int first = bytes.next();
        if ((first & ENHANCED_VIDEO) != 0) {
            return enhancedVideo(first, bytes);
        }
        int frameType = first >> 4;
        Codec codec = Codec.ofClassicVideo(first & 0x0F);
        if (frameType == COMMAND) {
            return new TagBody(Part.CONTROL, codec, 0);
        }
        int packet = codec.hasClassicPacketType() ? bytes.next() : 1;
        return new TagBody(
                switch (packet) {
                    case SEQUENCE_START -> Part.SEQUENCE_HEADER;
                    case SEQUENCE_END -> Part.CONTROL;
                    default -> frame(frameType);
                },
                codec,
                0);
    }

    private static TagBody enhancedVideo(int first, Bytes bytes) {
        int frameType = (first >> 4) & 7;
        int packet = bytes.skipModifiers(first & 0x0F);
        if (packet != VIDEO_METADATA && frameType == COMMAND) {
            return new TagBody(Part.CONTROL, Codec.NONE, 0);
        }
        boolean tracks = packet == VIDEO_MULTITRACK;
        int form = tracks ? bytes.next() : 0;
        if (tracks) {
            packet = form & 0x0F;
        }
        Codec codec = tracks && form >> 4 == MANY_CODECS ? Codec.NONE : Codec.ofFourCc(bytes.fourCc());
        return new TagBody(
                switch (packet) {
                    case SEQUENCE_START, MPEG2TS_SEQUENCE_START -> Part.SEQUENCE_HEADER;
                    case SEQUENCE_END -> Part.CONTROL;
                    case VIDEO_METADATA -> Part.DATA;
                    default -> frame(frameType);
                },
                codec,
                track(tracks, form, bytes));
    }

    private static TagBody audio(Bytes bytes) {
        int first = bytes.next();
        int format = first >> 4;
        if (format == ENHANCED_AUDIO) {
            return enhancedAudio(first, bytes);
        }
        Codec codec = Codec.ofClassicAudio(format);
        boolean header = codec.hasClassicPacketType() && bytes.next() == SEQUENCE_START;
        return new TagBody(header ? Part.SEQUENCE_HEADER : Part.SOUND, codec, 0);
    }

    private static TagBody enhancedAudio(int first, Bytes bytes) {
        int packet = bytes.skipModifiers(first & 0x0F);
        boolean tracks = packet == AUDIO_MULTITRACK;
        int form = tracks ? bytes.next() : 0;
        if (tracks) {
            packet = form & 0x0F;
        }
        Codec codec = tracks && form >> 4 == MANY_CODECS ? Codec.NONE : Codec.ofFourCc(bytes.fourCc());
        int track = track(tracks, form, bytes);
        return switch (packet) {
            case SEQUENCE_START -> new TagBody(Part.SEQUENCE_HEADER, codec, track);
            case SEQUENCE_END -> new TagBody(Part.CONTROL, codec, track);
            // The order of channels is a header of its own beside the codec's.
            case MULTICHANNEL_CONFIG -> new TagBody(Part.SEQUENCE_HEADER, codec, track + ALL_TRACKS + 1);
            default -> new TagBody(Part.SOUND, codec, track);
        };
    }

    private static int track(boolean tracks, int form, Bytes bytes) {
        if (!tracks) {
            return 0;
        }
        return form >> 4 == ONE_TRACK ? bytes.next() : ALL_TRACKS;
    }

    private static Part frame(int frameType) {
        return frameType == KEY ? Part.KEY_FRAME : Part.FRAME;
    }

    private static TagBody script(ByteBuf payload) {
        int start = payload.readerIndex();
        boolean metadata = payload.readableBytes() >= 3 + ON_METADATA.length
                && payload.getByte(start) == AMF_STRING
                && payload.getUnsignedShort(start + 1) == ON_METADATA.length
                && ByteBufUtil.equals(payload, start + 3, Unpooled.wrappedBuffer(ON_METADATA), 0, ON_METADATA.length);
        return new TagBody(metadata ? Part.METADATA : Part.DATA, Codec.NONE, 0);
    }

    /** A cursor that notes when it is asked for more than there is. */
    static final class Bytes {

        private final ByteBuf payload;
        private int at;
        private boolean overrun;

        Bytes(ByteBuf payload) {
            this.payload = payload;
            this.at = payload.readerIndex();
        }

        /** Place of the next byte in the buffer. */
        int at() {
            return at;
        }

        int next() {
            if (at >= payload.writerIndex()) {
                overrun = true;
                return 0;
            }
            return payload.getUnsignedByte(at++);
        }

        private int fourCc() {
            return next() << 24 | next() << 16 | next() << 8 | next();
        }

        /** Goes over the ModEx chain before a packet, and gives the type of the packet behind it. Ends, as each link takes bytes. */
        int skipModifiers(int packet) {
            int current = packet;
            while (current == MOD_EX && !overrun) {
                int size = next() + 1;
                if (size == 256) {
                    size = (next() << 8 | next()) + 1;
                }
                at += size;
                current = next() & 0x0F;
            }
            return current;
        }
    }
}
