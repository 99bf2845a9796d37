package io.fairlead.dashboards.access;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in.
 *
 * @param tokens file of tokens; null: there are none, everybody who reaches the console may look, and nobody change anything
 * @param sessionTime after which one logs in again; a token's own end comes first
 * @param sessionsMax people who are logged in at once
 * @param failuresMax wrong tokens of one source within {@link #FAILURES_SPAN}
 */
public record AccessSettings(@Nullable Path tokens, Duration sessionTime, int sessionsMax, int failuresMax) {

    public static final int SESSION_HOURS = 12;
    public static final int SESSIONS = 1_000;
    public static final int FAILURES = 10;

    /** In which wrong tokens are counted, and after which a source may try again. */
    public static final Duration FAILURES_SPAN = Duration.ofMinutes(1);

    /** Nobody is asked who he is. */
    public static AccessSettings open() {
        return new AccessSettings(null, Duration.ofHours(SESSION_HOURS), SESSIONS, FAILURES);
    }

    public static AccessSettings byTokens(Path file) {
        return new AccessSettings(file, Duration.ofHours(SESSION_HOURS), SESSIONS, FAILURES);
    }

    public AccessSettings {
        if (sessionTime.toMinutes() < 1 || sessionTime.toDays() > 30) {
            throw new IllegalArgumentException(
                    "A session of " + sessionTime + " is no session; give from 1 minute to 30 days.");
        }
        if (sessionsMax < 1 || sessionsMax > 100_000) {
            throw new IllegalArgumentException(
                    "The console's limit of sessions is " + sessionsMax + "; give one from 1 to 100000.");
        }
        if (failuresMax < 1 || failuresMax > 10_000) {
            throw new IllegalArgumentException(
                    "The console's limit of wrong tokens a minute is " + failuresMax + "; give one from 1 to 10000.");
        }
    }
}
