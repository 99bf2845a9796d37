package io.fairlead.proxy.enrol;

/** The issuer gave no certificate; the message is its sentence. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final IssuerRefusal reason;

    RefusedException(IssuerRefusal reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public IssuerRefusal reason() {
        return reason;
    }
}
