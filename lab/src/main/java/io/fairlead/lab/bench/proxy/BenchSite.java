package io.fairlead.lab.bench.proxy;

import io.fairlead.edge.link.Sockets;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * What a load asks for, answered with as little work as can be: {@code /1k} is one KiB, {@code /bulk} a mebibyte sixteen times over. It
 * also takes CONNECT, whatever the target, and then answers in the tunnel: so it stands for an upstream proxy and the site behind it at
 * once, and a proxy that goes through an upstream has no hop more than one that does not.
 */
final class BenchSite implements AutoCloseable {

    static final String SMALL = "/1k";
    static final String BULK = "/bulk";
    static final long BULK_BYTES = 16L << 20;

    private static final int SMALL_BYTES = 1 << 10;
    private static final int PIECE_BYTES = 64 << 10;
    private static final int BACKLOG = 4096;
    private static final ByteBuf END_OF_HEAD = ascii("\r\n\r\n");
    private static final ByteBuf ESTABLISHED = ascii("HTTP/1.1 200 OK\r\n\r\n");
    private static final ByteBuf SMALL_ANSWER = ascii(head(SMALL_BYTES) + "x".repeat(SMALL_BYTES));
    private static final ByteBuf BULK_HEAD = ascii(head(BULK_BYTES));
    private static final ByteBuf PIECE =
            Unpooled.unreleasableBuffer(Unpooled.directBuffer(PIECE_BYTES).writeZero(PIECE_BYTES));

    private final Channel listening;

    private BenchSite(Channel listening) {
        this.listening = listening;
    }

    static BenchSite open(EventLoopGroup loops) {
        return new BenchSite(new ServerBootstrap()
                .group(loops)
                .channel(Sockets.listening(loops))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new Answers());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel());
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
    }

    private static String head(long length) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static ByteBuf ascii(String text) {
        return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    /** One connection. Requests have no bodies, so all it looks for is where their heads end. */
    private static final class Answers extends ChannelInboundHandlerAdapter {

        private ByteBuf pending = Unpooled.EMPTY_BUFFER;
        private long bulkLeft;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            pending = pending.isReadable() ? Unpooled.wrappedBuffer(pending, bytes) : bytes;
            for (int end = headEnd(); end >= 0; end = headEnd()) {
                answer(ctx, end);
            }
            if (!pending.isReadable()) {
                pending.release();
                pending = Unpooled.EMPTY_BUFFER;
            }
        }

        private int headEnd() {
            return ByteBufUtil.indexOf(END_OF_HEAD, pending);
        }

        private void answer(ChannelHandlerContext ctx, int end) {
            int from = pending.readerIndex();
            if (pending.getByte(from) == 'C') {
                ctx.write(ESTABLISHED.duplicate(), ctx.voidPromise());
            } else if (pending.indexOf(from, Math.min(end, from + PIECE_BYTES), (byte) 'b') > 0 && isBulk(from, end)) {
                ctx.write(BULK_HEAD.duplicate(), ctx.voidPromise());
                bulkLeft += BULK_BYTES;
                pour(ctx);
            } else {
                ctx.write(SMALL_ANSWER.duplicate(), ctx.voidPromise());
            }
            pending.readerIndex(end + END_OF_HEAD.readableBytes());
        }

        private boolean isBulk(int from, int end) {
            int lineEnd = pending.indexOf(from, end, (byte) '\r');
            return pending.toString(from, (lineEnd < 0 ? end : lineEnd) - from, StandardCharsets.US_ASCII)
                    .contains(BULK);
        }

        private void pour(ChannelHandlerContext ctx) {
            while (bulkLeft > 0 && ctx.channel().isWritable()) {
                int length = (int) Math.min(PIECE_BYTES, bulkLeft);
                bulkLeft -= length;
                ctx.write(PIECE.slice(0, length), ctx.voidPromise());
            }
            ctx.flush();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            pour(ctx);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            pending.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // a load that ends resets what is open
        }
    }
}
