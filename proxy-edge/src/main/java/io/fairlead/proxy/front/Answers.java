package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.status.ErrorAnswer;
import io.fairlead.proxy.status.ProxyStatus;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** Answers that the edge makes itself: each with {@code Proxy-Status}, and the same sentence as plain text. */
final class Answers {

    private static final AsciiString EXIT = AsciiString.cached("x-fairlead-exit");
    static final AsciiString OUTCOME = AsciiString.cached("x-fairlead-outcome");
    private static final AsciiString REQUEST = AsciiString.cached("x-fairlead-request");
    private static final AsciiString SESSION_TTL = AsciiString.cached("x-fairlead-session-ttl");

    private static final HttpResponseStatus ESTABLISHED = new HttpResponseStatus(200, "Connection established");
    private static final String CHALLENGE = "Basic realm=\"fairlead\", charset=\"UTF-8\"";

    private Answers() {}

    /** Says why a request is not served. */
    static FullHttpResponse failure(Front front, Failure failure) {
        return failure(front, failure, ErrorAnswer.of(failure.outcome()).status());
    }

    /** The same with a status of its own, where HTTP has a better one for the same outcome. */
    static FullHttpResponse failure(Front front, Failure failure, int status) {
        byte[] text = (failure.detail() + "\n").getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(text));
        HttpHeaders headers = response.headers();
        headers.set(
                ProxyStatus.FIELD,
                ProxyStatus.field(front.edgeId(), failure.outcome(), failure.detail(), failure.exitId()));
        headers.set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        headers.set(HttpHeaderNames.CONTENT_LENGTH, text.length);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (failure.outcome() == Outcome.AUTHENTICATION_REQUIRED) {
            headers.set(HttpHeaderNames.PROXY_AUTHENTICATE, CHALLENGE);
        }
        if (front.settings().exitHeader() && !failure.exitId().isEmpty()) {
            headers.set(EXIT, failure.exitId());
        }
        return response;
    }

    /** Says what is wrong with a request. */
    static FullHttpResponse badRequest(Front front, int status, String detail) {
        return failure(front, new Failure(Outcome.BAD_REQUEST, FaultLayer.CLIENT, detail, ""), status);
    }

    /** An answer of the edge to a request to itself. */
    static FullHttpResponse json(int status, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(bytes));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return response;
    }

    /** Says which request this was, for what a customer may tell of it. */
    static <H extends HttpMessage> H tellRequest(RequestLife life, H answer) {
        answer.headers().set(REQUEST, life.id());
        return answer;
    }

    /** Says that a tunnel stands. */
    static HttpResponse established(Front front, RequestLife life) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, ESTABLISHED);
        tellExit(front, life, response.headers());
        return response;
    }

    /** Says which request this was, which exit served, and how long the session still has it; or takes out what a target says in our name. */
    static void tellExit(Front front, RequestLife life, HttpHeaders headers) {
        headers.set(REQUEST, life.id());
        headers.remove(OUTCOME);
        headers.remove(SESSION_TTL);
        if (!front.settings().exitHeader()) {
            headers.remove(EXIT);
            return;
        }
        headers.set(EXIT, life.exitId());
        long left = life.sessionSecondsLeft();
        if (left >= 0) {
            headers.set(SESSION_TTL, left);
        }
    }
}
