package io.fairlead.cli.flink;

import java.io.IOException;

/** The cluster refused what it was asked, or could not do it; the message holds its own words. */
public final class FlinkRestException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    FlinkRestException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** HTTP status; 503 while a cluster starts, 404 for a job or jar that it does not know; 200 if an operation failed later. */
    public int status() {
        return status;
    }
}
