package io.fairlead.dashboards.schema;

import org.jspecify.annotations.Nullable;

/** The schema can't be brought up to date. Its message is a sentence for the operator. */
public final class MigrationException extends Exception {

    private static final long serialVersionUID = 1L;

    MigrationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
