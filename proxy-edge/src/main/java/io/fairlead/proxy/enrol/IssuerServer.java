package io.fairlead.proxy.enrol;

import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.Sockets;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.proxy.tenant.SourceBackoff;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;

/**
 * Gives agents their certificates over HTTPS: {@code POST /v1/enrol} for a token, {@code POST /v1/renew} for the present
 * certificate. The authority's key is in this process and on no edge.
 *
 * <p>Sockets live on one event loop; requests are decided one after the other on a thread of their own, because that reads and
 * writes files.
 */
public final class IssuerServer implements AutoCloseable {

    private static final Duration OWN_VALIDITY = Duration.ofDays(30);
    private static final Duration OWN_RENEWAL = Duration.ofDays(10);
    private static final long LOOPS_END_MS = 2_000;

    private final LinkAuthority authority;
    private final IssuerSettings settings;
    private final InstantSource clock;
    private final EventLoopGroup loops = Sockets.loops(1, "issuer");
    private final ExecutorService decisions = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "issuer-decisions");
        thread.setDaemon(true);
        return thread;
    });
    private final IssuerCounters counters = new IssuerCounters();
    private final AtomicInteger connections = new AtomicInteger();
    private final Channel listening;

    private SslContext tls;
    private Instant tlsMade;

    private IssuerServer(
            InetSocketAddress address,
            Path directory,
            IssuerSettings settings,
            InstantSource clock,
            LongSupplier nanoClock)
            throws IOException {
        this.authority = LinkAuthority.openOrCreate(directory, clock);
        this.settings = settings;
        this.clock = clock;
        this.tlsMade = clock.instant();
        this.tls = newTls();
        CertificateIssuer issuer = new CertificateIssuer(
                authority, new TokenBook(directory, clock), new Revocations(directory), settings, clock);
        SourceBackoff backoff = new SourceBackoff(nanoClock);
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(Sockets.listening(loops))
                .childHandler(new Accept(issuer, backoff))
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            endLoops();
            throw new IOException(
                    "can't listen for agents that enrol on " + address + ": "
                            + bound.cause().getMessage() + "; choose another address or end what uses it",
                    bound.cause());
        }
        this.listening = bound.channel();
    }

    /**
     * Starts to listen.
     *
     * @param address port 0: any free one, see {@link #address()}
     * @param directory of the authority, which is made if there is none
     * @throws IOException if the address can't be bound
     */
    public static IssuerServer start(
            InetSocketAddress address,
            Path directory,
            IssuerSettings settings,
            InstantSource clock,
            LongSupplier nanoClock)
            throws IOException {
        return new IssuerServer(address, directory, settings, clock, nanoClock);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    public IssuerCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        endLoops();
    }

    private void endLoops() {
        loops.shutdownGracefully(0, LOOPS_END_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * LOOPS_END_MS);
        decisions.shutdownNow();
    }

    private SslContext newTls() throws SSLException {
        LinkIdentity own = authority.issueIssuer(OWN_VALIDITY);
        return LinkTls.forIssuer(own, authority.certificate());
    }

    /** On the event loop: the issuer's own certificate is renewed where it is needed. */
    private SslContext tls() throws SSLException {
        Instant now = clock.instant();
        if (now.isAfter(tlsMade.plus(OWN_RENEWAL))) {
            tls = newTls();
            tlsMade = now;
        }
        return tls;
    }

    private final class Accept extends ChannelInitializer<SocketChannel> {

        private final CertificateIssuer issuer;
        private final SourceBackoff backoff;

        Accept(CertificateIssuer issuer, SourceBackoff backoff) {
            this.issuer = issuer;
            this.backoff = backoff;
        }

        @Override
        protected void initChannel(SocketChannel channel) throws SSLException {
            if (connections.incrementAndGet() > settings.maxConnections()) {
                connections.decrementAndGet();
                counters.turnedAway();
                channel.close();
                return;
            }
            channel.closeFuture().addListener(closed -> connections.decrementAndGet());
            SslHandler ssl = tls().newHandler(channel.alloc());
            ssl.setHandshakeTimeout(settings.idleMs(), TimeUnit.MILLISECONDS);
            channel.pipeline()
                    .addLast(
                            new ReadTimeoutHandler(settings.idleMs(), TimeUnit.MILLISECONDS),
                            ssl,
                            new HttpServerCodec(),
                            new HttpObjectAggregator(settings.maxRequestBytes(), true),
                            new IssuerHandler(issuer, backoff, settings, counters, ssl, decisions));
        }
    }
}
