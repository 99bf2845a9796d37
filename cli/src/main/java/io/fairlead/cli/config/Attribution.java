package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import org.jspecify.annotations.Nullable;

/**
 * Who changes what operators say, and why.
 *
 * @param expectedRevision what the writer believes to change; null: whatever is there
 */
public record Attribution(
        String author, String reason, @Nullable Long expectedRevision) {

    private static final int CHARS_MAX = 500;

    /** @throws UserError if there is no author or no reason */
    public Attribution {
        author = told("--author", "who", author);
        reason = told("--reason", "why", reason);
    }

    public static Attribution of(String author, String reason) {
        return new Attribution(author, reason, null);
    }

    private static String told(String option, String asked, String text) {
        String told = text.strip();
        if (told.isEmpty()) {
            throw new UserError("Say " + asked + ": " + option + " TEXT. Everybody who looks at the history will ask.");
        }
        if (told.length() > CHARS_MAX) {
            throw new UserError(
                    option + " has " + told.length() + " characters; " + CHARS_MAX + " are the most. Say it shorter.");
        }
        return told;
    }
}
