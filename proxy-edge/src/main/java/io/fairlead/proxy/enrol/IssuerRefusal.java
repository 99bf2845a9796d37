package io.fairlead.proxy.enrol;

/** Why the issuer gives no certificate. The name goes over the wire and into metrics. */
public enum IssuerRefusal {
    /** What came is no request of ours. */
    MALFORMED(400, false),
    /** The certificate request can't be read, proves nothing, or asks to be somebody else. */
    BAD_CERTIFICATE_REQUEST(400, false),
    /** No such token was ever made here, or it was forgotten long ago. */
    TOKEN_UNKNOWN(403, false),
    TOKEN_EXPIRED(403, false),
    /** Somebody else has used it. */
    TOKEN_USED(403, false),
    /** A renewal without a certificate of ours that is still valid. */
    NO_IDENTITY(401, false),
    /** The certificate was revoked; a new token is needed. */
    REVOKED(403, false),
    /** Too many refusals for this source. */
    TOO_MANY(429, true),
    /** The issuer's own files can't be read or written. */
    UNAVAILABLE(503, true);

    private final int status;
    private final boolean passing;

    IssuerRefusal(int status, boolean passing) {
        this.status = status;
        this.passing = passing;
    }

    int status() {
        return status;
    }

    /** The same request may be granted later. */
    public boolean passing() {
        return passing;
    }
}
