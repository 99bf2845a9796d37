package io.fairlead.cli.config;

import io.fairlead.proxy.upstream.UpstreamTerms;
import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.config.UpstreamKind;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Proxies as people keep them, a line each: {@code host:port}, {@code host:port:user:password}, {@code user:password@host:port},
 * {@code scheme://user:password@host:port} with http, socks5 or socks5h; IPv6 addresses in brackets. Empty lines and those that begin with #
 * are none. A line that names the same proxy and log-in again adds nothing.
 *
 * @param proxies what was understood
 * @param errors what was not: a sentence each that begins with the line's number and holds no password
 * @param repeated lines that added nothing
 */
record UpstreamList(List<Proxy> proxies, List<String> errors, int repeated) {

    /**
     * One proxy.
     *
     * @param line where it is named, from 1
     * @param user empty: no log-in
     */
    record Proxy(int line, UpstreamKind kind, String host, int port, String user, String password) {

        /** Which proxy and log-in it is, whatever the password. */
        String door() {
            return kind + " " + host + " " + port + " " + user;
        }
    }

    private static final class NotUnderstood extends Exception {
        NotUnderstood(String message) {
            super(message, null, false, false);
        }
    }

    /** @param plainKind of lines without a scheme */
    static UpstreamList read(List<String> lines, UpstreamKind plainKind) {
        Map<String, Proxy> proxies = new LinkedHashMap<>();
        List<String> errors = new ArrayList<>();
        int repeated = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                Proxy proxy = proxy(i + 1, line, plainKind);
                Proxy before = proxies.putIfAbsent(proxy.door(), proxy);
                if (before != null && !before.password().equals(proxy.password())) {
                    throw new NotUnderstood("names the proxy and user of line " + before.line()
                            + " with another password; keep the one that is right");
                }
                repeated += before == null ? 0 : 1;
            } catch (NotUnderstood e) {
                errors.add("line " + (i + 1) + " " + e.getMessage());
            }
        }
        return new UpstreamList(List.copyOf(proxies.values()), errors, repeated);
    }

    private static Proxy proxy(int number, String line, UpstreamKind plainKind) throws NotUnderstood {
        int scheme = line.indexOf("://");
        UpstreamKind kind = scheme < 0 ? plainKind : kind(line.substring(0, scheme));
        String rest = scheme < 0 ? line : line.substring(scheme + 3);
        if (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        int at = rest.lastIndexOf('@');
        String[] address = address(at < 0 ? rest : rest.substring(at + 1));
        String user = "";
        String password = "";
        if (at >= 0) {
            String pair = rest.substring(0, at);
            int colon = pair.indexOf(':');
            user = decoded(colon < 0 ? pair : pair.substring(0, colon), scheme >= 0);
            password = colon < 0 ? "" : decoded(pair.substring(colon + 1), scheme >= 0);
        } else if (!address[2].isEmpty()) {
            int colon = address[2].indexOf(':');
            user = colon < 0 ? address[2] : address[2].substring(0, colon);
            password = colon < 0 ? "" : address[2].substring(colon + 1);
        }
        if (at >= 0 && !address[2].isEmpty()) {
            throw new NotUnderstood("has a log-in before and after its address; keep one");
        }
        if (user.isEmpty() && !password.isEmpty()) {
            throw new NotUnderstood("has a password without a user; write host:port:user:password");
        }
        Proxy proxy = new Proxy(number, kind, address[0].toLowerCase(Locale.ROOT), port(address[1]), user, password);
        List<String> violations = UpstreamTerms.violations(upstream(proxy)
                .setSecretReference(user.isEmpty() ? "" : "file:x")
                .build());
        if (!violations.isEmpty()) {
            throw new NotUnderstood("is no proxy that can be used: " + String.join("; ", violations));
        }
        return proxy;
    }

    private static UpstreamKind kind(String scheme) throws NotUnderstood {
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "http" -> UpstreamKind.HTTP;
            case "socks5", "socks5h" -> UpstreamKind.SOCKS5;
            case "https" ->
                throw new NotUnderstood(
                        "has scheme https, TLS to the proxy, which upstreams can't do; if the proxy takes plain HTTP, write http");
            default -> throw new NotUnderstood("has a scheme that there is not; write http, socks5 or socks5h");
        };
    }

    /** Host, port, and what follows behind another colon. */
    private static String[] address(String text) throws NotUnderstood {
        String host;
        String rest;
        if (text.startsWith("[")) {
            int end = text.indexOf("]:");
            if (end < 0) {
                throw new NotUnderstood("has no port behind its address; write [2001:db8::1]:3128");
            }
            host = text.substring(1, end);
            rest = text.substring(end + 2);
        } else {
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw new NotUnderstood("has no port; write host:port");
            }
            host = text.substring(0, colon);
            rest = text.substring(colon + 1);
        }
        int colon = rest.indexOf(':');
        return colon < 0
                ? new String[] {host, rest, ""}
                : new String[] {host, rest.substring(0, colon), rest.substring(colon + 1)};
    }

    private static int port(String digits) throws NotUnderstood {
        if (!digits.matches("[0-9]{1,5}")) {
            throw new NotUnderstood(
                    "has no number as its port; write host:port, host:port:user:password or user:password@host:port");
        }
        return Integer.parseInt(digits);
    }

    private static String decoded(String text, boolean ofUrl) throws NotUnderstood {
        if (!ofUrl || text.indexOf('%') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new NotUnderstood("has a log-in with a '%' that begins no escape; write %25 for it");
        }
    }

    /** As its record says it, but for the password's reference. */
    static Upstream.Builder upstream(Proxy proxy) {
        return Upstream.newBuilder()
                .setKind(proxy.kind())
                .setHost(proxy.host())
                .setPort(proxy.port())
                .setUserName(proxy.user());
    }
}
