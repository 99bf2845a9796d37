package io.fairlead.proxy.link;

import io.fairlead.edge.link.FrameWatch;
import io.fairlead.edge.link.LinkCodec;
import io.fairlead.edge.link.LinkVitals;
import io.fairlead.edge.link.Sockets;
import io.fairlead.edge.link.WindowBudget;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.exit.ExitTelemetry;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.link.LinkCounters.Rejection;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where exit agents dial in. Each connection proves an exit's identity by its certificate, then becomes a {@link
 * SupernodeLink} in the registry.
 */
public final class LinkListener implements AutoCloseable {

    /** What all links of a process share. */
    record Shared(
            LinkSettings settings,
            ExitRegistry registry,
            ExitTelemetry telemetry,
            LinkAdmission admission,
            LocationCheck locations,
            LinkCounters counters,
            WindowBudget budget,
            LongSupplier nanoClock,
            RandomGenerator random,
            AtomicLong linkNumbers) {}

    private static final Logger LOG = LoggerFactory.getLogger(LinkListener.class);
    private static final WriteBufferWaterMark LINK_WATER_MARK = new WriteBufferWaterMark(128 << 10, 256 << 10);
    private static final int BACKLOG = 4096;

    private final Channel listening;
    private final Shared shared;

    private LinkListener(Channel listening, Shared shared) {
        this.listening = listening;
        this.shared = shared;
    }

    /**
     * Starts to listen.
     *
     * @param address port 0: any free one, see {@link #address()}
     * @param loops whose event loops carry the links; share them with the user side
     * @param tls as {@link LinkTls#forEdge}
     * @param random must be safe for use by several threads
     * @throws IOException if the address can't be bound; the message says why
     */
    public static LinkListener start(
            InetSocketAddress address,
            EventLoopGroup loops,
            SslContext tls,
            LinkSettings settings,
            ExitRegistry registry,
            ExitTelemetry telemetry,
            LinkAdmission admission,
            LocationCheck locations,
            LongSupplier nanoClock,
            RandomGenerator random)
            throws IOException {
        Shared shared = new Shared(
                settings,
                registry,
                telemetry,
                admission,
                locations,
                new LinkCounters(),
                new WindowBudget(settings.windowBudgetBytes()),
                nanoClock,
                random,
                new AtomicLong());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(Sockets.listening(loops))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, LINK_WATER_MARK)
                .childHandler(new Accept(tls, shared));
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "can't listen for exit agents on " + address + ": "
                            + bound.cause().getMessage() + "; choose another address or end what uses it",
                    bound.cause());
        }
        return new LinkListener(bound.channel(), shared);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    public LinkCounters counters() {
        return shared.counters();
    }

    public WindowBudget windowBudget() {
        return shared.budget();
    }

    /**
     * Takes no new links, and tells the agents to stand elsewhere within so long; their links go on until {@link #drain}.
     *
     * @param spreadMs their dials are spread over, ms
     */
    public void announceEnd(int spreadMs) {
        listening.close();
        shared.registry()
                .announceEnd(
                        "this supernode will be stopped",
                        () -> 1 + (int) (shared.random().nextDouble() * spreadMs));
    }

    /** Takes no new links; sends the agents of the others elsewhere. Their tunnels go on until they end, or the drain times out. */
    public void drain() {
        listening.close();
        shared.registry().drain("this supernode is being stopped");
    }

    /** Takes no new links. The present ones stay until the event loops end. */
    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
    }

    private static final class Accept extends ChannelInitializer<SocketChannel> {

        private final SslContext tls;
        private final Shared shared;

        Accept(SslContext tls, Shared shared) {
            this.tls = tls;
            this.shared = shared;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            if (!shared.counters().enterUnproven(shared.settings().maxUnprovenLinks())) {
                shared.counters().rejected(Rejection.TOO_MANY);
                channel.close();
                return;
            }
            SslHandler ssl = tls.newHandler(channel.alloc());
            ssl.setHandshakeTimeout(shared.settings().handshakeTimeoutMs(), TimeUnit.MILLISECONDS);
            channel.pipeline().addLast(ssl, new Prove(ssl, shared));
        }
    }

    /** After the handshake: whose certificate is it, and may they? */
    private static final class Prove extends ApplicationProtocolNegotiationHandler {

        private final SslHandler ssl;
        private final Shared shared;
        private boolean handedOver;

        Prove(SslHandler ssl, Shared shared) {
            super("none");
            this.ssl = ssl;
            this.shared = shared;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            if (!ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                reject(ctx, Rejection.TLS, "no ALPN h2");
                return;
            }
            X509Certificate certificate = LinkTls.peer(ssl);
            String exitId = certificate == null ? null : LinkTls.exitId(certificate);
            if (certificate == null || exitId == null) {
                reject(ctx, Rejection.NO_IDENTITY, "the certificate names no exit");
                return;
            }
            String refusal = shared.admission().refusal(exitId, LinkTls.issuedAt(certificate));
            if (!refusal.isEmpty()) {
                reject(ctx, Rejection.NOT_ADMITTED, "exit " + exitId + ": " + refusal);
                return;
            }
            handedOver = true;
            SocketChannel channel = (SocketChannel) ctx.channel();
            String linkId = Long.toString(shared.linkNumbers().incrementAndGet());
            SupernodeLink link = new SupernodeLink(channel, linkId, exitId, LinkTls.issuedAt(certificate), shared);
            endWithCertificate(link, channel, certificate);
            Http2FrameCodec codec = LinkCodec.opening(shared.settings().windows());
            LinkVitals vitals = new LinkVitals(
                    codec,
                    ControlStream.PER_LINK,
                    shared.settings().windows(),
                    shared.budget(),
                    shared.settings().pulse(),
                    shared.nanoClock(),
                    shared.random(),
                    link);
            link.vitals(vitals);
            FrameWatch watch = new FrameWatch(LinkCodec.ofAcceptingEnd(), shared.nanoClock(), link.complaints());
            ctx.pipeline().addLast(watch, codec, vitals, new Http2MultiplexHandler(new RefuseStreams()), link);
        }

        /** A link outlives its certificate by no more than its tunnels need; the agent is back with a newer one by then. */
        private static void endWithCertificate(SupernodeLink link, SocketChannel channel, X509Certificate certificate) {
            // By the clock that TLS has just judged the certificate by.
            long leftMs = certificate.getNotAfter().toInstant().toEpochMilli()
                    - InstantSource.system().millis();
            var end = channel.eventLoop()
                    .schedule(
                            () -> link.drain("its certificate has ended; link again with a newer one"),
                            Math.max(0, leftMs),
                            TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(closed -> end.cancel(false));
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            reject(ctx, Rejection.TLS, "TLS handshake: " + cause.getMessage());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            if (!handedOver) {
                reject(ctx, Rejection.TLS, "it went away during the TLS handshake");
            }
            super.channelInactive(ctx);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            reject(ctx, Rejection.TLS, String.valueOf(cause.getMessage()));
        }

        private void reject(ChannelHandlerContext ctx, Rejection why, String detail) {
            if (handedOver) {
                return;
            }
            handedOver = true;
            shared.counters().leaveUnproven();
            shared.counters().rejected(why);
            LOG.info("connection from {} is no exit link: {}", ctx.channel().remoteAddress(), detail);
            ctx.close();
        }
    }

    /** Agents open no streams: only pushes would get here, and those are switched off. */
    private static final class RefuseStreams extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel stream) {
            stream.close();
        }
    }
}
