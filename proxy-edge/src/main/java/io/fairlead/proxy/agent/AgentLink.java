package io.fairlead.proxy.agent;

import io.fairlead.proxy.link.AgentEnd;
import io.fairlead.proxy.link.Backoff;
import io.fairlead.proxy.link.ControlLines;
import io.fairlead.proxy.link.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One link of an agent: dials, says hello, serves streams, and dials again when it ends, for as long as the agent runs.
 *
 * <p>All state belongs to one event loop. When the supernode says GOAWAY the next connection is made at once while the old
 * one serves its tunnels to their end.
 */
final class AgentLink {

    private static final Logger LOG = LoggerFactory.getLogger(AgentLink.class);
    private static final WriteBufferWaterMark LINK_WATER_MARK = new WriteBufferWaterMark(128 << 10, 256 << 10);
    private static final WriteBufferWaterMark TUNNEL_WATER_MARK = new WriteBufferWaterMark(64 << 10, 128 << 10);
    private static final int DIAL_TIMEOUT_MS = 10_000;
    private static final int HANDSHAKE_TIMEOUT_MS = 10_000;

    /** A link that stood this long was a good one: the next pause is short again. */
    private static final long GOOD_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ExitAgent agent;
    private final int number;
    private final EventLoop loop;
    private final Backoff backoff;
    private int dials;
    private boolean stopped;
    private volatile @Nullable Session session;
    private @Nullable ScheduledFuture<?> nextDial;

    AgentLink(ExitAgent agent, int number, EventLoop loop) {
        this.agent = agent;
        this.number = number;
        this.loop = loop;
        this.backoff =
                new Backoff(agent.settings().firstPauseMs(), agent.settings().mostPauseMs(), agent.random());
    }

    void start() {
        loop.execute(this::dial);
    }

    /** Announces that the agent leaves; open tunnels may end in peace until {@link #cut}. */
    void leave() {
        loop.execute(() -> {
            stopped = true;
            cancelDial();
            Session now = session;
            if (now != null) {
                now.leave();
            }
        });
    }

    /** Closes at once what is left. */
    void cut() {
        loop.execute(() -> {
            stopped = true;
            cancelDial();
            Session now = session;
            if (now != null) {
                now.channel.close();
            }
        });
    }

    /** Something changed that the supernode should know before the next heartbeat. */
    void tellLoad() {
        loop.execute(() -> {
            Session now = session;
            if (now != null && now.saidHello) {
                now.load(0);
            }
        });
    }

    boolean up() {
        Session now = session;
        return now != null && now.saidHello;
    }

    private void dial() {
        if (stopped) {
            return;
        }
        List<InetSocketAddress> supernodes = agent.settings().supernodes();
        InetSocketAddress address = supernodes.get((number - 1 + dials++) % supernodes.size());
        new Bootstrap()
                .group(loop)
                .channel(Sockets.dialling(agent.loops()))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, DIAL_TIMEOUT_MS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, LINK_WATER_MARK)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        SslHandler ssl = agent.tls().newHandler(channel.alloc());
                        ssl.setHandshakeTimeout(HANDSHAKE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
                        channel.pipeline().addLast(ssl, new Negotiated());
                    }
                })
                .connect(address)
                .addListener(dialled -> {
                    if (!dialled.isSuccess()) {
                        LOG.info(
                                "exit {} can't reach supernode {}: {}",
                                agent.settings().exitId(),
                                address,
                                dialled.cause().getMessage());
                        dialLater();
                    }
                });
    }

    private void dialLater() {
        if (stopped || nextDial != null) {
            return;
        }
        nextDial = loop.schedule(
                () -> {
                    nextDial = null;
                    dial();
                },
                backoff.nextMs(),
                TimeUnit.MILLISECONDS);
    }

    private void cancelDial() {
        ScheduledFuture<?> planned = nextDial;
        if (planned != null) {
            planned.cancel(false);
            nextDial = null;
        }
    }

    /** After the TLS handshake, in which the supernode has proven that it is one. */
    private final class Negotiated extends ApplicationProtocolNegotiationHandler {

        private boolean begun;

        Negotiated() {
            super("none");
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            if (!ApplicationProtocolNames.HTTP_2.equals(protocol) || stopped) {
                ctx.close();
                return;
            }
            begun = true;
            Session begin = new Session(ctx.channel());
            begin.end = AgentEnd.install(
                    ctx.pipeline(),
                    agent.settings().windows(),
                    agent.windowBudget(),
                    agent.settings().pulse(),
                    agent.nanoClock(),
                    agent.random(),
                    new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel stream) {
                            stream.config().setAutoRead(false);
                            stream.config().setWriteBufferWaterMark(TUNNEL_WATER_MARK);
                            stream.pipeline().addLast(new ServedStream(agent, begin));
                        }
                    },
                    begin);
            ctx.pipeline().addLast(begin.handler());
            session = begin;
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            LOG.warn(
                    "exit {} and supernode {} don't trust each other: {}",
                    agent.settings().exitId(),
                    ctx.channel().remoteAddress(),
                    cause.getMessage());
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            super.channelInactive(ctx);
            if (!begun) {
                dialLater();
            }
        }
    }

    /** One connection of the link, from the handshake to its end. */
    final class Session implements AgentEnd.Listener {

        private final Channel channel;
        private @Nullable AgentEnd end;
        private @Nullable Channel control;
        private volatile boolean saidHello;
        private boolean leaving;
        private long helloNanos;

        Session(Channel channel) {
            this.channel = channel;
        }

        AgentEnd end() {
            AgentEnd installed = end;
            if (installed == null) {
                throw new IllegalStateException("link " + number + " has no HTTP/2 yet");
            }
            return installed;
        }

        /** The supernode asked for the control stream: answer, and say hello. */
        void control(ChannelHandlerContext head) throws Exception {
            Channel stream = head.channel();
            control = stream;
            saidHello = true;
            helloNanos = agent.nanoClock().getAsLong();
            stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
            line(agent.hello(number));
            end().start();
        }

        void load(long heartbeat) {
            line(agent.load().line(heartbeat));
        }

        private void line(Record record) {
            Channel stream = control;
            if (stream != null && stream.isActive()) {
                stream.writeAndFlush(new DefaultHttp2DataFrame(ControlLines.write(stream.alloc(), record)));
            }
        }

        @Override
        public void asked(long payload) {
            load(payload);
        }

        @Override
        public void silent(long quietMs) {
            LOG.info(
                    "exit {}: supernode silent since {} ms, dialling again",
                    agent.settings().exitId(),
                    quietMs);
            channel.close();
        }

        void leave() {
            if (!leaving) {
                leaving = true;
                channel.writeAndFlush(new DefaultHttp2GoAwayFrame(
                        Http2Error.NO_ERROR, ByteBufUtil.writeAscii(channel.alloc(), "the agent is being stopped")));
            }
        }

        ChannelInboundHandlerAdapter handler() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object frame) {
                    if (frame instanceof Http2GoAwayFrame goAway) {
                        sentAway(goAway);
                    }
                    ReferenceCountUtil.release(frame);
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    LOG.info(
                            "link {} of exit {} failed: {}",
                            number,
                            agent.settings().exitId(),
                            cause.toString());
                    ctx.close();
                }

                @Override
                public void channelInactive(ChannelHandlerContext ctx) {
                    ended();
                    ctx.fireChannelInactive();
                }
            };
        }

        private void sentAway(Http2GoAwayFrame goAway) {
            LOG.info(
                    "exit {}: supernode {} ends link {}: {}",
                    agent.settings().exitId(),
                    channel.remoteAddress(),
                    number,
                    goAway.content().toString(StandardCharsets.UTF_8).replaceAll("[^ -~]", "?"));
            if (!leaving && session == this) {
                leaving = true;
                noteHowLong();
                session = null;
                dialLater();
            }
        }

        private void ended() {
            if (session == this) {
                noteHowLong();
                session = null;
                dialLater();
            }
        }

        private void noteHowLong() {
            if (saidHello && agent.nanoClock().getAsLong() - helloNanos >= GOOD_AFTER_NANOS) {
                backoff.reset();
            }
        }
    }
}
