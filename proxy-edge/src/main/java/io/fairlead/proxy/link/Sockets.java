package io.fairlead.proxy.link;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
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

/** Event loops and the kinds of sockets that live on them: epoll where the machine has it, NIO elsewhere. */
public final class Sockets {

    private Sockets() {}

    /**
     * New event loops on daemon threads called {@code name-…}.
     *
     * @param threads 0: one for each processor
     */
    public static EventLoopGroup loops(int threads, String name) {
        return new MultiThreadIoEventLoopGroup(
                threads == 0 ? NettyRuntime.availableProcessors() : threads,
                new DefaultThreadFactory(name, true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
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
        return loops instanceof IoEventLoopGroup io && io.isIoType(EpollIoHandler.class);
    }
}
