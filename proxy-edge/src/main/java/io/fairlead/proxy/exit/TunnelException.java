package io.fairlead.proxy.exit;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;

/** Why a tunnel could not be opened, in the words of telemetry. Carries no stack trace: it is an answer, not a bug. */
public final class TunnelException extends Exception {

    private final Outcome outcome;
    private final FaultLayer layer;

    public TunnelException(Outcome outcome, FaultLayer layer, String detail) {
        super(detail, null, false, false);
        this.outcome = outcome;
        this.layer = layer;
    }

    public Outcome outcome() {
        return outcome;
    }

    public FaultLayer layer() {
        return layer;
    }

    /** One sentence: what went wrong, with which value. Safe to show to the user who asked. */
    public String detail() {
        String message = getMessage();
        return message == null ? outcome.name() : message;
    }
}
