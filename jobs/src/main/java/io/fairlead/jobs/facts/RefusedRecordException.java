package io.fairlead.jobs.facts;

/** A record that can be decoded and yet is no fact. Its message is a sentence for the dead letter. */
final class RefusedRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedRecordException(String message) {
        super(message);
    }
}
