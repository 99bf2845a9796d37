package io.fairlead.proxy.status;

import io.fairlead.schemas.telemetry.Outcome;

/**
 * How an outcome is told to a user: the HTTP status, and the error type of {@code Proxy-Status}. Types are those of RFC 9209
 * §2.3 where one says the same, else our own; no two outcomes share one, so that a log of answers reads like the telemetry.
 *
 * @param status HTTP status of the answer
 * @param error error type, a structured-field token
 */
public record ErrorAnswer(int status, String error) {

    /** The answer for an outcome. {@code OK} has none: asking for it is a bug. */
    public static ErrorAnswer of(Outcome outcome) {
        return switch (outcome) {
            case OK -> throw new IllegalArgumentException("outcome OK has no error answer");
            case CLIENT_ABORTED -> new ErrorAnswer(499, "client_aborted");
            case BAD_REQUEST -> new ErrorAnswer(400, "http_request_error");
            case AUTHENTICATION_REQUIRED -> new ErrorAnswer(407, "authentication_required");
            case POOL_UNKNOWN -> new ErrorAnswer(400, "pool_unknown");
            case POOL_FORBIDDEN -> new ErrorAnswer(403, "http_request_denied");
            case DESTINATION_FORBIDDEN -> new ErrorAnswer(403, "destination_ip_prohibited");
            case LIMIT_EXCEEDED -> new ErrorAnswer(429, "limit_exceeded");
            case NO_EXIT_AVAILABLE -> new ErrorAnswer(503, "destination_unavailable");
            case EXIT_BUSY -> new ErrorAnswer(503, "connection_limit_reached");
            case EXIT_LINK_LOST -> new ErrorAnswer(502, "exit_link_lost");
            case EXIT_STREAM_REFUSED -> new ErrorAnswer(503, "exit_stream_refused");
            case EXIT_ERROR -> new ErrorAnswer(502, "exit_error");
            case DNS_ERROR -> new ErrorAnswer(502, "dns_error");
            case DNS_TIMEOUT -> new ErrorAnswer(504, "dns_timeout");
            case CONNECTION_REFUSED -> new ErrorAnswer(502, "connection_refused");
            case CONNECTION_TIMEOUT -> new ErrorAnswer(504, "connection_timeout");
            case CONNECTION_RESET -> new ErrorAnswer(502, "connection_terminated");
            case DESTINATION_UNREACHABLE -> new ErrorAnswer(502, "destination_ip_unroutable");
            case TLS_ERROR -> new ErrorAnswer(502, "tls_protocol_error");
            case RESPONSE_TIMEOUT -> new ErrorAnswer(504, "http_response_timeout");
            case RESPONSE_INCOMPLETE -> new ErrorAnswer(502, "http_response_incomplete");
            case RESPONSE_INVALID -> new ErrorAnswer(502, "http_protocol_error");
            case IDLE_TIMEOUT -> new ErrorAnswer(504, "connection_read_timeout");
            case BLOCKED -> new ErrorAnswer(502, "blocked");
            case EDGE_DRAINING -> new ErrorAnswer(503, "edge_draining");
            case EDGE_ERROR -> new ErrorAnswer(500, "proxy_internal_error");
            case UNKNOWN -> new ErrorAnswer(502, "unknown");
        };
    }
}
