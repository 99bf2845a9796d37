package io.fairlead.edge.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers whole requests of one connection: GET and HEAD of three paths, 404 for others, 405 for other methods, 400 for rubbish. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_TYPE = "application/json; charset=utf-8";
    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Health health;
    private final PrometheusMeterRegistry metrics;

    AdminHandler(Health health, PrometheusMeterRegistry metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) throws JsonProcessingException {
        if (request.decoderResult().isFailure()) {
            error(ctx, HttpResponseStatus.BAD_REQUEST, "this is no HTTP request", false);
            ctx.close();
            return;
        }
        String path = request.uri().split("\\?", 2)[0];
        boolean head = request.method().equals(HttpMethod.HEAD);
        boolean known = path.equals("/live") || path.equals("/ready") || path.equals("/metrics");
        if (!known) {
            error(ctx, HttpResponseStatus.NOT_FOUND, "there are /live, /ready and /metrics", head);
        } else if (!head && !request.method().equals(HttpMethod.GET)) {
            error(ctx, HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET and HEAD are answered here", false);
        } else if (path.equals("/metrics")) {
            answer(ctx, HttpResponseStatus.OK, METRICS_TYPE, metrics.scrape(), head);
        } else if (path.equals("/live")) {
            state(ctx, "live", health.unalive(), List.of(), head);
        } else {
            state(ctx, "ready", health.unready(), health.notes(), head);
        }
    }

    private static void state(
            ChannelHandlerContext ctx,
            String name,
            List<Health.Complaint> reasons,
            List<Health.Complaint> notes,
            boolean head)
            throws JsonProcessingException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(name, reasons.isEmpty());
        body.put("reasons", reasons);
        if (!notes.isEmpty()) {
            body.put("notes", notes);
        }
        answer(
                ctx,
                reasons.isEmpty() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                JSON_TYPE,
                JSON.writeValueAsString(body),
                head);
    }

    private static void error(ChannelHandlerContext ctx, HttpResponseStatus status, String why, boolean head)
            throws JsonProcessingException {
        answer(ctx, status, JSON_TYPE, JSON.writeValueAsString(Map.of("error", why)), head);
    }

    private static void answer(
            ChannelHandlerContext ctx, HttpResponseStatus status, String type, String body, boolean head) {
        ByteBuf content = ByteBufUtil.writeUtf8(ctx.alloc(), body);
        int length = content.readableBytes();
        if (head) {
            content.clear();
        }
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        ctx.writeAndFlush(response);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws JsonProcessingException {
        if (cause instanceof ReadTimeoutException || cause instanceof IOException) {
            ctx.close(); // who asked has gone or gone quiet
            return;
        }
        LOG.warn("The admin endpoint failed to answer {}", ctx.channel().remoteAddress(), cause);
        error(ctx, HttpResponseStatus.INTERNAL_SERVER_ERROR, "the answer failed; the edge's log says why", false);
        ctx.close();
    }
}
