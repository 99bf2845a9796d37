package io.fairlead.proxy.front;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to requests, one at a time: strict where Netty's own decoder mends (it drops a Content-Length beside a
 * Transfer-Encoding, and joins folded lines), because what is mended here is read differently elsewhere.
 *
 * <p>Consumes {@link ByteBuf}. Sends a {@link RequestHead}, then holds until {@link #resume}; then the body's contents, and
 * after the last one holds again until {@code resume} asks for the next head. While it holds, bytes wait here: whoever is behind
 * must not read on and on. Sends {@link MalformedRequest} once, and then ignores all that comes. Sends {@link Event#HEAD_BEGUN}
 * when a head has begun that is not whole yet. When it is removed, bytes that wait go on as they are: that is how a connection
 * becomes a tunnel.
 *
 * <p>Bounds: request line, head, number of fields, a chunk's size line and the trailers, all by {@link FrontSettings}.
 */
final class RequestDecoder extends ChannelInboundHandlerAdapter {

    /** What is told besides messages. */
    enum Event {
        HEAD_BEGUN
    }

    private enum State {
        HEAD,
        FIXED_BODY,
        CHUNK_SIZE,
        CHUNK_BODY,
        CHUNK_END,
        TRAILERS,
        MALFORMED
    }

    /** What would change how a message is read, and so must not come after it (RFC 9110 §6.5.1). */
    static final List<CharSequence> NO_TRAILERS = List.of(
            HttpHeaderNames.CONTENT_LENGTH,
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.TRAILER,
            HttpHeaderNames.HOST,
            HttpHeaderNames.CONNECTION,
            HttpHeaderNames.PROXY_AUTHORIZATION,
            HttpHeaderNames.AUTHORIZATION,
            HttpHeaderNames.UPGRADE);

    private static final int MOST_CHUNK_DIGITS = 15;

    private final FrontSettings settings;
    private State state = State.HEAD;
    private boolean held;
    private boolean draining;
    private boolean toldBegun;
    private @Nullable ByteBuf pending;
    private int lookedAt;
    private int lineFrom;
    private long left;

    RequestDecoder(FrontSettings settings) {
        this.settings = settings;
    }

    /** Goes on: with the body of the head that was sent last, or with the next request. */
    void resume(ChannelHandlerContext ctx) {
        held = false;
        drain(ctx);
    }

    /** From now on all that comes is thrown away. */
    void discard() {
        state = State.MALFORMED;
        held = false;
        drop();
    }

    /** Whether bytes wait here for {@link #resume}. */
    boolean holdsBytes() {
        ByteBuf bytes = pending;
        return held && bytes != null && bytes.isReadable();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
            return;
        }
        ByteBuf former = pending;
        pending = former == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), former, bytes);
        drain(ctx);
    }

    private void drain(ChannelHandlerContext ctx) {
        if (draining) {
            return;
        }
        draining = true;
        try {
            ByteBuf bytes = pending;
            while (!held && bytes != null && bytes.isReadable() && step(ctx, bytes)) {
                bytes = pending;
            }
        } finally {
            draining = false;
            ByteBuf rest = pending;
            if (rest != null && !rest.isReadable()) {
                rest.release();
                pending = null;
            }
        }
    }

    /** One step; false: more bytes are needed. */
    private boolean step(ChannelHandlerContext ctx, ByteBuf bytes) {
        return switch (state) {
            case HEAD -> head(ctx, bytes);
            case FIXED_BODY -> fixedBody(ctx, bytes);
            case CHUNK_SIZE -> chunkSize(ctx, bytes);
            case CHUNK_BODY -> chunkBody(ctx, bytes);
            case CHUNK_END -> chunkEnd(ctx, bytes);
            case TRAILERS -> trailers(ctx, bytes);
            case MALFORMED -> {
                bytes.skipBytes(bytes.readableBytes());
                yield false;
            }
        };
    }

    // ---- head

    private boolean head(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (lookedAt == 0 && !toldBegun && bytes.getByte(bytes.readerIndex()) == '\r') {
            if (bytes.readableBytes() <= 2) {
                return false;
            }
            skipEmptyLine(bytes);
        }
        int length = blockLength(bytes, settings.maxRequestLineBytes(), settings.maxHeadBytes());
        if (length == MORE) {
            if (!toldBegun) {
                toldBegun = true;
                ctx.fireUserEventTriggered(Event.HEAD_BEGUN);
            }
            return false;
        }
        if (length < 0) {
            return malformed(ctx, bytes, blockProblem(length));
        }
        byte[] head = new byte[length];
        bytes.readBytes(head);
        toldBegun = false;
        Object parsed = HeadParser.parse(head, settings.maxFields());
        if (parsed instanceof RequestHead whole) {
            held = true;
            left = whole.bodyBytes();
            state = left == 0 ? State.HEAD : left == RequestHead.CHUNKED ? State.CHUNK_SIZE : State.FIXED_BODY;
        } else {
            state = State.MALFORMED;
        }
        ctx.fireChannelRead(parsed);
        return true;
    }

    /** One empty line before a request is forgiven (RFC 9112 §2.2). */
    private static void skipEmptyLine(ByteBuf bytes) {
        if (bytes.getByte(bytes.readerIndex() + 1) == '\n') {
            bytes.skipBytes(2);
        }
    }

    private static final int MORE = -1;
    private static final int BARE_LF = -2;
    private static final int LINE_TOO_LONG = -3;
    private static final int BLOCK_TOO_LONG = -4;

    private String blockProblem(int code) {
        return switch (code) {
            case BARE_LF -> "a line ends in a bare LF; lines end in CR LF";
            case LINE_TOO_LONG -> "the request line is longer than " + settings.maxRequestLineBytes() + " bytes";
            default -> "the head is longer than " + settings.maxHeadBytes() + " bytes";
        };
    }

    /** Length of the lines up to and with the first empty one, or one of the codes above. Looks at each byte once. */
    private int blockLength(ByteBuf bytes, int maxFirstLine, int maxBlock) {
        int base = bytes.readerIndex();
        int readable = bytes.readableBytes();
        while (true) {
            int lf = bytes.indexOf(base + lookedAt, base + readable, (byte) '\n');
            int seen = lf < 0 ? readable : lf + 1 - base;
            if (lineFrom == 0 && seen > maxFirstLine) {
                return LINE_TOO_LONG;
            }
            if (seen > maxBlock) {
                return BLOCK_TOO_LONG;
            }
            lookedAt = seen;
            if (lf < 0) {
                return MORE;
            }
            int lineLength = lf - base - lineFrom;
            if (lineLength == 0 || bytes.getByte(lf - 1) != '\r') {
                return BARE_LF;
            }
            lineFrom = seen;
            if (lineLength == 1) {
                lookedAt = 0;
                lineFrom = 0;
                return seen;
            }
        }
    }

    // ---- body

    private boolean fixedBody(ChannelHandlerContext ctx, ByteBuf bytes) {
        int length = (int) Math.min(left, bytes.readableBytes());
        left -= length;
        ByteBuf part = bytes.readRetainedSlice(length);
        if (left == 0) {
            state = State.HEAD;
            held = true;
            ctx.fireChannelRead(new DefaultLastHttpContent(part));
        } else {
            ctx.fireChannelRead(new DefaultHttpContent(part));
        }
        return true;
    }

    private boolean chunkSize(ChannelHandlerContext ctx, ByteBuf bytes) {
        int most = Math.min(bytes.readableBytes(), settings.maxChunkLineBytes());
        int lf = bytes.indexOf(bytes.readerIndex(), bytes.readerIndex() + most, (byte) '\n');
        if (lf < 0) {
            return most < settings.maxChunkLineBytes()
                    ? false
                    : malformed(
                            ctx,
                            bytes,
                            "a chunk's size and extensions are longer than " + settings.maxChunkLineBytes() + " bytes");
        }
        byte[] line = new byte[lf + 1 - bytes.readerIndex()];
        bytes.readBytes(line);
        int at = 0;
        long size = 0;
        while (at < line.length && Character.digit(line[at], 16) >= 0 && at <= MOST_CHUNK_DIGITS) {
            size = size << 4 | Character.digit(line[at++], 16);
        }
        if (at == 0 || at > MOST_CHUNK_DIGITS || (line[at] != ';' && line[at] != '\r') || !plainToCrLf(line, at)) {
            return malformed(ctx, bytes, "a chunk's size line is not a hexadecimal number that ends in CR LF");
        }
        left = size;
        state = size == 0 ? State.TRAILERS : State.CHUNK_BODY;
        return true;
    }

    private static boolean plainToCrLf(byte[] line, int from) {
        for (int i = from; i < line.length - 2; i++) {
            if ((line[i] >= 0 && line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f) {
                return false;
            }
        }
        return line.length >= 2 && line[line.length - 2] == '\r';
    }

    private boolean chunkBody(ChannelHandlerContext ctx, ByteBuf bytes) {
        int length = (int) Math.min(left, bytes.readableBytes());
        left -= length;
        if (left == 0) {
            state = State.CHUNK_END;
        }
        ctx.fireChannelRead(new DefaultHttpContent(bytes.readRetainedSlice(length)));
        return true;
    }

    private boolean chunkEnd(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (bytes.readableBytes() < 2) {
            return false;
        }
        if (bytes.readByte() != '\r' || bytes.readByte() != '\n') {
            return malformed(ctx, bytes, "a chunk is not followed by CR LF where its size says");
        }
        state = State.CHUNK_SIZE;
        return true;
    }

    private boolean trailers(ChannelHandlerContext ctx, ByteBuf bytes) {
        int length = blockLength(bytes, settings.maxRequestLineBytes(), settings.maxRequestLineBytes());
        if (length == MORE) {
            return false;
        }
        if (length < 0) {
            return malformed(
                    ctx,
                    bytes,
                    length == BARE_LF
                            ? blockProblem(BARE_LF)
                            : "the trailers are longer than " + settings.maxRequestLineBytes() + " bytes");
        }
        byte[] block = new byte[length];
        bytes.readBytes(block);
        LastHttpContent last = new DefaultLastHttpContent(
                Unpooled.EMPTY_BUFFER,
                DefaultHttpHeadersFactory.trailersFactory().withValidation(false));
        for (int at = 0, end; block.length - at > 2; at = end + 2) {
            end = FieldLines.lineEnd(block, at);
            String problem =
                    end < 0 ? "a trailer holds a bare CR" : FieldLines.read(block, at, end, last.trailingHeaders());
            if (problem != null) {
                return malformed(ctx, bytes, problem);
            }
        }
        NO_TRAILERS.forEach(name -> last.trailingHeaders().remove(name));
        state = State.HEAD;
        held = true;
        ctx.fireChannelRead(last);
        return true;
    }

    private boolean malformed(ChannelHandlerContext ctx, ByteBuf bytes, String detail) {
        state = State.MALFORMED;
        bytes.skipBytes(bytes.readableBytes());
        ctx.fireChannelRead(new MalformedRequest(detail));
        return false;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        drop();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf rest = pending;
        pending = null;
        if (rest == null) {
            return;
        }
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        } else {
            rest.release();
        }
    }

    private void drop() {
        ByteBuf rest = pending;
        pending = null;
        if (rest != null) {
            rest.release();
        }
    }
}
