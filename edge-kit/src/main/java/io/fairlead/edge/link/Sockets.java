package io.fairlead.edge.link;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event loops and the kinds of sockets that live on them. {@link Transport} says which; what loads is told in the log, once a
 * process and kind.
 */
public final class Sockets {

    /** How the machine is asked about its sockets. */
    public enum Transport {
        /** Epoll where its native library loads, NIO elsewhere. */
        AUTO,
        EPOLL,
        NIO
    }

    /** System property that says {@code auto}, {@code epoll} or {@code nio}, in any case; without it: auto. */
    public static final String TRANSPORT_PROPERTY = "fairlead.transport";

    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private Sockets() {}

    /**
     * New event loops on daemon threads called {@code name-…}, of the transport that {@link #TRANSPORT_PROPERTY} says.
     *
     * @param threads 0: one for each processor
     * @throws IllegalArgumentException if it says something else, or epoll where that does not load
     */
    public static EventLoopGroup loops(int threads, String name) {
        return loops(threads, name, asked());
    }

    /** The same of a transport that is given. */
    public static EventLoopGroup loops(int threads, String name, Transport transport) {
        boolean epoll = onEpoll(transport);
        return new MultiThreadIoEventLoopGroup(
                threads == 0 ? NettyRuntime.availableProcessors() : threads,
                new DefaultThreadFactory(name, true),
                epoll ? RearmingEpoll.newFactory() : NioIoHandler.newFactory());
    }

    /** What the property says. */
    public static Transport asked() {
        String text = System.getProperty(TRANSPORT_PROPERTY, Transport.AUTO.name());
        for (Transport each : Transport.values()) {
            if (each.name().equalsIgnoreCase(text)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "the property " + TRANSPORT_PROPERTY + " is '" + text + "'; say auto, epoll or nio");
    }

    private static boolean onEpoll(Transport transport) {
        boolean loads = transport != Transport.NIO && Epoll.isAvailable();
        if (transport == Transport.EPOLL && !loads) {
            throw new IllegalArgumentException("epoll is asked for by " + TRANSPORT_PROPERTY
                    + ", but its native library does not load: " + Epoll.unavailabilityCause() + "; say auto or nio");
        }
        String told = "sockets: " + (loads ? "epoll" : "NIO") + " (asked for: "
                + transport.name().toLowerCase(Locale.ROOT) + ")";
        if (TOLD.add(told)) {
            LOG.info(
                    "{}{}",
                    told,
                    transport == Transport.AUTO && !loads ? "; epoll: " + Epoll.unavailabilityCause() : "");
        }
        return loads;
    }

    public static Class<? extends ServerSocketChannel> listening(EventLoopGroup loops) {
        return onEpoll(loops) ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    public static Class<? extends SocketChannel> dialling(EventLoopGroup loops) {
        return onEpoll(loops) ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    public static Class<? extends DatagramChannel> datagrams(EventLoopGroup loops) {
        return onEpoll(loops) ? EpollDatagramChannel.class : NioDatagramChannel.class;
    }

    private static boolean onEpoll(EventLoopGroup loops) {
        return loops instanceof IoEventLoopGroup io && io.isIoType(RearmingEpoll.class);
    }
}
