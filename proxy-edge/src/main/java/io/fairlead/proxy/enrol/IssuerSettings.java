package io.fairlead.proxy.enrol;

import java.time.Duration;

/**
 * Settings of the issuer.
 *
 * @param validity of an agent's certificate
 * @param renewShare after which share of that an agent asks for the next one: what is left is how long the issuer may be away
 * @param maxConnections at once; over it new ones are closed
 * @param idleMs a connection that says nothing for so long is closed, ms
 * @param maxRequestBytes of a body
 */
public record IssuerSettings(
        Duration validity, double renewShare, int maxConnections, int idleMs, int maxRequestBytes) {

    /** 48 h, renewed after 16: exits outlive 32 h without the issuer. */
    public static final IssuerSettings DEFAULTS =
            new IssuerSettings(Duration.ofDays(2), 1.0 / 3, 512, 10_000, 16 << 10);

    public IssuerSettings {
        if (validity.toMinutes() < 1) {
            throw new IllegalArgumentException(
                    "a certificate valid for " + validity + " ends before it is used; give at least a minute");
        }
        if (!(renewShare > 0 && renewShare < 1)) {
            throw new IllegalArgumentException(
                    "renewal after " + renewShare + " of a certificate's life; it must be between 0 and 1");
        }
        if (maxConnections < 1 || idleMs < 100 || maxRequestBytes < 1_024) {
            throw new IllegalArgumentException("connections " + maxConnections + ", idle " + idleMs + " ms, request "
                    + maxRequestBytes + " bytes: they must be at least 1, 100 and 1024");
        }
    }

    public IssuerSettings withValidity(Duration other) {
        return new IssuerSettings(other, renewShare, maxConnections, idleMs, maxRequestBytes);
    }

    /** How old a certificate is when the next one is asked for. */
    Duration renewAfter() {
        return Duration.ofMillis((long) (validity.toMillis() * renewShare));
    }
}
