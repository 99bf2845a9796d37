package io.fairlead.proxy.status;

import io.fairlead.schemas.telemetry.Outcome;

/**
 * How an outcome is told to a user: the HTTP status, the error type of {@code Proxy-Status}, and the reply of SOCKS5. Types are those of RFC 9209
 * §2.3 where one says the same, else our own; no two outcomes share one, so that a log of answers reads like the telemetry.
 *
 * @param status HTTP status of the answer
 * @param error error type, a structured-field token
 * @param socksReply reply code of RFC 1928 §6, which has few: several outcomes share one
 */
public record ErrorAnswer(int status, String error, int socksReply) {

    private static final int SOCKS_FAILURE = 1;
    private static final int SOCKS_NOT_ALLOWED = 2;
    private static final int SOCKS_NETWORK_UNREACHABLE = 3;
    private static final int SOCKS_HOST_UNREACHABLE = 4;
    private static final int SOCKS_REFUSED = 5;
    private static final int SOCKS_EXPIRED = 6;

    /** The answer for an outcome. {@code OK} has none: asking for it is a bug. */
    public static ErrorAnswer of(Outcome outcome) {
        return switch (outcome) {
            case OK -> throw new IllegalArgumentException("outcome OK has no error answer");
            case CLIENT_ABORTED -> new ErrorAnswer(499, "client_aborted", SOCKS_FAILURE);
            case BAD_REQUEST -> new ErrorAnswer(400, "http_request_error", SOCKS_FAILURE);
            case AUTHENTICATION_REQUIRED -> new ErrorAnswer(407, "authentication_required", SOCKS_NOT_ALLOWED);
            case POOL_UNKNOWN -> new ErrorAnswer(400, "pool_unknown", SOCKS_NOT_ALLOWED);
            case POOL_FORBIDDEN -> new ErrorAnswer(403, "http_request_denied", SOCKS_NOT_ALLOWED);
            case DESTINATION_FORBIDDEN -> new ErrorAnswer(403, "destination_ip_prohibited", SOCKS_NOT_ALLOWED);
            case LIMIT_EXCEEDED -> new ErrorAnswer(429, "limit_exceeded", SOCKS_NOT_ALLOWED);
            case NO_EXIT_AVAILABLE -> new ErrorAnswer(503, "destination_unavailable", SOCKS_FAILURE);
            case EXIT_BUSY -> new ErrorAnswer(503, "connection_limit_reached", SOCKS_FAILURE);
            case EXIT_LINK_LOST -> new ErrorAnswer(502, "exit_link_lost", SOCKS_FAILURE);
            case EXIT_STREAM_REFUSED -> new ErrorAnswer(503, "exit_stream_refused", SOCKS_FAILURE);
            case EXIT_ERROR -> new ErrorAnswer(502, "exit_error", SOCKS_FAILURE);
            case DNS_ERROR -> new ErrorAnswer(502, "dns_error", SOCKS_HOST_UNREACHABLE);
            case DNS_TIMEOUT -> new ErrorAnswer(504, "dns_timeout", SOCKS_HOST_UNREACHABLE);
            case CONNECTION_REFUSED -> new ErrorAnswer(502, "connection_refused", SOCKS_REFUSED);
            case CONNECTION_TIMEOUT -> new ErrorAnswer(504, "connection_timeout", SOCKS_EXPIRED);
            case CONNECTION_RESET -> new ErrorAnswer(502, "connection_terminated", SOCKS_FAILURE);
            case DESTINATION_UNREACHABLE ->
                new ErrorAnswer(502, "destination_ip_unroutable", SOCKS_NETWORK_UNREACHABLE);
            case TLS_ERROR -> new ErrorAnswer(502, "tls_protocol_error", SOCKS_FAILURE);
            case RESPONSE_TIMEOUT -> new ErrorAnswer(504, "http_response_timeout", SOCKS_FAILURE);
            case RESPONSE_INCOMPLETE -> new ErrorAnswer(502, "http_response_incomplete", SOCKS_FAILURE);
            case RESPONSE_INVALID -> new ErrorAnswer(502, "http_protocol_error", SOCKS_FAILURE);
            case IDLE_TIMEOUT -> new ErrorAnswer(504, "connection_read_timeout", SOCKS_FAILURE);
            case BLOCKED -> new ErrorAnswer(502, "blocked", SOCKS_FAILURE);
            case EDGE_DRAINING -> new ErrorAnswer(503, "edge_draining", SOCKS_FAILURE);
            case EDGE_ERROR -> new ErrorAnswer(500, "proxy_internal_error", SOCKS_FAILURE);
            case UNKNOWN -> new ErrorAnswer(502, "unknown", SOCKS_FAILURE);
        };
    }
}
