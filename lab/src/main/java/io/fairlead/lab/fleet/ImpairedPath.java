package io.fairlead.lab.fleet;

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
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A port on loopback from which connections go on to one address, over a path that is as bad as an {@link Impairment} says at
 * that moment. Half-closes pass; order is kept; each direction holds at most {@value #HELD_BYTES_MAX} bytes.
 */
public final class ImpairedPath implements AutoCloseable {

    static final int HELD_BYTES_MAX = 512 << 10;

    /** In the dark it is looked so often whether it is light again, ms. */
    private static final long DARK_LOOK_MS = 200;

    private final EventLoopGroup loops;
    private final Supplier<InetSocketAddress> target;
    private final Supplier<Impairment> impairment;
    private final RandomGenerator random;
    private final ServerSocketChannel door;
    private final InetSocketAddress address;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private ImpairedPath(
            EventLoopGroup loops,
            Supplier<InetSocketAddress> target,
            Supplier<Impairment> impairment,
            RandomGenerator random,
            ServerSocketChannel door)
            throws IOException {
        this.loops = loops;
        this.target = target;
        this.impairment = impairment;
        this.random = random;
        this.door = door;
        this.address = (InetSocketAddress) door.getLocalAddress();
    }

    /**
     * Opens one. Doesn't wait for other threads, so that event loops may call it.
     *
     * @param random safe for use by several threads
     */
    static ImpairedPath open(
            EventLoopGroup loops, InetSocketAddress target, Supplier<Impairment> impairment, RandomGenerator random)
            throws IOException {
        return open(loops, () -> target, impairment, random);
    }

    /** The same to an address that is asked for with each connection, and may be known later than the path's own. */
    public static ImpairedPath open(
            EventLoopGroup loops,
            Supplier<InetSocketAddress> target,
            Supplier<Impairment> impairment,
            RandomGenerator random)
            throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open();
        door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        ImpairedPath path = new ImpairedPath(loops, target, impairment, random, door);
        path.listen();
        return path;
    }

    /** Where it begins. */
    public InetSocketAddress address() {
        return address;
    }

    /** Resets every connection on it. */
    void cut() {
        channels.forEach(channel -> {
            if (channel instanceof SocketChannel socket) {
                reset(socket);
            }
        });
    }

    @Override
    public void close() {
        channels.close();
    }

    private void listen() {
        Channel listening = new ServerBootstrap()
                .group(loops)
                .channelFactory(() -> new NioServerSocketChannel(door))
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel near) {
                        channels.add(near);
                        accepted(near);
                    }
                })
                .register()
                .channel();
        channels.add(listening);
    }

    private void accepted(SocketChannel near) {
        Impairment now = impairment.get();
        if (random.nextDouble() < now.failShare()) {
            near.eventLoop().execute(() -> reset(near));
            return;
        }
        // The handshake with the far side takes one round trip more.
        near.eventLoop().schedule(() -> join(near), roundTripMs(now), TimeUnit.MILLISECONDS);
    }

    private void join(SocketChannel near) {
        if (impairment.get().dark()) {
            if (near.isActive()) {
                near.eventLoop().schedule(() -> join(near), DARK_LOOK_MS, TimeUnit.MILLISECONDS);
            }
            return;
        }
        new Bootstrap()
                .group(near.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel far) {
                        channels.add(far);
                    }
                })
                .connect(target.get())
                .addListener((ChannelFutureListener) dialled -> {
                    if (!dialled.isSuccess() || !near.isActive()) {
                        dialled.channel().close();
                        reset(near);
                        return;
                    }
                    SocketChannel far = (SocketChannel) dialled.channel();
                    near.pipeline().addLast(new Carrier(far));
                    far.pipeline().addLast(new Carrier(near));
                    near.read();
                    far.read();
                });
    }

    private long roundTripMs(Impairment now) {
        return now.delayMs() + random.nextLong(now.jitterMs() + 1L);
    }

    private static void reset(SocketChannel socket) {
        socket.config().setSoLinger(0);
        socket.close();
    }

    /** One direction. Both ends live on one event loop. */
    private final class Carrier extends ChannelInboundHandlerAdapter {

        private final SocketChannel to;
        private final Deque<Runnable> under = new ArrayDeque<>();
        private int heldBytes;

        Carrier(SocketChannel to) {
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            int size = bytes.readableBytes();
            heldBytes += size;
            later(ctx, () -> {
                heldBytes -= size;
                to.writeAndFlush(bytes).addListener(written -> {
                    if (written.isSuccess()) {
                        ctx.read();
                    } else {
                        ctx.close();
                    }
                });
            });
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (heldBytes < HELD_BYTES_MAX) {
                ctx.read();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                later(ctx, to::shutdownOutput);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            later(ctx, to::close);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            reset((SocketChannel) ctx.channel());
            reset(to);
        }

        /** Half a round trip later, and behind what came before. */
        private void later(ChannelHandlerContext ctx, Runnable task) {
            Impairment now = impairment.get();
            long delayMs = roundTripMs(now) / 2 + (random.nextDouble() < now.lossShare() ? Impairment.LOSS_MS : 0);
            under.add(task);
            if (delayMs == 0 && under.size() == 1) {
                arrive(ctx);
            } else {
                ctx.executor().schedule(() -> arrive(ctx), delayMs, TimeUnit.MILLISECONDS);
            }
        }

        /** One more has arrived: the one that has been under way for longest, whosever time it was. */
        private void arrive(ChannelHandlerContext ctx) {
            if (impairment.get().dark()) {
                ctx.executor().schedule(() -> arrive(ctx), DARK_LOOK_MS, TimeUnit.MILLISECONDS);
                return;
            }
            Runnable first = under.poll();
            if (first != null) {
                first.run();
            }
        }
    }
}
