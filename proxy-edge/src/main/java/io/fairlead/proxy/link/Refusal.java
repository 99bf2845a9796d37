package io.fairlead.proxy.link;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import java.util.HashMap;
import java.util.Map;

/**
 * What an agent may answer to a CONNECT that it can't serve. On the wire it is an HTTP status and a {@code proxy-status}
 * field (RFC 9209) whose {@code error} names one of these; the mapping to outcomes is one to one.
 *
 * <p>Agents are not trusted: they choose among these words, and where the fault lies is our reading of them. What may be the
 * target's fault or the exit's (a refused connection may come from either) is ambiguous until others have been heard.
 */
public enum Refusal {
    DESTINATION_FORBIDDEN("destination_ip_prohibited", 403, Outcome.DESTINATION_FORBIDDEN, FaultLayer.CLIENT),
    DNS_ERROR("dns_error", 502, Outcome.DNS_ERROR, FaultLayer.AMBIGUOUS),
    DNS_TIMEOUT("dns_timeout", 504, Outcome.DNS_TIMEOUT, FaultLayer.AMBIGUOUS),
    CONNECTION_REFUSED("connection_refused", 502, Outcome.CONNECTION_REFUSED, FaultLayer.AMBIGUOUS),
    CONNECTION_TIMEOUT("connection_timeout", 504, Outcome.CONNECTION_TIMEOUT, FaultLayer.AMBIGUOUS),
    CONNECTION_RESET("connection_terminated", 502, Outcome.CONNECTION_RESET, FaultLayer.AMBIGUOUS),
    UNREACHABLE("destination_ip_unroutable", 502, Outcome.DESTINATION_UNREACHABLE, FaultLayer.AMBIGUOUS),
    CAPACITY("connection_limit_reached", 503, Outcome.EXIT_BUSY, FaultLayer.CAPACITY),
    WITHDRAWN("http_request_denied", 403, Outcome.EXIT_STREAM_REFUSED, FaultLayer.EXIT),
    BAD_REQUEST("http_request_error", 400, Outcome.BAD_REQUEST, FaultLayer.EDGE),
    INTERNAL("proxy_internal_error", 500, Outcome.EXIT_ERROR, FaultLayer.EXIT);

    private static final Map<String, Refusal> BY_ERROR = new HashMap<>();

    static {
        for (Refusal refusal : values()) {
            BY_ERROR.put(refusal.error, refusal);
        }
    }

    private static final int LONGEST_DETAIL = 200;

    private final String error;
    private final int status;
    private final Outcome outcome;
    private final FaultLayer layer;

    Refusal(String error, int status, Outcome outcome, FaultLayer layer) {
        this.error = error;
        this.status = status;
        this.outcome = outcome;
        this.layer = layer;
    }

    public int status() {
        return status;
    }

    public Outcome outcome() {
        return outcome;
    }

    public FaultLayer layer() {
        return layer;
    }

    /** The {@code proxy-status} field: {@code exit; error=dns_error; details="…"}. */
    public String field(String detail) {
        StringBuilder text = new StringBuilder("exit; error=").append(error).append("; details=\"");
        int length = Math.min(detail.length(), LONGEST_DETAIL);
        for (int i = 0; i < length; i++) {
            char c = detail.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c < ' ' || c > '~' ? '?' : c);
        }
        return text.append('"').toString();
    }

    /** Reads the field; anything that is none of ours is {@link #INTERNAL}. */
    public static Told parse(CharSequence field) {
        String text = field.toString();
        Refusal refusal = BY_ERROR.getOrDefault(parameter(text, "error="), INTERNAL);
        String detail = parameter(text, "details=");
        return new Told(refusal, detail.isEmpty() ? refusal.error : detail);
    }

    /** A refusal as an agent told it, with its own words, which are at most 200 printable characters. */
    public record Told(Refusal refusal, String detail) {}

    private static String parameter(String text, String key) {
        int at = text.indexOf("; " + key);
        if (at < 0) {
            return "";
        }
        int from = at + 2 + key.length();
        StringBuilder value = new StringBuilder();
        boolean quoted = from < text.length() && text.charAt(from) == '"';
        for (int i = quoted ? from + 1 : from; i < text.length() && value.length() < LONGEST_DETAIL; i++) {
            char c = text.charAt(i);
            if (quoted ? c == '"' : c == ';') {
                break;
            }
            boolean escape = quoted && c == '\\' && i + 1 < text.length();
            char plain = escape ? text.charAt(++i) : c;
            value.append(plain < ' ' || plain > '~' ? '?' : plain);
        }
        return value.toString().strip();
    }
}
