package io.fairlead.proxy.front;

import io.fairlead.edge.link.PhaseTimer;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was accepted. Its first bytes say what it speaks; then it becomes that, and leaves the pipeline. A {@link ProxyHeader}
 * comes first where one is due, and says whose it is. TLS comes in before it, and what is said inside TLS is told in the same way, but that ALPN may have said it already.
 */
final class FrontConnection extends ChannelInboundHandlerAdapter {

    /** First byte of a record of TLS that opens a handshake (RFC 8446 §5.1). */
    private static final int TLS_HANDSHAKE = 0x16;

    /** No method of HTTP/1.1 begins so (RFC 9113 §3.4). */
    private static final byte[] PREFACE_START = "PRI ".getBytes(StandardCharsets.US_ASCII);

    private final Front front;
    private final Channel channel;
    private final ConnectionLimits limits;
    private final PhaseTimer timer;
    private InetAddress source;
    private boolean headerDue;
    private boolean counted;
    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    private @Nullable SslHandler ssl;
    private @Nullable Served served;

    /** @param peer who has connected: a user, or a load balancer that is to say for whom */
    FrontConnection(Front front, Channel channel, InetAddress peer, ConnectionLimits limits) {
        this.front = front;
        this.channel = channel;
        this.source = peer;
        this.limits = limits;
        this.headerDue = front.settings().announces(peer);
        this.timer = new PhaseTimer(channel.eventLoop(), front.attempts().nanoClock());
    }

    /** Counts it where it comes from, if that is known already. */
    boolean enter() {
        return headerDue || enterSource();
    }

    private boolean enterSource() {
        counted = limits.enter(source);
        return counted;
    }

    /** It is closed. */
    void leave() {
        if (counted) {
            counted = false;
            limits.leave(source);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        timer.start(
                headerDue ? front.settings().headTimeoutMs() : front.settings().keepAliveIdleMs(), channel::close);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        boolean first = !pending.isReadable();
        pending = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), pending, (ByteBuf) message);
        if (headerDue) {
            header();
        }
        if (!headerDue && pending.isReadable() && channel.isOpen()) {
            tell(ctx, first);
        }
    }

    private void header() {
        ProxyHeader header = ProxyHeader.read(pending);
        if (header instanceof ProxyHeader.Malformed) {
            front.counters().proxyHeadersRefused.increment();
            channel.close();
        } else if (header instanceof ProxyHeader.Source said) {
            headerDue = false;
            InetAddress told = said.address();
            source = told == null ? source : told;
            timer.start(front.settings().keepAliveIdleMs(), channel::close);
            if (!enterSource()) {
                UserChannel.of(channel).reset();
            }
        }
    }

    private void tell(ChannelHandlerContext ctx, boolean first) {
        int octet = pending.getUnsignedByte(pending.readerIndex());
        if (octet == TLS_HANDSHAKE && ssl == null) {
            secure(ctx);
        } else if (SocksMessages.isVersion(octet)) {
            become(ctx, SocksConnection.install(front, channel, source, timer));
        } else if (!startsLikePreface(pending)) {
            become(ctx, UserConnection.install(front, channel, source, timer));
        } else if (pending.readableBytes() >= PREFACE_START.length) {
            become(ctx, MultiplexedConnection.install(front, channel, source, timer));
        } else if (first) {
            timer.start(front.settings().headTimeoutMs(), channel::close);
        }
    }

    private static boolean startsLikePreface(ByteBuf bytes) {
        int length = Math.min(bytes.readableBytes(), PREFACE_START.length);
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != PREFACE_START[i]) {
                return false;
            }
        }
        return true;
    }

    private void become(ChannelHandlerContext ctx, Served begins) {
        served = begins;
        ByteBuf bytes = pending;
        pending = Unpooled.EMPTY_BUFFER;
        ctx.pipeline().remove(this);
        begins.started();
        if (bytes.isReadable()) {
            ctx.fireChannelRead(bytes);
        } else {
            bytes.release();
        }
    }

    // ---- TLS

    private void secure(ChannelHandlerContext ctx) {
        UserCertificate certificate = front.certificate();
        if (certificate == null) {
            front.counters().malformed.increment();
            channel.close();
            return;
        }
        timer.stop();
        SslHandler handler = certificate.tls().newHandler(ctx.alloc());
        handler.setHandshakeTimeout(front.settings().tlsHandshakeTimeoutMs(), TimeUnit.MILLISECONDS);
        ssl = handler;
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.addBefore(ctx.name(), null, handler);
        ByteBuf bytes = pending;
        pending = Unpooled.EMPTY_BUFFER;
        pipeline.fireChannelRead(bytes);
    }

    private void secured(ChannelHandlerContext ctx, SslHandler handler) {
        front.counters().secured.increment();
        if (ApplicationProtocolNames.HTTP_2.equals(handler.applicationProtocol())) {
            become(ctx, MultiplexedConnection.install(front, channel, source, timer));
        } else {
            timer.start(front.settings().keepAliveIdleMs(), channel::close);
            ctx.read();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (served == null) {
            ctx.read();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        SslHandler handler = ssl;
        if (event instanceof SslHandshakeCompletionEvent done && handler != null) {
            if (done.isSuccess()) {
                secured(ctx, handler);
            } else {
                front.counters().handshakesFailed.increment();
                ctx.close();
            }
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timer.close();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // a reset by the user, or no TLS after all
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ReferenceCountUtil.release(pending);
        pending = Unpooled.EMPTY_BUFFER;
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    /** Bytes that it is known to hold back from a user who does not take them. */
    long heldBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** As {@link Served#requests}. */
    int requests() {
        Served present = served;
        return present == null ? 0 : present.requests();
    }

    /** As {@link Served#drain}. */
    void drain() {
        Served present = served;
        if (present == null) {
            channel.close();
        } else {
            present.drain();
        }
    }

    /** As {@link Served#cut}. */
    void cut(Outcome outcome, FaultLayer layer) {
        Served present = served;
        if (present == null) {
            channel.close();
        } else {
            present.cut(outcome, layer);
        }
    }

    /** As {@link Served#review}. */
    void review(String tenantId) {
        Served present = served;
        if (present != null) {
            present.review(tenantId);
        }
    }
}
