package io.fairlead.lab.bench.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One connection of a load, which asks one thing at a time. On the load's event loop. */
final class LoadConnection extends ChannelInboundHandlerAdapter {

    /** Told what becomes of it. */
    interface Told {

        /** It stands, and its tunnel if it asked for one. */
        void ready(LoadConnection connection);

        /** An answer is whole. */
        void answered(LoadConnection connection, int status);

        /** It is of no more use; told once, and not after {@link LoadConnection#close}. */
        void lost(LoadConnection connection, String why);
    }

    private static final ByteBuf END_OF_HEAD =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("\r\n\r\n", StandardCharsets.US_ASCII));
    private static final String LENGTH = "content-length:";
    private static final int STATUS_FROM = "HTTP/1.1 ".length();

    private final Contender to;
    private final Told told;

    private @Nullable Channel channel;
    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    private boolean tunnelAsked;
    private boolean over;
    private int status;
    private long bodyLeft = -1;
    private long bodyBytes;

    /** When it asked, or should have, by the load's clock. */
    long askedNanos;

    LoadConnection(Contender to, Told told) {
        this.to = to;
        this.told = told;
    }

    void open(EventLoop loop) {
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(this)
                .connect(to.address())
                .addListener((ChannelFutureListener) dialled -> {
                    if (!dialled.isSuccess()) {
                        lost(String.valueOf(dialled.cause().getMessage()));
                    }
                });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        if (to.way() == Way.CONNECT) {
            tunnelAsked = true;
            ctx.writeAndFlush(to.connectRequest(), ctx.voidPromise());
        } else {
            told.ready(this);
        }
    }

    void ask(ByteBuf request) {
        Channel open = channel;
        if (open != null) {
            open.writeAndFlush(request, open.voidPromise());
        }
    }

    /** Bytes of bodies so far. */
    long bodyBytes() {
        return bodyBytes;
    }

    void close() {
        over = true;
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (bodyLeft > 0) {
            body(bytes);
            if (!bytes.isReadable()) {
                bytes.release();
                return;
            }
        }
        pending = pending.isReadable() ? Unpooled.wrappedBuffer(pending, bytes) : bytes;
        int end = ByteBufUtil.indexOf(END_OF_HEAD, pending);
        if (end >= 0) {
            head(end);
        }
        if (!pending.isReadable()) {
            pending.release();
            pending = Unpooled.EMPTY_BUFFER;
        }
    }

    private void head(int end) {
        int from = pending.readerIndex();
        String head = pending.toString(from, end - from, StandardCharsets.US_ASCII);
        pending.readerIndex(end + END_OF_HEAD.readableBytes());
        status = Integer.parseInt(head, STATUS_FROM, STATUS_FROM + 3, 10);
        if (tunnelAsked) {
            tunnelAsked = false;
            if (status == 200) {
                told.ready(this);
            } else {
                lost("CONNECT was answered " + head.lines().findFirst().orElse(""));
            }
            return;
        }
        bodyLeft = length(head);
        body(pending);
    }

    private static long length(String head) {
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf(LENGTH);
        if (at < 0) {
            throw new IllegalStateException("an answer says no length: " + head);
        }
        int end = lower.indexOf('\r', at);
        return Long.parseLong(lower.substring(at + LENGTH.length(), end < 0 ? lower.length() : end)
                .strip());
    }

    private void body(ByteBuf bytes) {
        int part = (int) Math.min(bodyLeft, bytes.readableBytes());
        bytes.skipBytes(part);
        bodyBytes += part;
        bodyLeft -= part;
        if (bodyLeft == 0) {
            bodyLeft = -1;
            told.answered(this, status);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost("it was closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        lost(String.valueOf(cause.getMessage()));
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        pending.release();
    }

    private void lost(String why) {
        if (!over) {
            over = true;
            told.lost(this, why);
        }
    }
}
