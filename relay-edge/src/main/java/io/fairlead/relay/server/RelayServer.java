package io.fairlead.relay.server;

import io.fairlead.relay.room.RoomCounters;
import io.fairlead.relay.room.RoomSettings;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A relay that publishers send to and viewers watch from, over HTTP/1.1 and WebSocket, on one port. Rooms and connections live on its event
 * loops, one for each processor.
 */
public final class RelayServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RelayServer.class);
    private static final int BACKLOG = 4_096;
    private static final int STOP_S = 2;

    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final RoomDirectory rooms;
    private final ServerCounters counters = new ServerCounters();
    private final RoomCounters roomCounters = new RoomCounters();
    private final Channel listening;

    private RelayServer(
            InetSocketAddress address,
            RoomAccess access,
            ServerSettings settings,
            RoomSettings roomSettings,
            @Nullable PullSettings pull,
            LongSupplier nanoClock)
            throws IOException {
        loops = new MultiThreadIoEventLoopGroup(
                NettyRuntime.availableProcessors(), new DefaultThreadFactory("relay", true), NioIoHandler.newFactory());
        rooms = new RoomDirectory(loops, roomSettings, roomCounters, nanoClock, settings.maxRooms(), pull);
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new Accept(access, settings))
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS);
            throw new IOException(
                    "can't listen for viewers and publishers on " + address + ": "
                            + bound.cause().getMessage() + "; choose another address or end what uses it",
                    bound.cause());
        }
        listening = bound.channel();
        LOG.info("viewers and publishers on {}", address());
    }

    /**
     * Starts one.
     *
     * @param address port 0: any that is free
     * @param access who may publish
     * @param pull where rooms come from that nobody publishes here; null: there are none
     * @throws IOException if the address can't be bound; nothing is left behind
     */
    public static RelayServer start(
            InetSocketAddress address,
            RoomAccess access,
            ServerSettings settings,
            RoomSettings rooms,
            @Nullable PullSettings pull,
            LongSupplier nanoClock)
            throws IOException {
        return new RelayServer(address, access, settings, rooms, pull, nanoClock);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    public ServerCounters counters() {
        return counters;
    }

    public RoomCounters roomCounters() {
        return roomCounters;
    }

    /** Takes nobody any more, ends viewers in order, and gives everything back. */
    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        rooms.close();
        if (!connections.newCloseFuture().awaitUninterruptibly(STOP_S, TimeUnit.SECONDS)) {
            connections.close().awaitUninterruptibly(STOP_S, TimeUnit.SECONDS);
        }
        loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Lets a connection in, within the bound. */
    private final class Accept extends ChannelInitializer<SocketChannel> {

        private final RoomAccess access;
        private final ServerSettings settings;

        private Accept(RoomAccess access, ServerSettings settings) {
            this.access = access;
            this.settings = settings;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            if (counters.connections.incrementAndGet() > settings.maxConnections()) {
                counters.connections.decrementAndGet();
                counters.refused.increment();
                channel.config().setSoLinger(0);
                channel.close();
                return;
            }
            counters.accepted.increment();
            channel.closeFuture().addListener(closed -> counters.connections.decrementAndGet());
            connections.add(channel);
            channel.pipeline()
                    .addLast(new HttpRequestDecoder(new HttpDecoderConfig()
                            .setMaxInitialLineLength(settings.maxRequestLineBytes())
                            .setMaxHeaderSize(settings.maxHeadBytes())))
                    .addLast(new HttpResponseEncoder())
                    .addLast(new RequestHandler(rooms, access, settings, counters));
        }
    }
}
