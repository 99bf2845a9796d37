package io.fairlead.dashboards.access;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Who is logged in, by the digest of what his cookie says. In memory alone: a console that is started anew asks everybody again. Any thread. */
final class Sessions {

    private static final int ID_BYTES = 32;

    /** For how long one that has ended can still be told why. */
    private static final Duration REMEMBERED = Duration.ofHours(24);

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> byDigest = new LinkedHashMap<>();
    private final int most;

    /**
     * @param token as it was at the log-in
     * @param csrf what changes must carry
     */
    record Session(AccessToken token, String csrf, Instant endsAt) {}

    /**
     * One that was just opened.
     *
     * @param cookie what the cookie says
     */
    record Opened(String cookie, Session session) {}

    Sessions(int most) {
        this.most = most;
    }

    /** Where there is no place, the oldest ends. */
    synchronized Opened open(AccessToken token, Instant endsAt, Instant now) {
        byDigest.values().removeIf(session -> session.endsAt.plus(REMEMBERED).isBefore(now));
        if (byDigest.size() >= most) {
            byDigest.remove(byDigest.keySet().iterator().next());
        }
        String id = chance();
        Session session = new Session(token, chance(), endsAt);
        byDigest.put(AccessToken.digest(id), session);
        return new Opened(id, session);
    }

    synchronized Optional<Session> find(String id) {
        return Optional.ofNullable(byDigest.get(AccessToken.digest(id)));
    }

    synchronized void end(String id) {
        byDigest.remove(AccessToken.digest(id));
    }

    /** That have not ended. */
    synchronized long count(Instant now) {
        return byDigest.values().stream()
                .filter(session -> now.isBefore(session.endsAt))
                .count();
    }

    private String chance() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
