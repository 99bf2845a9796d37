package io.fairlead.relay.ts;

import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Makes tags of AAC in ADTS, or of MP3: one a frame. A PES packet may hold many, and end within one, which is kept until the rest comes. What
 * is no frame is passed over.
 */
final class Sounds implements ElementaryStream {

    private static final int TICKS_A_SECOND = 90_000;
    private static final int AAC_SAMPLES = 1_024;
    private static final int AAC_TAG = 0xAF;
    private static final int MP3_TAG = 0x2F;

    private final StreamKind kind;
    private final Sink sink;
    private final ByteBuf rest;
    private @Nullable AacConfig config;
    private long clock = Pes.NO_TIME;
    private long said = Pes.NO_TIME;

    /** @param maxBytes most that it holds of a PES packet and what it has kept of the one before */
    Sounds(StreamKind kind, Sink sink, int maxBytes) {
        this.kind = kind;
        this.sink = sink;
        this.rest = sink.allocator().directBuffer(256, maxBytes + AacConfig.MOST_FRAME_BYTES);
    }

    @Override
    public void take(ByteBuf data, long pts, long dts) {
        if (rest.isReadable()) {
            said = pts; // of the first frame that begins in this packet
        } else if (pts != Pes.NO_TIME) {
            clock = pts;
        }
        int kept = rest.readableBytes();
        rest.writeBytes(data, Math.min(data.readableBytes(), rest.maxWritableBytes()));
        while (rest.isReadable() && frame(kept)) {
            // goes on with the next
        }
        rest.discardReadBytes();
        if (rest.readableBytes() > AacConfig.MOST_FRAME_BYTES) {
            rest.clear();
        }
    }

    /** Takes the next frame, or passes over a byte that begins none; false if more must come. */
    private boolean frame(int kept) {
        int at = rest.readerIndex();
        if (at >= kept && said != Pes.NO_TIME) {
            clock = said;
            said = Pes.NO_TIME;
        }
        return kind == StreamKind.AAC ? aac(at) : mp3(at);
    }

    private boolean aac(int at) {
        if (rest.readableBytes() < AacConfig.ADTS_BYTES) {
            return false;
        }
        AacConfig says = AacConfig.readAdts(rest, at);
        int length = (rest.getUnsignedMedium(at + 3) & 0x3FFE0) >> 5;
        boolean checked = (rest.getByte(at + 1) & 1) == 0;
        int head = AacConfig.ADTS_BYTES + (checked ? 2 : 0);
        boolean several = (rest.getByte(at + 6) & 3) != 0;
        if (says == null || length <= head) {
            rest.skipBytes(1);
            return true;
        }
        if (rest.readableBytes() < length) {
            return false;
        }
        if (clock != Pes.NO_TIME && !several) {
            announce(says);
            sound(AAC_TAG, true, at + head, length - head);
            clock += (long) AAC_SAMPLES * TICKS_A_SECOND / says.frequencyHz();
        }
        rest.skipBytes(length);
        return true;
    }

    private void announce(AacConfig says) {
        if (says.equals(config)) {
            return;
        }
        config = says;
        ByteBuf header = sink.allocator().directBuffer(4);
        try {
            header.writeByte(AAC_TAG).writeByte(0).writeBytes(says.specific());
            sink.tag(TagKind.AUDIO, Ticks.ms(clock), header);
        } finally {
            header.release();
        }
    }

    private boolean mp3(int at) {
        if (rest.readableBytes() < 4) {
            return false;
        }
        Mp3Head head = Mp3Head.read(rest.getInt(at));
        if (head == null) {
            rest.skipBytes(1);
            return true;
        }
        if (head.layer() != 3) {
            sink.wrong(
                    Malformed.Reason.NOT_CARRIED,
                    "the sound is MPEG audio of layer " + head.layer() + ", which is not carried; send AAC or MP3");
            return false;
        }
        if (rest.readableBytes() < head.bytes()) {
            return false;
        }
        if (clock != Pes.NO_TIME) {
            sound(MP3_TAG, false, at, head.bytes());
            clock += (long) head.samples() * TICKS_A_SECOND / head.frequencyHz();
        }
        rest.skipBytes(head.bytes());
        return true;
    }

    private void sound(int first, boolean packetType, int at, int bytes) {
        ByteBuf payload = sink.allocator().directBuffer(2 + bytes);
        try {
            payload.writeByte(first);
            if (packetType) {
                payload.writeByte(1);
            }
            payload.writeBytes(rest, at, bytes);
            sink.tag(TagKind.AUDIO, Ticks.ms(clock), payload);
        } finally {
            payload.release();
        }
    }

    @Override
    public void close() {
        rest.release();
    }
}
