package io.fairlead.edge.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Looks at the frames of an HTTP/2 connection before the codec gets them, at nine bytes of each, for what the codec lets
 * pass: frames that cost work and lead nowhere, a head that never ends, and heads on streams that the peer has ended, passed over, or
 * may not open.
 *
 * <p>PING, SETTINGS, PRIORITY and unknown frames count; a WINDOW_UPDATE counts when there are more of them than KiB sent, so that
 * windows opened byte by byte are a flood and those of a fast download are not. Consumes nothing while all is well; after a
 * complaint it swallows what comes.
 */
public final class FrameWatch extends ChannelDuplexHandler {

    /** Told on the event loop; of the last two at most one, at most once. */
    public interface Complaints {

        /** The first byte of a head has come, the rest is awaited. */
        default void headBegan() {}

        /** The head is whole. */
        default void headEnded() {}

        /** More frames than {@link Bounds#controlFrames}. */
        void flooded();

        /** A connection error (RFC 9113 §5.4.1). */
        void violated(Http2Error code, String detail);
    }

    /**
     * What is allowed.
     *
     * @param controlFrames that lead nowhere, in a window
     * @param windowSeconds length of a window, s
     * @param firstStream lowest stream that the peer may open; 0: the peer is the server, and opens none
     */
    public record Bounds(int controlFrames, int windowSeconds, int firstStream) {

        boolean ofClient() {
            return firstStream > 0;
        }
    }

    /** How many of the peer's last streams are remembered: older ones are left to the codec, which resets them. */
    private static final int REMEMBERED = 128;

    private static final int PREFACE_BYTES = 24;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final int HEADERS = 0x1;
    private static final int RST_STREAM = 0x3;
    private static final int DATA = 0x0;
    private static final int WINDOW_UPDATE = 0x8;
    private static final int CONTINUATION = 0x9;
    private static final int END_HEADERS = 0x4;
    private static final int END_STREAM = 0x1;
    private static final int BYTES_WORTH_A_WINDOW_UPDATE = 1 << 10;

    private final Bounds bounds;
    private final LongSupplier nanoClock;
    private final Complaints complaints;

    private int skip;
    private int headerBytes;
    private int length;
    private int type;
    private int flags;
    private int stream;
    private boolean blockOpen;
    private boolean blockEndsWithFrame;
    private boolean over;

    private final int[] opened = new int[REMEMBERED];
    private final BitSet ended = new BitSet(REMEMBERED);
    private int openedCount;
    private int highest;

    private long windowBeganNanos;
    private long controlFrames;
    private long windowUpdates;
    private long bytesSent;

    public FrameWatch(Bounds bounds, LongSupplier nanoClock, Complaints complaints) {
        this.bounds = bounds;
        this.nanoClock = nanoClock;
        this.complaints = complaints;
        this.skip = bounds.ofClient() ? PREFACE_BYTES : 0;
        this.windowBeganNanos = nanoClock.getAsLong();
    }

    /** Swallows what comes from now on: the connection is being closed. */
    public void end() {
        over = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!over && message instanceof ByteBuf bytes) {
            look(bytes);
        }
        if (over) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            bytesSent += bytes.readableBytes();
        }
        ctx.write(message, promise);
    }

    private void look(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end && !over) {
            if (skip > 0) {
                int passed = Math.min(skip, end - at);
                skip -= passed;
                at += passed;
                if (skip == 0 && blockEndsWithFrame) {
                    blockEnded();
                }
            } else {
                header(bytes.getUnsignedByte(at++));
            }
        }
    }

    private void header(int octet) {
        switch (headerBytes++) {
            case 0 -> length = octet;
            case 1, 2 -> length = length << 8 | octet;
            case 3 -> type = octet;
            case 4 -> flags = octet;
            default -> {
                stream = stream << 8 | octet;
                if (headerBytes == FRAME_HEADER_BYTES) {
                    headerBytes = 0;
                    skip = length;
                    stream &= Integer.MAX_VALUE;
                    frame();
                    stream = 0;
                }
            }
        }
    }

    private void frame() {
        if (type == HEADERS || type == CONTINUATION) {
            if (!blockOpen && type == HEADERS) {
                head();
            }
            if (!blockOpen) {
                blockOpen = true;
                complaints.headBegan();
            }
            blockEndsWithFrame = (flags & END_HEADERS) != 0;
            if (blockEndsWithFrame && skip == 0) {
                blockEnded();
            }
        } else if (type == DATA) {
            if ((flags & END_STREAM) != 0) {
                end(find(stream));
            }
        } else if (type == WINDOW_UPDATE) {
            windowUpdates++;
            count();
        } else if (type != RST_STREAM) { // resets are counted by the codec
            controlFrames++;
            count();
        }
    }

    /** What the codec can't tell apart any more once a stream is gone: RFC 9113 §5.1 and §5.1.1. */
    private void head() {
        if (!bounds.ofClient()) {
            if (stream % 2 == 0) {
                violated(Http2Error.PROTOCOL_ERROR, "a server has opened stream " + stream);
            }
            return; // streams of ours: the codec knows them
        }
        if (stream < bounds.firstStream()) {
            violated(
                    Http2Error.PROTOCOL_ERROR,
                    "stream " + stream + " was opened, the first may be " + bounds.firstStream());
            return;
        }
        if (stream > highest) {
            highest = stream;
            int place = openedCount++ % REMEMBERED;
            opened[place] = stream;
            ended.clear(place);
        }
        int place = find(stream);
        if (place < 0) {
            if (openedCount < REMEMBERED || stream > opened[openedCount % REMEMBERED]) {
                violated(Http2Error.PROTOCOL_ERROR, "stream " + stream + " was passed over");
            }
        } else if (ended.get(place)) {
            violated(Http2Error.STREAM_CLOSED, "stream " + stream + " was ended before");
        } else if ((flags & END_STREAM) != 0) {
            end(place);
        }
    }

    private void violated(Http2Error code, String detail) {
        over = true;
        complaints.violated(code, detail);
    }

    private void end(int place) {
        if (place >= 0) {
            ended.set(place);
        }
    }

    /** Where a stream is remembered; -1: it is not. The last ones are asked for most. */
    private int find(int wanted) {
        int oldest = Math.max(0, openedCount - REMEMBERED);
        for (int i = openedCount - 1; i >= oldest; i--) {
            if (opened[i % REMEMBERED] == wanted) {
                return i % REMEMBERED;
            }
        }
        return -1;
    }

    private void blockEnded() {
        blockOpen = false;
        blockEndsWithFrame = false;
        complaints.headEnded();
    }

    private void count() {
        long now = nanoClock.getAsLong();
        if (now - windowBeganNanos > TimeUnit.SECONDS.toNanos(bounds.windowSeconds())) {
            windowBeganNanos = now;
            controlFrames = 0;
            windowUpdates = 0;
            bytesSent = 0;
        }
        long most = bounds.controlFrames();
        if (controlFrames > most || windowUpdates > most + bytesSent / BYTES_WORTH_A_WINDOW_UPDATE) {
            over = true;
            complaints.flooded();
        }
    }
}
