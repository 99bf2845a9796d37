package io.fairlead.proxy.front;

import io.fairlead.proxy.exit.Target;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request target (RFC 9112 §3.2) asks a proxy to do. */
sealed interface RequestForm {

    /**
     * Pass the request on.
     *
     * @param target where to
     * @param originTarget the target as the origin gets it: path and query, or {@code *}
     * @param hostField the Host field as the origin gets it
     */
    record Forward(Target target, String originTarget, String hostField) implements RequestForm {}

    /** Open a tunnel. */
    record Connect(Target target) implements RequestForm {}

    /** Something for the edge itself. */
    record Own(String path) implements RequestForm {}

    /** Nothing that can be done; the detail is one sentence for the user. */
    record Unusable(String detail) implements RequestForm {}

    int HTTP_PORT = 80;

    /** Paths of the edge itself begin so. */
    String OWN = "/.fairlead/";

    /** Reads a request target of visible ASCII characters. */
    static RequestForm of(HttpMethod method, String text) {
        if (method.equals(HttpMethod.CONNECT)) {
            return connect(text);
        }
        if (text.regionMatches(true, 0, "http://", 0, 7)) {
            return forward(method, text.substring(7));
        }
        if (text.startsWith(OWN)) {
            return new Own(text);
        }
        if (text.startsWith("/") || text.equals("*")) {
            return new Unusable("this is a proxy: ask for http://host/path, or CONNECT host:port");
        }
        return new Unusable(
                text.regionMatches(true, 0, "https://", 0, 8)
                        ? "https targets are reached by CONNECT host:443"
                        : "the target is no http:// address; only http is forwarded, everything else by CONNECT");
    }

    private static RequestForm connect(String text) {
        Target target = authority(text, 0);
        return target == null
                ? new Unusable("CONNECT needs host:port, such as example.org:443 or [2001:db8::1]:443")
                : new Connect(target);
    }

    private static RequestForm forward(HttpMethod method, String rest) {
        int end = 0;
        while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        String authority = rest.substring(0, end);
        if (authority.indexOf('@') >= 0) {
            return new Unusable("the target holds a user name; send credentials in a field instead");
        }
        if (rest.indexOf('#', end) >= 0) {
            return new Unusable("the target holds a fragment, which is not for the network");
        }
        Target target = authority(authority, HTTP_PORT);
        if (target == null) {
            return new Unusable("the target's host or port is not well-formed; write http://host:port/path");
        }
        String path = rest.substring(end);
        if (path.isEmpty()) {
            path = method.equals(HttpMethod.OPTIONS) ? "*" : "/";
        } else if (path.charAt(0) == '?') {
            path = "/" + path;
        }
        String hostField = target.port() == HTTP_PORT
                ? target.authority().substring(0, target.authority().lastIndexOf(':'))
                : target.authority();
        return new Forward(target, path, hostField);
    }

    /** Reads {@code host[:port]}; null if it is not well-formed. A default port of 0: the port must be there. */
    private static @Nullable Target authority(String text, int defaultPort) {
        boolean bracketed = text.startsWith("[");
        int hostEnd = bracketed ? text.indexOf(']') + 1 : text.indexOf(':');
        if (bracketed && hostEnd == 0) {
            return null;
        }
        if (hostEnd < 0) {
            hostEnd = text.length();
        }
        String host = bracketed ? text.substring(1, hostEnd - 1) : text.substring(0, hostEnd);
        boolean wellFormed = bracketed ? NetUtil.isValidIpV6Address(host) && host.indexOf('%') < 0 : isName(host);
        int port = hostEnd == text.length() ? defaultPort : port(text, hostEnd);
        return wellFormed && port > 0 ? new Target(host.toLowerCase(Locale.ROOT), port) : null;
    }

    private static int port(String text, int colon) {
        int digits = text.length() - colon - 1;
        if (text.charAt(colon) != ':' || digits < 1 || digits > 5) {
            return 0;
        }
        int port = 0;
        for (int i = colon + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return 0;
            }
            port = port * 10 + c - '0';
        }
        return port <= 65_535 ? port : 0;
    }

    /** Whether this could be the name of a host, or an IPv4 address. */
    static boolean isName(String host) {
        if (host.isEmpty() || host.length() > 253) {
            return false;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '.'
                    || c == '_';
            if (!plain) {
                return false;
            }
        }
        return true;
    }
}
