package io.fairlead.dashboards.console;

/** What an operator can change by the console. Whoever starts it carries it out: the console itself writes nowhere. Any thread. */
public interface PolicyChanges {

    /**
     * Says again what an earlier revision of a policy said.
     *
     * @param key {@code KIND/SCOPE}
     * @param toRevision 0: the built-in default
     * @param expectedRevision what the operator saw; refused when it is another by now
     * @param author name of his token
     * @return what was done, in a sentence
     * @throws RefusedException saying why nothing was written
     */
    String rollback(String key, long toRevision, long expectedRevision, String author, String reason)
            throws RefusedException;

    /**
     * Sets fields of a policy; what is not named stays as it is.
     *
     * @param key {@code KIND/SCOPE}
     * @param fields a JSON object of values by field
     * @param expectedRevision what the operator saw, 0: it was not set; refused when it is another by now
     * @param author name of his token
     * @return what was done, in a sentence
     * @throws RefusedException saying why nothing was written
     */
    String set(String key, String fields, long expectedRevision, String author, String reason) throws RefusedException;

    /** A change that was not made. */
    final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        public RefusedException(String sentence, Throwable cause) {
            super(sentence, cause);
        }
    }
}
