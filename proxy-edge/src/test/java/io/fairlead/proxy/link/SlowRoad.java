package io.fairlead.proxy.link;

import io.fairlead.edge.link.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/** A way between two hosts that takes its time: everything that goes in comes out so much later, in order. */
final class SlowRoad implements AutoCloseable {

    private static final WriteBufferWaterMark WIDE = new WriteBufferWaterMark(64 << 20, 128 << 20);

    private final EventLoopGroup loops = Sockets.loops(1, "road");
    private final ChannelGroup travelling = new DefaultChannelGroup(loops.next());
    private final Channel listening;
    private final int oneWayMs;

    SlowRoad(InetSocketAddress to, int oneWayMs) {
        this.oneWayMs = oneWayMs;
        listening = new ServerBootstrap()
                .group(loops)
                .channel(Sockets.listening(loops))
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WIDE)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel near) {
                        travelling.add(near);
                        new Bootstrap()
                                .group(near.eventLoop())
                                .channel(Sockets.dialling(loops))
                                .option(ChannelOption.AUTO_READ, false)
                                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WIDE)
                                .handler(new ChannelInboundHandlerAdapter())
                                .connect(to)
                                .addListener(dialled -> {
                                    if (!dialled.isSuccess()) {
                                        near.close();
                                        return;
                                    }
                                    Channel far = ((io.netty.channel.ChannelFuture) dialled).channel();
                                    near.pipeline().addLast(new Later(far));
                                    far.pipeline().addLast(new Later(near));
                                    near.config().setAutoRead(true);
                                    far.config().setAutoRead(true);
                                });
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .syncUninterruptibly()
                .channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /** Breaks off what travels, without a word of either end; the road stays open. */
    void cut() {
        travelling.close().awaitUninterruptibly();
    }

    private final class Later extends ChannelInboundHandlerAdapter {
        private final Channel other;
        private final Queue<Object> underway = new ArrayDeque<>();

        Later(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            underway.add(bytes);
            ctx.executor()
                    .schedule(
                            () -> {
                                Object arrived = underway.poll();
                                if (arrived != null) {
                                    other.writeAndFlush(arrived);
                                }
                            },
                            oneWayMs,
                            TimeUnit.MILLISECONDS);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            underway.forEach(ReferenceCountUtil::release);
            underway.clear();
            other.close();
        }
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        travelling.close().awaitUninterruptibly();
        loops.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS);
    }
}
