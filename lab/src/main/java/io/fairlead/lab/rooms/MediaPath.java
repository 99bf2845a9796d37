package io.fairlead.lab.rooms;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way from a relay server to a media server, on which one viewer's stream can fall silent: nothing comes any more, and nobody is told.
 * Whose a stream is stands in its request ({@code ?viewer=NAME}), which must come in one piece, as that of a relay server does.
 */
final class MediaPath implements AutoCloseable {

    private static final Pattern VIEWER = Pattern.compile("[?&]viewer=([A-Za-z0-9._-]{1,64})");
    private static final AttributeKey<String> OF = AttributeKey.valueOf(MediaPath.class, "viewer");

    private final InetSocketAddress mediaServer;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup silent = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listening;

    private MediaPath(EventLoopGroup loops, InetSocketAddress mediaServer) throws IOException {
        this.mediaServer = mediaServer;
        this.listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel near) {
                        channels.add(near);
                        join(near);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
        channels.add(listening);
    }

    static MediaPath open(EventLoopGroup loops, InetSocketAddress mediaServer) throws IOException {
        return new MediaPath(loops, mediaServer);
    }

    /** Where it begins. */
    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /**
     * Lets what a viewer has of the media server now fall silent; what is asked for later is not.
     *
     * @return streams that have
     */
    int silence(String viewer) {
        List<Channel> its = channels.stream()
                .filter(channel -> viewer.equals(channel.attr(OF).get()))
                .toList();
        its.forEach(channel -> channel.config().setAutoRead(false));
        silent.addAll(its);
        return its.size();
    }

    /** Streams that have fallen silent, and that nobody has given up yet. */
    int silent() {
        return silent.size();
    }

    private void join(Channel near) {
        new Bootstrap()
                .group(near.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel far) {
                        channels.add(far);
                    }
                })
                .connect(mediaServer)
                .addListener((ChannelFutureListener) dialled -> {
                    Channel far = dialled.channel();
                    if (!dialled.isSuccess() || !near.isActive()) {
                        far.close();
                        near.close();
                        return;
                    }
                    near.pipeline().addLast(new Request(far), new Carrier(far));
                    far.pipeline().addLast(new Carrier(near));
                    near.config().setAutoRead(true);
                    far.config().setAutoRead(true);
                });
    }

    @Override
    public void close() {
        channels.close().awaitUninterruptibly();
    }

    /** Reads whose the stream is, and goes. */
    private static final class Request extends ChannelInboundHandlerAdapter {

        private final Channel far;

        private Request(Channel far) {
            this.far = far;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            Matcher viewer = VIEWER.matcher(((ByteBuf) message).toString(StandardCharsets.ISO_8859_1));
            if (viewer.find()) {
                far.attr(OF).set(viewer.group(1));
            }
            ctx.fireChannelRead(message);
            ctx.pipeline().remove(this);
        }
    }

    /** One direction. Both ends live on one event loop. */
    private static final class Carrier extends ChannelInboundHandlerAdapter {

        private final Channel to;

        private Carrier(Channel to) {
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            to.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            to.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // a reset, by which the other end goes too
        }
    }
}
