package io.fairlead.relay.server;

import io.fairlead.edge.link.Sockets;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A port that speaks HTTP/1.1, one request a connection, where it has a certificate inside TLS too; connections over the bound are reset. */
final class HttpPort {

    private static final int BACKLOG = 4_096;
    private static final int STOP_S = 2;
    private static final int HOPS_OF_AN_END = 4;

    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final EventLoopGroup loops;
    private final ServerSettings settings;
    private final ServerCounters counters;
    private final Supplier<RequestHandler> handlers;
    private final Consumer<SocketChannel> accepted;
    private final @Nullable Supplier<SslContext> tls;
    private final Channel listening;

    /**
     * Listens.
     *
     * @param accepted told of each connection that is let in, on its event loop, behind the making of its pipeline
     * @param tls for connections that begin with a handshake, asked for each; null: none does
     * @throws IOException if the address can't be bound
     */
    HttpPort(
            InetSocketAddress address,
            EventLoopGroup loops,
            ServerSettings settings,
            ServerCounters counters,
            Supplier<RequestHandler> handlers,
            Consumer<SocketChannel> accepted,
            @Nullable Supplier<SslContext> tls)
            throws IOException {
        this.tls = tls;
        this.accepted = accepted;
        this.loops = loops;
        this.settings = settings;
        this.counters = counters;
        this.handlers = handlers;
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(Sockets.listening(loops))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new Accept())
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "can't listen for viewers on " + address + ": "
                            + bound.cause().getMessage() + "; choose another address or end what uses it",
                    bound.cause());
        }
        listening = bound.channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    void stopListening() {
        listening.close().syncUninterruptibly();
    }

    /** Waits for connections to end by themselves, closes those that do not, and lets the loops give back what they hold. */
    void close() {
        if (!connections.newCloseFuture().awaitUninterruptibly(STOP_S, TimeUnit.SECONDS)) {
            connections.close().awaitUninterruptibly(STOP_S, TimeUnit.SECONDS);
        }
        // A viewer's end goes from its loop to the room's and back, where the outlet is closed; loops that have ended
        // take nothing.
        for (int hop = 0; hop < HOPS_OF_AN_END; hop++) {
            for (EventExecutor each : loops) {
                each.submit(() -> {}).awaitUninterruptibly(STOP_S, TimeUnit.SECONDS);
            }
        }
    }

    /** Lets a connection in, within the bound. */
    private final class Accept extends ChannelInitializer<SocketChannel> {

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
            Supplier<SslContext> terms = tls;
            if (terms != null) {
                channel.pipeline().addLast(new OptionalSslHandler(terms.get())); // looks at the first bytes
            }
            channel.pipeline()
                    .addLast(new HttpRequestDecoder(new HttpDecoderConfig()
                            .setMaxInitialLineLength(settings.maxRequestLineBytes())
                            .setMaxHeaderSize(settings.maxHeadBytes())))
                    .addLast(new HttpResponseEncoder())
                    .addLast(handlers.get());
            accepted.accept(channel);
        }
    }
}
