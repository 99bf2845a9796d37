package io.fairlead.proxy.upstream;

import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * CONNECT to an HTTP proxy (RFC 9110 §9.3.6). Lenient in what it reads, for proxies in the field are: lines may end in a bare LF. What
 * a refusal means is in {@link #refusal}.
 */
final class HttpHandshake implements Handshake {

    private static final int MOST_HEAD_BYTES = 16 << 10;
    private static final Step MORE = new Step.More();
    private static final Step OPENED = new Step.Opened();

    private final Target target;
    private final Login login;

    HttpHandshake(Target target, Login login) {
        this.target = target;
        this.login = login;
    }

    @Override
    public byte[] open() {
        String authority = target.authority();
        StringBuilder head = new StringBuilder(256)
                .append("CONNECT ")
                .append(authority)
                .append(" HTTP/1.1\r\nHost: ")
                .append(authority)
                .append("\r\n");
        if (!login.isNone()) {
            byte[] pair = (login.userName() + ":" + login.password()).getBytes(StandardCharsets.UTF_8);
            head.append("Proxy-Authorization: Basic ")
                    .append(Base64.getEncoder().encodeToString(pair))
                    .append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public Step read(ByteBuf said) {
        int end = endOfHead(said);
        if (end < 0 && said.readableBytes() <= MOST_HEAD_BYTES) {
            return MORE;
        }
        if (end < 0 || end > MOST_HEAD_BYTES) {
            return strange("the head of its answer is longer than " + MOST_HEAD_BYTES + " bytes");
        }
        String[] lines = said.readCharSequence(end, StandardCharsets.ISO_8859_1)
                .toString()
                .split("\r?\n");
        int status = status(lines[0]);
        if (status < 100) {
            return strange("it does not answer in HTTP");
        }
        if (status < 200) {
            return said.isReadable() ? read(said) : MORE;
        }
        return status < 300 ? OPENED : new Step.Refused(refusal(status, fields(lines)));
    }

    /** Bytes up to and with the empty line; -1: it is not there yet. */
    private static int endOfHead(ByteBuf said) {
        int from = said.readerIndex();
        for (int lf = said.indexOf(from, said.writerIndex(), (byte) '\n');
                lf >= 0;
                lf = said.indexOf(lf + 1, said.writerIndex(), (byte) '\n')) {
            int next = lf + 1;
            if (next < said.writerIndex() && said.getByte(next) == '\r') {
                next++;
            }
            if (next < said.writerIndex() && said.getByte(next) == '\n') {
                return next + 1 - from;
            }
        }
        return -1;
    }

    private static int status(String line) {
        boolean http = line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?");
        return http ? Integer.parseInt(line.substring(9, 12)) : 0;
    }

    private static Map<String, String> fields(String[] lines) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                fields.putIfAbsent(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        return fields;
    }

    private Step.Refused strange(String what) {
        return new Step.Refused(
                new TunnelException(Outcome.EXIT_ERROR, FaultLayer.EXIT, "the upstream is no HTTP proxy: " + what));
    }

    /**
     * What a refusal means. Its words are taken in this order: {@code Proxy-Status} (RFC 9209), Squid's {@code X-Squid-Error}, the status. What
     * may lie at the target or at the proxy is ambiguous until others have been heard; so is a target that the proxy forbids, for
     * it may forbid all.
     */
    private TunnelException refusal(int status, Map<String, String> fields) {
        String said = status == 407 ? "" : word(fields);
        return switch (said) {
            case "dns_error", "ERR_DNS_FAIL" -> ambiguous(Outcome.DNS_ERROR, "can't resolve", status);
            case "dns_timeout" -> ambiguous(Outcome.DNS_TIMEOUT, "can't resolve", status);
            case "connection_refused" -> ambiguous(Outcome.CONNECTION_REFUSED, "was refused by", status);
            case "connection_timeout", "http_response_timeout" ->
                ambiguous(Outcome.CONNECTION_TIMEOUT, "had no answer from", status);
            case "connection_terminated" -> ambiguous(Outcome.CONNECTION_RESET, "was reset by", status);
            case "destination_ip_unroutable", "destination_unavailable", "destination_not_found", "ERR_CONNECT_FAIL" ->
                ambiguous(Outcome.DESTINATION_UNREACHABLE, "can't reach", status);
            case "connection_limit_reached" -> busy(status);
            case "destination_ip_prohibited", "http_request_denied", "ERR_ACCESS_DENIED" ->
                ambiguous(Outcome.EXIT_STREAM_REFUSED, "does not allow", status);
            default -> byStatus(status);
        };
    }

    private TunnelException byStatus(int status) {
        return switch (status) {
            case 401, 407 ->
                new TunnelException(
                        Outcome.EXIT_ERROR,
                        FaultLayer.EXIT,
                        "the upstream did not take this edge's log-in (status " + status + ")");
            case 403 -> ambiguous(Outcome.EXIT_STREAM_REFUSED, "does not allow", status);
            case 429 -> busy(status);
            case 504 -> ambiguous(Outcome.CONNECTION_TIMEOUT, "had no answer from", status);
            case 502, 503 -> ambiguous(Outcome.DESTINATION_UNREACHABLE, "can't reach", status);
            default ->
                status >= 500
                        ? ambiguous(Outcome.EXIT_ERROR, "failed to connect to", status)
                        : new TunnelException(
                                Outcome.EXIT_ERROR,
                                FaultLayer.EXIT,
                                "the upstream did not understand the request for a tunnel (status " + status + ")");
        };
    }

    private TunnelException ambiguous(Outcome outcome, String did, int status) {
        return new TunnelException(
                outcome, FaultLayer.AMBIGUOUS, "the upstream " + did + " " + target + " (status " + status + ")");
    }

    private static TunnelException busy(int status) {
        return new TunnelException(
                Outcome.EXIT_BUSY,
                FaultLayer.CAPACITY,
                "the upstream takes no more requests now (status " + status + ")");
    }

    /** The error that its fields name; empty: none. */
    private static String word(Map<String, String> fields) {
        String status = fields.getOrDefault("proxy-status", "");
        int at = status.lastIndexOf("error="); // proxies append: the last one is the nearest
        if (at >= 0) {
            return firstWord(status.substring(at + 6));
        }
        return firstWord(fields.getOrDefault("x-squid-error", ""));
    }

    private static String firstWord(String text) {
        int end = 0;
        while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
            end++;
        }
        return text.substring(0, end);
    }
}
