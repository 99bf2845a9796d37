package io.fairlead.dashboards.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is who: by a token at the log-in or with each question, by a session afterwards. A token that ends or is taken away ends its sessions with it. Any thread.
 */
public final class Access {

    /** What is told to whom no token was given. */
    private static final String ASK = "whoever runs this console makes one with: fairlead console token add ";

    private final AccessSettings settings;
    private final @Nullable TokenFile file;
    private final Sessions sessions;
    private final FailedLogins failures;
    private final InstantSource clock;

    /** What came of it. */
    public sealed interface Outcome {}

    /**
     * Somebody known.
     *
     * @param csrf what his changes must carry; empty: nothing, as no browser adds his token by itself
     */
    public record Known(String name, Role role, String csrf, Instant endsAt) implements Outcome {

        public boolean csrfIs(String told) {
            return csrf.isEmpty()
                    || MessageDigest.isEqual(
                            csrf.getBytes(StandardCharsets.UTF_8), told.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * A log-in.
     *
     * @param cookie what the session's cookie says
     */
    public record LoggedIn(Known who, String cookie, Duration time) implements Outcome {}

    /**
     * Nobody known.
     *
     * @param sentence what to do
     */
    public record Unknown(String sentence) implements Outcome {}

    /**
     * Wrong too often.
     *
     * @param waitMs until the next try
     */
    public record TooOften(long waitMs, String sentence) implements Outcome {}

    /** @throws IOException when the file of tokens can't be read */
    public Access(AccessSettings settings, InstantSource clock) throws IOException {
        this.settings = settings;
        this.file = settings.tokens() == null ? null : new TokenFile(settings.tokens());
        this.sessions = new Sessions(settings.sessionsMax());
        this.failures = new FailedLogins(settings.failuresMax(), AccessSettings.FAILURES_SPAN, clock);
        this.clock = clock;
    }

    /** Nobody is asked who he is. */
    public boolean isOpen() {
        return file == null;
    }

    /** People who are logged in now. */
    public long sessionCount() {
        return sessions.count(clock.instant());
    }

    /** @param source where it comes from; wrong ones are counted by it */
    public Outcome logIn(String secret, String source) {
        Outcome said = byToken(secret, source);
        Optional<AccessToken> token = said instanceof Known ? find(secret) : Optional.empty();
        if (token.isEmpty()) {
            return said instanceof Known known ? takenAway(known.name) : said;
        }
        Instant now = clock.instant();
        Instant endsAt = min(token.get().endsAt(), now.plus(settings.sessionTime()));
        Sessions.Opened opened = sessions.open(token.get(), endsAt, now);
        return new LoggedIn(known(token.get(), opened.session()), opened.cookie(), Duration.between(now, endsAt));
    }

    public void logOut(String cookie) {
        sessions.end(cookie);
    }

    /** For scripts, which send their token with each question. */
    public Outcome byToken(String secret, String source) {
        long waitMs = failures.waitMs(source);
        if (waitMs > 0) {
            return new TooOften(
                    waitMs,
                    "Too many wrong tokens came from " + source + ". Try again in " + (waitMs + 999) / 1_000 + " s.");
        }
        Optional<AccessToken> found = find(secret);
        if (found.isEmpty()) {
            failures.failed(source);
            return new Unknown("That is no token of this console; " + ASK + "NAME.");
        }
        AccessToken token = found.get();
        return token.hasEnded(clock.instant())
                ? ended(token)
                : new Known(token.name(), token.role(), "", token.endsAt());
    }

    public Outcome bySession(@Nullable String cookie) {
        if (cookie == null) {
            return new Unknown("Log in first, with a token; " + ASK + "NAME.");
        }
        Optional<Sessions.Session> found = sessions.find(cookie);
        if (found.isEmpty()) {
            return new Unknown(
                    "This session is not known here: it was logged out, or the console was started anew. Log in again.");
        }
        Sessions.Session session = found.get();
        Instant now = clock.instant();
        Optional<AccessToken> token = current(session.token());
        if (token.isEmpty()) {
            return takenAway(session.token().name());
        }
        if (token.get().hasEnded(now)) {
            return ended(token.get());
        }
        if (!now.isBefore(session.endsAt())) {
            return new Unknown("This session has ended after " + hours(settings.sessionTime()) + ". Log in again.");
        }
        return known(token.get(), session);
    }

    private static Known known(AccessToken token, Sessions.Session session) {
        return new Known(token.name(), token.role(), session.csrf(), session.endsAt());
    }

    private static Unknown takenAway(String name) {
        return new Unknown("The token '" + name + "' was taken away; for another, ask: " + ASK + name + ".");
    }

    private static Unknown ended(AccessToken token) {
        return new Unknown("The token '" + token.name() + "' ended at "
                + token.endsAt().truncatedTo(ChronoUnit.SECONDS) + "; for another, ask: " + ASK + token.name()
                + " --role " + token.role() + ".");
    }

    /** As the file has it now: a role may have changed since the log-in. */
    private Optional<AccessToken> current(AccessToken then) {
        TokenFile tokens = file;
        return tokens == null
                ? Optional.empty()
                : tokens.tokens().stream()
                        .filter(token -> token.digest().equals(then.digest()))
                        .findFirst();
    }

    private Optional<AccessToken> find(String secret) {
        TokenFile tokens = file;
        return tokens == null ? Optional.empty() : tokens.find(secret);
    }

    private static String hours(Duration time) {
        return time.toMinutes() < 120 ? time.toMinutes() + " min" : time.toHours() + " h";
    }

    private static Instant min(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
