package io.fairlead.proxy.agent;

import io.fairlead.edge.link.Backoff;
import io.fairlead.edge.link.Sockets;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.link.AgentEnd;
import io.fairlead.proxy.link.ControlLines;
import io.fairlead.proxy.link.Farewell;
import io.fairlead.proxy.link.LoadLine;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
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
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One link of an agent: dials, says hello, serves streams, and dials again when it ends, for as long as the agent runs.
 *
 * <p>All state belongs to one event loop. There is one session in service, and at times a relief: a second connection that
 * takes its place, because the certificate is new or to come home to the supernode that is this link's own. The one in service
 * is let go only when the relief stands, and serves its tunnels to their end. When a supernode says GOAWAY the next
 * connection is made while the old one goes on.
 *
 * <p>A link's home is chosen by the exit's id, so that a fleet spreads over its supernodes; links of one exit have different ones.
 */
final class AgentLink {

    private static final Logger LOG = LoggerFactory.getLogger(AgentLink.class);
    private static final WriteBufferWaterMark LINK_WATER_MARK = new WriteBufferWaterMark(128 << 10, 256 << 10);
    private static final WriteBufferWaterMark TUNNEL_WATER_MARK = new WriteBufferWaterMark(64 << 10, 128 << 10);
    private static final int DIAL_TIMEOUT_MS = 10_000;
    private static final int HANDSHAKE_TIMEOUT_MS = 30_000;

    /** A link that stood this long was a good one: the next pause is short again. */
    private static final long GOOD_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A relief that was not refused for so long after its hello stands. */
    private static final int RELIEF_STANDS_MS = 2_000;

    private static final int RELIEF_AGAIN_MS = 30_000;

    /** A goodbye that is not out after so long never will be. */
    private static final int GOODBYE_MS = 1_000;

    /** Changes of what runs through others are told at most so often. */
    private static final int SHARES_EVERY_MS = 1_000;

    private final ExitAgent agent;
    private final int number;
    private final int home;
    private final EventLoop loop;
    private final Backoff backoff;
    private int dials;
    private final Set<Session> open = new HashSet<>();
    private final AtomicBoolean shareDue = new AtomicBoolean();
    private boolean stopped;
    private volatile @Nullable Session session;
    private @Nullable Session relief;
    private boolean relieving;
    private @Nullable ScheduledFuture<?> nextDial;
    private @Nullable ScheduledFuture<?> nextRelief;

    AgentLink(ExitAgent agent, int number, EventLoop loop) {
        this.agent = agent;
        this.number = number;
        this.loop = loop;
        int count = agent.settings().supernodes().size();
        this.home = Math.floorMod(agent.settings().exitId().hashCode() + number - 1, count);
        this.backoff =
                new Backoff(agent.settings().firstPauseMs(), agent.settings().mostPauseMs(), agent.random());
    }

    void start() {
        loop.execute(() -> dial(home, false));
    }

    /** Announces that the agent leaves; open tunnels may end in peace until {@link #cut}. */
    void leave() {
        loop.execute(() -> {
            stop();
            List.copyOf(open).forEach(Session::leave);
        });
    }

    /** Closes at once what is left. */
    void cut() {
        loop.execute(() -> {
            stop();
            List.copyOf(open).forEach(each -> each.channel.close());
        });
    }

    /** Something changed that the supernode should know before the next heartbeat. */
    void tellLoad() {
        loop.execute(() -> List.copyOf(open).forEach(each -> each.load(0)));
    }

    /** What runs through this link or others has changed. Any thread. */
    void tellShareSoon() {
        if (shareDue.compareAndSet(false, true)) {
            loop.schedule(
                    () -> {
                        shareDue.set(false);
                        List.copyOf(open).forEach(Session::tellShare);
                    },
                    SHARES_EVERY_MS,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Supernode of the session in service, by its place in the settings; −1: there is none. */
    int which() {
        Session now = session;
        return now == null ? -1 : now.which;
    }

    /** Time has passed: what serves, or serves no more, by the operator's terms is told. */
    void tellChanges() {
        loop.execute(() -> List.copyOf(open).forEach(Session::tellChange));
    }

    /** What the operator lays down, as far as the session in service has been told. */
    OperatorTerms operatorTerms() {
        Session now = session;
        return now == null ? OperatorTerms.NONE : now.operatorTerms();
    }

    /** Makes a new connection, with the certificate that counts now, in the place of the present one. */
    void relieve(int withinMs) {
        loop.execute(() -> reliefLater(1 + agent.random().nextInt(Math.max(1, withinMs))));
    }

    boolean up() {
        Session now = session;
        return now != null && now.saidHello;
    }

    /** Where the session in service goes; null: there is none. */
    @Nullable
    InetSocketAddress supernode() {
        Session now = session;
        return now == null ? null : now.address();
    }

    private void stop() {
        stopped = true;
        cancel(nextDial);
        cancel(nextRelief);
        nextDial = null;
        nextRelief = null;
    }

    private static void cancel(@Nullable ScheduledFuture<?> planned) {
        if (planned != null) {
            planned.cancel(false);
        }
    }

    // ---- dialling

    private void dial(int which, boolean inRelief) {
        if (stopped) {
            return;
        }
        relieving = inRelief || relieving;
        InetSocketAddress address = agent.settings().supernodes().get(which);
        agent.countDial();
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
                        channel.pipeline().addLast(ssl, new Negotiated(which, inRelief));
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
                        failed(inRelief);
                    }
                });
    }

    private void failed(boolean inRelief) {
        if (inRelief) {
            relieving = false;
            if (session == null) {
                dialLater(0);
            } else {
                reliefLater(RELIEF_AGAIN_MS);
            }
        } else {
            dialLater(0);
        }
    }

    /** @param waitMs what the supernode has asked for; 0: by the back-off */
    private void dialLater(int waitMs) {
        if (stopped || nextDial != null || (session == null && relieving)) {
            return;
        }
        int which = (home + ++dials) % agent.settings().supernodes().size();
        nextDial = loop.schedule(
                () -> {
                    nextDial = null;
                    dial(which, false);
                },
                waitMs > 0 ? waitMs : backoff.nextMs(),
                TimeUnit.MILLISECONDS);
    }

    private void reliefLater(int afterMs) {
        if (stopped) {
            return;
        }
        cancel(nextRelief);
        nextRelief = loop.schedule(
                () -> {
                    nextRelief = null;
                    if (session != null && !relieving) {
                        dial(home, true);
                    }
                },
                afterMs,
                TimeUnit.MILLISECONDS);
    }

    /** The relief stands: it is the one in service now. */
    private void promote(Session next) {
        Session former = session;
        session = next;
        relief = null;
        relieving = false;
        if (former != null) {
            former.leave();
        }
        settle(next);
    }

    /** Away from home, and there is one: go home some time. */
    private void settle(Session now) {
        if (now.which == home) {
            dials = 0;
        } else {
            int homingMs = agent.settings().homingMs();
            reliefLater(homingMs / 2 + agent.random().nextInt(Math.max(1, homingMs)));
        }
    }

    /** After the TLS handshake, in which the supernode has proven that it is one. */
    private final class Negotiated extends ApplicationProtocolNegotiationHandler {

        private final int which;
        private final boolean inRelief;
        private boolean begun;

        Negotiated(int which, boolean inRelief) {
            super("none");
            this.which = which;
            this.inRelief = inRelief;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            if (!ApplicationProtocolNames.HTTP_2.equals(protocol) || stopped) {
                ctx.close();
                return;
            }
            begun = true;
            Session begin = new Session(ctx.channel(), which, inRelief);
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
            open.add(begin);
            if (inRelief && session != null) {
                relief = begin;
            } else {
                relieving = false;
                session = begin;
            }
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
                failed(inRelief);
            }
        }
    }

    /** One connection of the link, from the handshake to its end. */
    final class Session implements AgentEnd.Listener {

        private final Channel channel;
        private final int which;
        private final boolean inRelief;
        private @Nullable AgentEnd end;
        private @Nullable Channel control;
        private volatile boolean saidHello;
        private volatile OperatorTerms operatorTerms = OperatorTerms.NONE;
        private String objectionTold = "";
        private int runningTold;
        private int elsewhereTold;
        private boolean leaving;
        private long helloNanos;

        Session(Channel channel, int which, boolean inRelief) {
            this.channel = channel;
            this.which = which;
            this.inRelief = inRelief;
        }

        AgentEnd end() {
            AgentEnd installed = end;
            if (installed == null) {
                throw new IllegalStateException("link " + number + " has no HTTP/2 yet");
            }
            return installed;
        }

        InetSocketAddress address() {
            return agent.settings().supernodes().get(which);
        }

        /** The supernode asked for the control stream: answer, and say hello. False: it has one already. */
        boolean control(ChannelHandlerContext head) throws Exception {
            if (control != null) {
                return false;
            }
            Channel stream = head.channel();
            control = stream;
            saidHello = true;
            helloNanos = agent.nanoClock().getAsLong();
            stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
            line(agent.hello(number, relief == this && inRelief));
            end().start();
            if (relief == this) {
                loop.schedule(
                        () -> {
                            if (relief == this && channel.isActive()) {
                                promote(this);
                            }
                        },
                        RELIEF_STANDS_MS,
                        TimeUnit.MILLISECONDS);
            } else {
                settle(this);
            }
            return true;
        }

        void load(long heartbeat) {
            if (saidHello) {
                LoadLine line = agent.loadLine(heartbeat, operatorTerms, which);
                objectionTold = line.objection();
                runningTold = line.runningRequests();
                elsewhereTold = agent.load().elsewhere(which);
                line(line);
            }
        }

        private void tellShare() {
            boolean changed =
                    agent.load().running() != runningTold || agent.load().elsewhere(which) != elsewhereTold;
            if (changed) {
                load(LoadLine.OF_SHARES);
            }
        }

        /** The supernode at its end, by its place in the settings. */
        int supernode() {
            return which;
        }

        private void tellChange() {
            if (!agent.load().objection(operatorTerms).equals(objectionTold)) {
                load(0);
            }
        }

        OperatorTerms operatorTerms() {
            return operatorTerms;
        }

        /** The supernode tells what its operator lays down: it counts for this connection, beside what the owner does. */
        void operatorTerms(OperatorTerms terms) {
            operatorTerms = terms;
            LOG.info("exit {}: its operator lets it serve {}", agent.settings().exitId(), terms);
            tellChange();
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

        /** The supernode is told why, if it reads on. */
        @Override
        public void violated(Http2Error code, String detail) {
            LOG.warn(
                    "exit {}: supernode {} breaks the protocol: {}",
                    agent.settings().exitId(),
                    channel.remoteAddress(),
                    detail);
            channel.writeAndFlush(new DefaultHttp2GoAwayFrame(code, ByteBufUtil.writeUtf8(channel.alloc(), detail)))
                    .addListener(ChannelFutureListener.CLOSE);
            loop.schedule(() -> channel.close(), GOODBYE_MS, TimeUnit.MILLISECONDS);
        }

        void leave() {
            if (!leaving) {
                leaving = true;
                channel.writeAndFlush(new DefaultHttp2GoAwayFrame(
                        Http2Error.NO_ERROR, ByteBufUtil.writeAscii(channel.alloc(), "the agent ends this link")));
            }
        }

        ChannelInboundHandlerAdapter handler() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object frame) {
                    if (frame instanceof Http2GoAwayFrame goAway) {
                        sentAway(Farewell.parse(goAway.content().toString(StandardCharsets.UTF_8)));
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
                    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
                        ctx.close();
                    } else {
                        // The codec says GOAWAY with the right code, and closes.
                        loop.schedule(() -> channel.close(), GOODBYE_MS, TimeUnit.MILLISECONDS);
                    }
                }

                @Override
                public void channelInactive(ChannelHandlerContext ctx) {
                    open.remove(Session.this);
                    over(0);
                    ctx.fireChannelInactive();
                }
            };
        }

        private void sentAway(Farewell farewell) {
            LOG.info(
                    "exit {}: supernode {} ends link {}: {}",
                    agent.settings().exitId(),
                    channel.remoteAddress(),
                    number,
                    farewell.detail());
            if (farewell.kind() == Farewell.Kind.SUPERSEDED) {
                agent.superseded(farewell.detail());
                return;
            }
            if (!leaving) {
                leaving = true; // it goes on serving what it has, and what comes until the supernode closes it
                over(farewell.waitMs());
            }
        }

        /** No longer in service; another one shall be. */
        private void over(int waitMs) {
            if (relief == this) {
                relief = null;
                failed(true);
                return;
            }
            if (session != this) {
                return;
            }
            boolean stood = saidHello && agent.nanoClock().getAsLong() - helloNanos >= GOOD_AFTER_NANOS;
            if (stood) {
                backoff.reset();
            }
            session = null;
            Session next = relief;
            if (next != null && next.saidHello) {
                promote(next);
            } else {
                dialLater(waitMs == 0 && stood && !leaving ? momentAfterLoss() : waitMs);
            }
        }

        /** The supernode may have died under all its agents: not all at once to the next. */
        private int momentAfterLoss() {
            return 1 + agent.random().nextInt(agent.settings().lossSpreadMs());
        }
    }
}
