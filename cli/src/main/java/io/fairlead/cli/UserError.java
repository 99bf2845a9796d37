package io.fairlead.cli;

/** Something the user can mend. The message is a sentence that says what was wrong and what to do; no stack trace. */
public final class UserError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
