package io.fairlead.edge.admin;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoint for operators, on an address and a thread of its own: {@code /live}, {@code /ready} and {@code /metrics}. It
 * has no authentication, and no address but the loopback should be given to it without a guard in front.
 *
 * <p>Bounds: {@value #CONNECTIONS_MAX} connections, {@value #BODY_BYTES_MAX} bytes of a request's body, {@value #IDLE_SECONDS} s
 * of silence.
 */
public final class AdminServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int CONNECTIONS_MAX = 64;
    private static final int BODY_BYTES_MAX = 8_192;
    private static final int IDLE_SECONDS = 30;

    private final EventLoopGroup loop;
    private final Channel listening;

    private AdminServer(EventLoopGroup loop, Channel listening) {
        this.loop = loop;
        this.listening = listening;
    }

    /**
     * Starts one.
     *
     * @param address port 0: any that is free
     * @throws IOException if the address can't be bound; nothing is left behind
     */
    public static AdminServer start(InetSocketAddress address, Health health, PrometheusMeterRegistry metrics)
            throws IOException {
        EventLoopGroup loop =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("admin", true), NioIoHandler.newFactory());
        AtomicInteger connections = new AtomicInteger();
        ServerBootstrap server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
                        if (connections.incrementAndGet() > CONNECTIONS_MAX) {
                            channel.close();
                            return;
                        }
                        channel.pipeline()
                                .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpServerKeepAliveHandler())
                                .addLast(new HttpObjectAggregator(BODY_BYTES_MAX))
                                .addLast(new AdminHandler(health, metrics));
                    }
                });
        try {
            Channel listening = server.bind(address).syncUninterruptibly().channel();
            AdminServer started = new AdminServer(loop, listening);
            LOG.info("Health and metrics on {}", started.address());
            return started;
        } catch (Exception e) { // Netty rethrows what the bind threw, checked or not
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException(
                    "The admin endpoint can't listen on " + address + ": " + e.getMessage()
                            + "; give it an address that is free.",
                    e);
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
