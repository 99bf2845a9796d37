package io.fairlead.proxy.front;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;

/** Takes out the fields that are meant for one hop only (RFC 9110 §7.6.1), and those that a Connection field names. */
final class HopByHop {

    static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_AUTHENTICATION_INFO = AsciiString.cached("proxy-authentication-info");
    private static final String UPGRADE = "upgrade";
    private static final String TRAILERS = "trailers";

    /** Fields that make up the message itself: naming them in Connection must not take them out. */
    private static final Set<String> NEVER_NAMED = Set.of(
            "host", "content-length", "transfer-encoding", "content-type", "authorization", "cookie", "set-cookie");

    private HopByHop() {}

    /**
     * Cleans a request's fields. Transfer-Encoding stays, as it says how the body is framed again; so do Upgrade, with its
     * Connection, and the wish for trailers.
     */
    static void cleanRequest(HttpHeaders headers) {
        boolean upgrade = asksUpgrade(headers);
        boolean trailers = headers.containsValue(HttpHeaderNames.TE, TRAILERS, true);
        clean(headers);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
        headers.remove(HttpHeaderNames.TE);
        if (trailers) {
            headers.set(HttpHeaderNames.TE, TRAILERS);
            headers.add(HttpHeaderNames.CONNECTION, "te");
        }
        if (upgrade) {
            headers.add(HttpHeaderNames.CONNECTION, UPGRADE);
        } else {
            headers.remove(HttpHeaderNames.UPGRADE);
        }
    }

    /** Cleans a response's fields; of a 101 it leaves Upgrade and its Connection. */
    static void cleanResponse(HttpHeaders headers, boolean switching) {
        clean(headers);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
        headers.remove(PROXY_AUTHENTICATION_INFO);
        if (switching) {
            headers.set(HttpHeaderNames.CONNECTION, UPGRADE);
        } else {
            headers.remove(HttpHeaderNames.UPGRADE);
        }
    }

    /** Whether a message wants to leave HTTP/1.1: a protocol in Upgrade, which Connection must name. */
    static boolean asksUpgrade(HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.UPGRADE)
                && headers.containsValue(HttpHeaderNames.CONNECTION, UPGRADE, true);
    }

    private static void clean(HttpHeaders headers) {
        List<String> connection = headers.getAll(HttpHeaderNames.CONNECTION);
        for (String field : connection) {
            for (String name : field.split(",")) {
                String trimmed = name.strip().toLowerCase(java.util.Locale.ROOT);
                boolean named = !trimmed.isEmpty() && !trimmed.equals(UPGRADE) && !NEVER_NAMED.contains(trimmed);
                if (named) {
                    headers.remove(trimmed);
                }
            }
        }
        headers.remove(HttpHeaderNames.CONNECTION);
        headers.remove(PROXY_CONNECTION);
        headers.remove(KEEP_ALIVE);
    }
}
