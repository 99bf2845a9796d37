package io.fairlead.lab.names;

import io.fairlead.lab.fleet.Impairment;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An address on loopback behind which a name server seems to be far away: questions over UDP and TCP go on to it, and answers come back, each half a round trip later
 * and as an {@link Impairment} says at that moment. Who asks keeps his address, so that the name server sees the resolver; only the id of
 * a question over UDP is another on the way. What a kernel measures of a connection is the way to the path alone, not the delay.
 *
 * <p>Lives on one event loop. At most {@value #UNDER_WAY_MAX} questions over UDP wait for their answers; an older one gives way.
 */
public final class QuestionPath implements AutoCloseable {

    private static final int UNDER_WAY_MAX = 1 << 16;
    private static final int HEADER_BYTES = 12;
    private static final int SOCKET_BUFFER_BYTES = 1 << 20;

    private final EventLoop loop;
    private final InetSocketAddress target;
    private final Supplier<Impairment> impairment;
    private final RandomGenerator random;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Map<InetAddress, Channel> onward = new HashMap<>();
    private final @Nullable Waiting[] waiting = new Waiting[UNDER_WAY_MAX];
    private final Channel door;
    private int nextId;

    /** Who waits for the answer to a question. */
    private record Waiting(InetSocketAddress from, int id) {}

    private QuestionPath(
            EventLoop loop,
            InetSocketAddress begin,
            InetSocketAddress target,
            Supplier<Impairment> impairment,
            RandomGenerator random)
            throws IOException {
        this.loop = loop;
        this.target = target;
        this.impairment = impairment;
        this.random = random;
        this.door = bound(datagrams(new Questions()).bind(begin), begin);
        try {
            bound(connections().bind(door.localAddress()), begin);
        } catch (IOException e) {
            channels.close().awaitUninterruptibly();
            throw e;
        }
    }

    /**
     * Opens one.
     *
     * @param begin where it is asked; port 0: any that is free
     * @param target where the name server listens
     * @param random for the event loop alone
     * @throws IOException if it can't be bound; nothing is left behind
     */
    public static QuestionPath open(
            EventLoopGroup loops,
            InetSocketAddress begin,
            InetSocketAddress target,
            Supplier<Impairment> impairment,
            RandomGenerator random)
            throws IOException {
        return new QuestionPath(loops.next(), begin, target, impairment, random);
    }

    /** Where it is asked. */
    public InetSocketAddress address() {
        return (InetSocketAddress) door.localAddress();
    }

    private Channel bound(ChannelFuture future, InetSocketAddress address) throws IOException {
        if (!future.awaitUninterruptibly().isSuccess()) {
            throw new IOException(
                    "no path can begin at " + address + ": " + future.cause().getMessage(), future.cause());
        }
        channels.add(future.channel());
        return future.channel();
    }

    private Bootstrap datagrams(ChannelInboundHandlerAdapter handler) {
        return new Bootstrap()
                .group(loop)
                .channel(NioDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                .handler(handler);
    }

    /** Half a round trip later, unless it is lost. */
    private void later(Runnable arrival, Runnable loss) {
        Impairment now = impairment.get();
        if (now.dark() || random.nextDouble() < now.lossShare()) {
            loss.run();
            return;
        }
        long roundTripUs = 1_000L * now.delayMs() + random.nextLong(1_000L * now.jitterMs() + 1);
        loop.schedule(arrival, roundTripUs / 2, TimeUnit.MICROSECONDS);
    }

    // ---- UDP

    private final class Questions extends SimpleChannelInboundHandler<DatagramPacket> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
            ByteBuf question = packet.content();
            if (question.readableBytes() < HEADER_BYTES) {
                return;
            }
            int id = nextId++ & UNDER_WAY_MAX - 1;
            waiting[id] = new Waiting(packet.sender(), question.getUnsignedShort(question.readerIndex()));
            ByteBuf copy = question.copy();
            copy.setShort(0, id);
            Channel on = onward(packet.sender().getAddress());
            later(() -> on.writeAndFlush(new DatagramPacket(copy, target), on.voidPromise()), copy::release);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) { // such as a resolver that has gone: its answer is lost
                ctx.fireExceptionCaught(cause);
            }
        }
    }

    private final class Answers extends SimpleChannelInboundHandler<DatagramPacket> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
            ByteBuf answer = packet.content().copy();
            int at = answer.getUnsignedShort(0);
            Waiting asked = waiting[at];
            if (asked == null) {
                answer.release();
                return;
            }
            waiting[at] = null;
            answer.setShort(0, asked.id());
            later(
                    () -> door.writeAndFlush(new DatagramPacket(answer, asked.from()), door.voidPromise()),
                    answer::release);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) { // such as a name server that is down
                ctx.fireExceptionCaught(cause);
            }
        }
    }

    private Channel onward(InetAddress from) {
        return onward.computeIfAbsent(from, address -> {
            Channel channel = datagrams(new Answers())
                    .bind(new InetSocketAddress(address, 0))
                    .channel();
            channels.add(channel);
            return channel;
        });
    }

    // ---- TCP

    private ServerBootstrap connections() {
        return new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel near) {
                        channels.add(near);
                        later(() -> join(near), near::close); // the handshake with the far side
                    }
                });
    }

    private void join(SocketChannel near) {
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInboundHandlerAdapter())
                .localAddress(new InetSocketAddress(near.remoteAddress().getAddress(), 0))
                .remoteAddress(target)
                .connect()
                .addListener((ChannelFuture dialled) -> {
                    if (!dialled.isSuccess()) {
                        near.close();
                        return;
                    }
                    Channel far = dialled.channel();
                    channels.add(far);
                    near.pipeline().addLast(new Carrier(far));
                    far.pipeline().addLast(new Carrier(near));
                    near.read();
                    far.read();
                });
    }

    /** One direction: one piece is under way at a time, so that their order stays. */
    private final class Carrier extends ChannelInboundHandlerAdapter {

        private final Channel to;

        Carrier(Channel to) {
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            later(
                    () -> to.writeAndFlush(message).addListener(written -> {
                        if (written.isSuccess()) {
                            ctx.read();
                        } else {
                            ctx.close();
                        }
                    }),
                    () -> {
                        ((ByteBuf) message).release();
                        ctx.close(); // a connection that loses for good is one that ends
                    });
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            later(to::close, to::close);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
            to.close();
        }
    }

    @Override
    public void close() {
        channels.close().awaitUninterruptibly();
    }
}
