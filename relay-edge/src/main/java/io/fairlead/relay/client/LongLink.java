package io.fairlead.relay.client;

import io.fairlead.edge.link.Backoff;
import io.fairlead.edge.link.FrameWatch;
import io.fairlead.edge.link.LinkCodec;
import io.fairlead.edge.link.LinkVitals;
import io.fairlead.edge.link.Sockets;
import io.fairlead.relay.link.HeartbeatTrips;
import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.server.Names;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a relay server, dialled again whenever it is lost. On one event loop, but for {@link #up} and {@link #open}. Given up
 * when the relay server does not answer; takes no new streams once that has said that it is leaving.
 */
final class LongLink implements LinkVitals.Listener, FrameWatch.Complaints {

    private static final Logger LOG = LoggerFactory.getLogger(LongLink.class);

    private final InetSocketAddress server;
    private final String name;
    private final EventLoop loop;
    private final LinkTerms terms;
    private final Consumer<LongLink> fellSilent;
    private final Backoff backoff;
    private @Nullable Channel dialled;
    private volatile @Nullable Way way;
    private volatile boolean closing;

    /** The relay server has not answered, on this link or on another one to it: this one takes no stream before it is known to live. */
    private volatile boolean doubted;

    /** A link that is up. */
    private record Way(Channel channel, LinkVitals vitals) {}

    private volatile @Nullable Http2Connection streams;
    private final AtomicInteger lostWhileUp = new AtomicInteger();
    private final HeartbeatTrips trips = new HeartbeatTrips();

    /** @param fellSilent told, on the loop, before it is given up because the relay server does not answer */
    LongLink(InetSocketAddress server, EventLoop loop, LinkTerms terms, Consumer<LongLink> fellSilent) {
        this.server = server;
        this.name = server.getHostString() + ":" + server.getPort();
        this.loop = loop;
        this.terms = terms;
        this.fellSilent = fellSilent;
        this.backoff =
                new Backoff(terms.settings().firstPauseMs(), terms.settings().mostPauseMs(), terms.random());
        loop.execute(this::dial);
    }

    EventLoop loop() {
        return loop;
    }

    /** The way that it takes now; any thread. */
    LinkPath path() {
        return LinkPath.of(connection()).withHeartbeat(trips.leastUs());
    }

    /** The connection that it has now; null: none. Any thread. */
    @Nullable
    Channel connection() {
        Way open = way;
        return open == null ? null : open.channel;
    }

    /** Connections that were lost though the relay server had not said that it leaves; any thread. */
    int lostWhileUp() {
        return lostWhileUp.get();
    }

    /** Whether streams are open, also on one whose relay server is leaving; any thread, and as of a moment ago. */
    boolean busy() {
        Http2Connection connection = streams;
        return connection != null && connection.numActiveStreams() > 0;
    }

    /** Whether streams can be opened. */
    boolean up() {
        return way != null && !doubted;
    }

    /**
     * Another link to the same relay server was given up: this one is too if nothing was heard on it for as long as makes a link suspicious. Else a room would go from one
     * link to the next of a relay server that is gone, and wait on each. Any thread; takes no stream from now on until that is known.
     */
    void doubt() {
        doubted = true;
        loop.execute(() -> {
            Way open = way;
            if (open == null || open.vitals.quietMs() < terms.settings().pulse().suspicionMs()) {
                doubted = false;
                return;
            }
            LOG.warn("another link to the relay server {} was given up, and this one is quiet", name);
            end();
        });
    }

    /**
     * Opens a stream.
     *
     * @param handler makes what serves it, on this link's loop
     * @param failed told, on any thread, if there is none
     */
    void open(StreamMaker handler, Consumer<String> failed) {
        Way open = way;
        if (open == null) {
            failed.accept("the link to " + name + " is down");
            return;
        }
        new Http2StreamChannelBootstrap(open.channel)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(handler.handler(open.vitals));
                    }
                })
                .open()
                .addListener(done -> {
                    if (done.isSuccess()) {
                        loop.execute(open.vitals::wake);
                    } else {
                        failed.accept("the link to " + name + " takes no stream: "
                                + done.cause().getMessage());
                    }
                });
    }

    /** Makes what serves a stream. */
    @FunctionalInterface
    interface StreamMaker {
        ChannelHandler handler(LinkVitals vitals);
    }

    // ---- dialling

    private void dial() {
        if (closing) {
            return;
        }
        if (!server.isUnresolved()) {
            connect(server);
            return;
        }
        // Asked anew each time: a relay server that is started anew may have another address.
        Names.resolve(server.getHostString(), server.getPort())
                .whenComplete((address, failure) -> loop.execute(() -> {
                    if (address == null || address.isUnresolved()) {
                        terms.counters().refuse();
                        LOG.warn(
                                "the name of the relay server {} is not known{}",
                                name,
                                failure == null ? "" : ": " + failure);
                        lost();
                    } else {
                        connect(address);
                    }
                }));
    }

    private void connect(InetSocketAddress address) {
        new Bootstrap()
                .group(loop)
                .channel(Sockets.dialling(loop))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, terms.settings().handshakeTimeoutMs())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        dialled = channel;
                        SslHandler ssl = terms.tls().get().newHandler(channel.alloc());
                        ssl.setHandshakeTimeoutMillis(terms.settings().handshakeTimeoutMs());
                        channel.pipeline().addLast(ssl).addLast(new Proof());
                        channel.closeFuture().addListener(closed -> lost());
                    }
                })
                .connect(address)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        terms.counters().refuse();
                        LOG.info(
                                "relay server {} can't be reached: {}",
                                name,
                                done.cause().getMessage());
                    }
                });
    }

    /** The connection is gone, or did not come about. */
    private void lost() {
        streams = null;
        if (way != null) {
            way = null;
            terms.counters().ends();
            if (closing) {
                return;
            }
            lostWhileUp.incrementAndGet();
            LOG.warn("the link to the relay server {} is lost", name);
        }
        doubted = false;
        if (!closing) {
            loop.schedule(this::dial, backoff.nextMs(), TimeUnit.MILLISECONDS);
        }
    }

    private final class Proof extends ApplicationProtocolNegotiationHandler {

        private Proof() {
            super("");
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) throws Exception {
            if (!ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                LOG.warn("relay server {} does not speak h2", name);
                terms.counters().refuse();
                ctx.close();
                return;
            }
            Http2FrameCodec codec = LinkCodec.opening(terms.settings().windows());
            LinkVitals vitals = new LinkVitals(
                    codec,
                    0,
                    terms.settings().windows(),
                    terms.budget(),
                    terms.settings().pulse(),
                    terms.nanoClock(),
                    terms.random(),
                    LongLink.this);
            ctx.pipeline()
                    .addLast(new FrameWatch(LinkCodec.ofAcceptingEnd(), terms.nanoClock(), LongLink.this))
                    .addLast(codec, vitals, new Http2MultiplexHandler(new RefusesStreams()))
                    .addLast(new End());
            vitals.start();
            terms.counters().begins();
            streams = codec.connection();
            trips.clear();
            way = new Way(ctx.channel(), vitals);
            backoff.reset();
            LOG.info("linked to the relay server {}", name);
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            failed(ctx, cause);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failed(ctx, cause);
        }

        private void failed(ChannelHandlerContext ctx, Throwable cause) {
            terms.counters().refuse();
            LOG.warn("no link to the relay server {}: {}", name, cause.getMessage());
            ctx.close();
        }
    }

    // ---- the link itself

    @Override
    public void answered(long payload, long roundTripNanos) {
        trips.note(roundTripNanos);
    }

    @Override
    public void asked(long payload) {
        // PINGs are answered by the codec
    }

    @Override
    public void silent(long quietMs) {
        terms.counters().fallSilent();
        LOG.warn("the relay server {} has not answered for {} ms; its link is given up", name, quietMs);
        doubted = true;
        fellSilent.accept(this);
        end();
    }

    @Override
    public void flooded() {
        violated(Http2Error.ENHANCE_YOUR_CALM, "too many frames that lead nowhere");
    }

    @Override
    public void violated(Http2Error code, String detail) {
        LOG.warn("the link to the relay server {} is closed with {}: {}", name, code, detail);
        Channel channel = dialled;
        if (channel != null) {
            channel.writeAndFlush(new DefaultHttp2GoAwayFrame(code)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void end() {
        Channel channel = dialled;
        if (channel != null) {
            channel.close();
        }
    }

    /** Closes it for good. */
    void close() {
        closing = true;
        loop.execute(this::end);
    }

    /** The end of the pipeline. */
    private final class End extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            if (frame instanceof Http2GoAwayFrame && way != null) {
                way = null; // streams go on until they end; new ones go elsewhere
                terms.counters().ends();
                LOG.info("the relay server {} is leaving", name);
            }
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) {
                LOG.warn("the link to the relay server {} is ended by a failure", name, cause);
            }
            ctx.close();
        }
    }

    /** Relay servers open no streams. */
    private static final class RefusesStreams extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel stream) {
            stream.close();
        }
    }
}
