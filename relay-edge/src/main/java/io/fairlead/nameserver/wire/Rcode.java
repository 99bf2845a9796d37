package io.fairlead.nameserver.wire;

/** Response codes that this server gives (RFC 1035, 6891, 7873). */
public enum Rcode {
    NOERROR(0),
    FORMERR(1),
    SERVFAIL(2),
    NXDOMAIN(3),
    NOTIMP(4),
    REFUSED(5),
    BADVERS(16);

    private final int code;

    Rcode(int code) {
        this.code = code;
    }

    /** The whole code; its upper 8 bits stand in the OPT record. */
    public int code() {
        return code;
    }
}
