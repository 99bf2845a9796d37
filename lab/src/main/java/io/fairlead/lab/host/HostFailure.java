package io.fairlead.lab.host;

import java.io.IOException;

/** A host could not be started, or what it needs could not be had; the message says why and what to do. */
public final class HostFailure extends IOException {
    private static final long serialVersionUID = 1L;

    public HostFailure(String message) {
        super(message);
    }

    public HostFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
