package io.fairlead.relay.flv;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where the codec's own bytes begin in a tag.
 *
 * @param offset of the first of them in the payload
 * @param compositionMs time from decoding to showing, ms; 0 for sounds and headers
 */
public record TagData(int offset, int compositionMs) {

    private static final int CLASSIC_VIDEO_BYTES = 5;
    private static final int CODED_FRAMES = 1;
    private static final int FOUR_CC_BYTES = 4;
    private static final int COMPOSITION_BYTES = 3;

    /** Of a tag with one track; null where several are in one, or nothing follows the head. */
    public static @Nullable TagData of(Tag tag) {
        ByteBuf payload = tag.wire().slice(tag.wire().readerIndex() + Tag.HEADER_BYTES, tag.payloadBytes());
        TagData data =
                switch (tag.kind()) {
                    case VIDEO -> video(tag, payload);
                    case AUDIO -> audio(tag, payload);
                    case SCRIPT -> null;
                };
        return data == null || data.offset >= payload.readableBytes() ? null : data;
    }

    private static @Nullable TagData video(Tag tag, ByteBuf payload) {
        int first = payload.getUnsignedByte(0);
        if ((first & TagBody.ENHANCED_VIDEO) == 0) {
            boolean packets = tag.codec().hasClassicPacketType() && payload.readableBytes() > CLASSIC_VIDEO_BYTES;
            return packets ? new TagData(CLASSIC_VIDEO_BYTES, payload.getMedium(2)) : new TagData(1, 0);
        }
        TagBody.Bytes bytes = new TagBody.Bytes(payload);
        bytes.next();
        int packet = bytes.skipModifiers(first & 0x0F);
        if (packet == TagBody.VIDEO_MULTITRACK) {
            return null;
        }
        int at = bytes.at() + FOUR_CC_BYTES;
        boolean composed = packet == CODED_FRAMES
                && (tag.codec() == Codec.AVC || tag.codec() == Codec.HEVC)
                && payload.readableBytes() > at + COMPOSITION_BYTES;
        return composed ? new TagData(at + COMPOSITION_BYTES, payload.getMedium(at)) : new TagData(at, 0);
    }

    private static @Nullable TagData audio(Tag tag, ByteBuf payload) {
        int first = payload.getUnsignedByte(0);
        if (first >> 4 != TagBody.ENHANCED_AUDIO) {
            return new TagData(tag.codec().hasClassicPacketType() ? 2 : 1, 0);
        }
        TagBody.Bytes bytes = new TagBody.Bytes(payload);
        bytes.next();
        int packet = bytes.skipModifiers(first & 0x0F);
        return packet == TagBody.AUDIO_MULTITRACK ? null : new TagData(bytes.at() + FOUR_CC_BYTES, 0);
    }
}
