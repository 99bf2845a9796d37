package io.fairlead.proxy.enrol;

import io.fairlead.proxy.link.LinkTls;
import io.fairlead.proxy.tenant.SourceBackoff;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one request of an agent, then closes; decides on another thread, because that reads and writes files. Consumes whole requests; answers 200 with a certificate chain in PEM, or a
 * refusal: its name in {@value #REFUSAL_FIELD}, its sentence as the body.
 */
final class IssuerHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

    static final String ENROL = "/v1/enrol";
    static final String RENEW = "/v1/renew";
    static final String REFUSAL_FIELD = "fairlead-refusal";
    static final String RENEW_AFTER_FIELD = "fairlead-renew-after-seconds";

    private static final Logger LOG = LoggerFactory.getLogger(IssuerHandler.class);
    private static final String BEARER = "Bearer ";

    private final CertificateIssuer issuer;
    private final SourceBackoff backoff;
    private final IssuerSettings settings;
    private final IssuerCounters counters;
    private final SslHandler ssl;
    private final Executor decisions;

    IssuerHandler(
            CertificateIssuer issuer,
            SourceBackoff backoff,
            IssuerSettings settings,
            IssuerCounters counters,
            SslHandler ssl,
            Executor decisions) {
        this.issuer = issuer;
        this.backoff = backoff;
        this.settings = settings;
        this.counters = counters;
        this.ssl = ssl;
        this.decisions = decisions;
    }

    /** What of a request counts, free of its buffer. */
    private record Asked(boolean whole, HttpMethod method, String uri, String authorization, String body) {}

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        Asked asked = new Asked(
                request.decoderResult().isSuccess(),
                request.method(),
                request.uri(),
                request.headers().get(HttpHeaderNames.AUTHORIZATION, ""),
                request.content().toString(StandardCharsets.UTF_8));
        X509Certificate shown = LinkTls.peer(ssl);
        decisions.execute(() -> decided(ctx, asked, shown));
    }

    private void decided(ChannelHandlerContext ctx, Asked asked, @Nullable X509Certificate shown) {
        if (!(ctx.channel().remoteAddress() instanceof InetSocketAddress peer)) {
            return; // it is gone
        }
        InetAddress source = peer.getAddress();
        try {
            String chain = decide(asked, shown, source);
            FullHttpResponse answer = answer(ctx, HttpResponseStatus.OK, chain);
            answer.headers()
                    .set(RENEW_AFTER_FIELD, settings.renewAfter().toSeconds())
                    .set(HttpHeaderNames.CONTENT_TYPE, "application/pem-certificate-chain");
            send(ctx, answer);
        } catch (RefusedException e) {
            refuse(ctx, source, e.reason(), String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            LOG.error("The issuer can't decide: {}", e.getMessage());
            refuse(ctx, source, IssuerRefusal.UNAVAILABLE, "the issuer can't use its own files; its log says why");
        }
    }

    private String decide(Asked asked, @Nullable X509Certificate shown, InetAddress source) throws RefusedException {
        int waitSeconds = backoff.waitSeconds(source);
        if (waitSeconds > 0) {
            throw new RefusedException(
                    IssuerRefusal.TOO_MANY, "too many refusals for this address; wait " + waitSeconds + " s");
        }
        boolean enrol = asked.uri().equals(ENROL);
        if (!asked.whole()
                || !asked.method().equals(HttpMethod.POST)
                || !(enrol || asked.uri().equals(RENEW))) {
            throw new RefusedException(
                    IssuerRefusal.MALFORMED, "there are POST " + ENROL + " and POST " + RENEW + ", nothing else");
        }
        if (!enrol) {
            String chain = issuer.renew(shown, asked.body());
            counters.renewed();
            return chain;
        }
        if (!asked.authorization().startsWith(BEARER)) {
            throw new RefusedException(
                    IssuerRefusal.MALFORMED, "an enrolment needs its token's secret as Authorization: Bearer");
        }
        String chain = issuer.enrol(asked.authorization().substring(BEARER.length()), asked.body());
        counters.enrolled();
        return chain;
    }

    private void refuse(ChannelHandlerContext ctx, InetAddress source, IssuerRefusal reason, String detail) {
        counters.refused(reason);
        if (!reason.passing()) {
            backoff.failed(source);
        }
        LOG.info("no certificate for {}: {}: {}", source.getHostAddress(), reason, detail);
        FullHttpResponse answer = answer(ctx, HttpResponseStatus.valueOf(reason.status()), detail + "\n");
        answer.headers()
                .set(REFUSAL_FIELD, reason.name())
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        send(ctx, answer);
    }

    private static FullHttpResponse answer(ChannelHandlerContext ctx, HttpResponseStatus status, String text) {
        ByteBuf body = ByteBufUtil.writeUtf8(ctx.alloc(), text);
        FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        answer.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                .set(HttpHeaderNames.CONNECTION, "close")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return answer;
    }

    private static void send(ChannelHandlerContext ctx, FullHttpResponse answer) {
        ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("connection from {} broke: {}", ctx.channel().remoteAddress(), cause.toString());
        ctx.close();
    }
}
