package io.fairlead.proxy.exit;

import io.fairlead.proxy.destination.DestinationRules;

/**
 * How one tunnel is opened.
 *
 * @param connectTimeoutMs from the call until the exit has connected, DNS included, ms; over it the future fails with
 *     {@code CONNECTION_TIMEOUT}
 * @param requestId names the request in the logs of both sides; at most 64 printable ASCII characters
 * @param destinations which resolved addresses may be dialled, where this edge resolves the name; an agent judges by its own rules
 */
public record TunnelOptions(int connectTimeoutMs, String requestId, DestinationRules destinations) {

    private static final int LONGEST_ID = 64;

    public TunnelOptions {
        if (connectTimeoutMs < 1) {
            throw new IllegalArgumentException("connect timeout of " + connectTimeoutMs + " ms; it must be positive");
        }
        if (requestId.length() > LONGEST_ID || requestId.chars().anyMatch(c -> c < 0x21 || c > 0x7e)) {
            throw new IllegalArgumentException("request id must be at most " + LONGEST_ID
                    + " printable ASCII characters without blanks, but has " + requestId.length()
                    + " characters or others among them");
        }
    }
}
