package io.fairlead.relay.server;

import io.fairlead.edge.link.FrameWatch;
import io.fairlead.edge.link.LinkCodec;
import io.fairlead.edge.link.LinkVitals;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.edge.link.Sockets;
import io.fairlead.edge.link.WindowBudget;
import io.fairlead.relay.link.LongLinkCounters;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where relay clients dial in. A connection proves by certificate which relay client it is; each stream it opens is a viewer's. Closes
 * connections over {@link LongLinkSettings#maxLinks}, those without such a certificate, and those that do not answer any more.
 */
final class LinkListener {

    private static final Logger LOG = LoggerFactory.getLogger(LinkListener.class);
    private static final int BACKLOG = 1_024;

    private final Supplier<SslContext> tls;
    private final LongLinkSettings settings;
    private final LongLinkCounters counters;
    private final LongSupplier nanoClock;
    private final Function<String, LegStream> streams;
    private final WindowBudget budget;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final ChannelGroup links = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger connections = new AtomicInteger();
    private final Channel listening;

    /**
     * @param streams makes what serves a stream of that relay client
     * @throws IOException if the address can't be bound
     */
    LinkListener(
            LinkPort port,
            EventLoopGroup loops,
            LongLinkCounters counters,
            LongSupplier nanoClock,
            Function<String, LegStream> streams)
            throws IOException {
        this.tls = port.tls();
        this.settings = port.links();
        this.counters = counters;
        this.nanoClock = nanoClock;
        this.streams = streams;
        this.budget = new WindowBudget(settings.windowBudgetBytes());
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(Sockets.listening(loops))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new Accept())
                .bind(port.address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "can't listen for relay clients on " + port.address() + ": "
                            + bound.cause().getMessage() + "; choose another address or end what uses it",
                    bound.cause());
        }
        listening = bound.channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /** Takes no more links, and tells the relay clients to open no more streams here. */
    void drain() {
        listening.close().awaitUninterruptibly();
        for (Channel link : links) {
            link.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR, Unpooled.EMPTY_BUFFER)
                    .setExtraStreamIds(Integer.MAX_VALUE));
        }
    }

    void close(int patienceS) {
        links.close().awaitUninterruptibly(patienceS, TimeUnit.SECONDS);
    }

    private final class Accept extends ChannelInitializer<SocketChannel> {

        @Override
        protected void initChannel(SocketChannel channel) {
            if (connections.incrementAndGet() > settings.maxLinks()) {
                connections.decrementAndGet();
                counters.refuse();
                channel.close();
                return;
            }
            channel.closeFuture().addListener(closed -> connections.decrementAndGet());
            SslHandler ssl = tls.get().newHandler(channel.alloc());
            ssl.setHandshakeTimeoutMillis(settings.handshakeTimeoutMs());
            channel.pipeline().addLast(ssl).addLast(new Proof(ssl));
        }
    }

    private final class Proof extends ApplicationProtocolNegotiationHandler {

        private final SslHandler ssl;

        private Proof(SslHandler ssl) {
            super("");
            this.ssl = ssl;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) throws Exception {
            X509Certificate certificate = MutualTls.peer(ssl);
            String client = certificate == null ? null : RelayNames.clientId(certificate);
            if (!ApplicationProtocolNames.HTTP_2.equals(protocol) || client == null) {
                reject(ctx, client == null ? "its certificate names no relay client" : "it does not speak h2");
                return;
            }
            Http2FrameCodec codec = LinkCodec.accepting(settings.windows());
            Link link = new Link(ctx.channel(), client);
            LinkVitals vitals =
                    new LinkVitals(codec, 0, settings.windows(), budget, settings.pulse(), nanoClock, random, link);
            ctx.pipeline()
                    .addLast(new FrameWatch(LinkCodec.ofOpeningEnd(), nanoClock, link))
                    .addLast(codec, vitals, new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel stream) {
                            stream.pipeline().addLast(streams.apply(client));
                        }
                    }))
                    .addLast(link);
            links.add(ctx.channel());
            counters.begins();
            ctx.channel().closeFuture().addListener(closed -> counters.ends());
            vitals.start();
            LOG.info("relay client {} links from {}", client, ctx.channel().remoteAddress());
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            reject(ctx, "TLS handshake: " + cause.getMessage());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            reject(ctx, String.valueOf(cause.getMessage()));
        }

        private void reject(ChannelHandlerContext ctx, String detail) {
            counters.refuse();
            LOG.info("connection from {} is no long link: {}", ctx.channel().remoteAddress(), detail);
            ctx.close();
        }
    }

    /** The end of a link's pipeline: closes it for silence and for frames that no link may carry. */
    private final class Link extends ChannelInboundHandlerAdapter
            implements LinkVitals.Listener, FrameWatch.Complaints {

        private final Channel channel;
        private final String client;

        private Link(Channel channel, String client) {
            this.channel = channel;
            this.client = client;
        }

        @Override
        public void answered(long payload, long roundTripNanos) {
            // the relay client judges the link
        }

        @Override
        public void asked(long payload) {
            // PINGs are answered by the codec
        }

        @Override
        public void silent(long quietMs) {
            counters.fallSilent();
            LOG.warn("relay client {} has not answered for {} ms; its link is closed", client, quietMs);
            channel.close();
        }

        @Override
        public void flooded() {
            violated(Http2Error.ENHANCE_YOUR_CALM, "too many frames that lead nowhere");
        }

        @Override
        public void violated(Http2Error code, String detail) {
            LOG.warn("relay client {} is closed with {}: {}", client, code, detail);
            channel.writeAndFlush(new DefaultHttp2GoAwayFrame(code)).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) {
                LOG.warn("the link of relay client {} is ended by a failure", client, cause);
            }
            ctx.close();
        }
    }
}
