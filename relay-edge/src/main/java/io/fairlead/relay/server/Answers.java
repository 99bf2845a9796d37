package io.fairlead.relay.server;

import io.fairlead.edge.link.LingeringClose;
import io.fairlead.edge.link.PhaseTimer;
import io.fairlead.relay.room.Container;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Answers of the relay. Each connection serves one request. */
final class Answers {

    private static final String A_DAY_S = "86400";

    /** A publisher may send for a while before it reads why it is refused. */
    private static final LingeringClose.Waits WAITS = new LingeringClose.Waits(10_000, 2_000);

    private Answers() {}

    private static String type(Container container) {
        return switch (container) {
            case FLV -> "video/x-flv";
            case TS -> "video/mp2t";
        };
    }

    private static String type(RoomPath.Form form) {
        return switch (form) {
            case NONE, FLV -> type(Container.FLV);
            case TS -> type(Container.TS);
            case HLS -> "application/vnd.apple.mpegurl";
        };
    }

    /** The head before a stream of chunks. */
    static HttpResponse stream(Container container) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type(container))
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        forAnyPage(response.headers());
        return response;
    }

    /** To HEAD: what GET would say. */
    static void head(Channel channel, RoomPath.Form form) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type(form)).set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        last(channel, response);
    }

    /** To OPTIONS (CORS): players of any page may watch. */
    static void preflight(Channel channel) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT);
        response.headers()
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS")
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "Range, Authorization")
                .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, A_DAY_S);
        last(channel, response);
    }

    /** To a beacon: nothing, which nobody keeps. */
    static void beacon(Channel channel) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT);
        response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        last(channel, response);
    }

    /** A script for pages of any site. */
    static void script(Channel channel, String script) {
        ByteBuf text = ByteBufUtil.writeUtf8(channel.alloc(), script);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, text);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/javascript; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, text.readableBytes())
                .set(HttpHeaderNames.CACHE_CONTROL, "public, max-age=3600");
        last(channel, response);
    }

    /** A sentence, and the end of the connection once it is written. */
    static void say(Channel channel, HttpResponseStatus status, String sentence) {
        ByteBuf text = ByteBufUtil.writeUtf8(channel.alloc(), sentence + "\n");
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, text);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, text.readableBytes());
        if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"fairlead\"");
        }
        if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, OPTIONS, POST, PUT");
        }
        last(channel, response);
    }

    private static void last(Channel channel, FullHttpResponse response) {
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        forAnyPage(response.headers());
        channel.write(response);
        LingeringClose.of(
                channel,
                WAITS,
                new PhaseTimer(channel.eventLoop(), channel.eventLoop().ticker()::nanoTime),
                false,
                () -> ((DuplexChannel) channel).shutdownOutput());
    }

    private static void forAnyPage(HttpHeaders headers) {
        headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
}
