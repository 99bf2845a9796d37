package io.fairlead.model.survival;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of one exit over all its links, told in spans as {@link FleetSurvival} takes them. A session begins with the first sign of life
 * and ends with the last link, or is seen no more when nothing is heard for long.
 *
 * <p>Plain mutable state for one owner.
 */
public class SessionWatch {

    /** A session that goes on is told in spans of this length, ms. */
    public static final long SPAN_MS = 300_000;

    /** Links remembered; over it the one not heard of for longest goes. */
    public static final int MAX_LINKS = 16;

    /** When the session began, ms since the Unix epoch; 0: none runs. */
    public long upSinceMs;

    /** Up to where it has been told, ms since the Unix epoch. */
    public long toldMs;

    /** Newest sign of life, ms since the Unix epoch. */
    public long seenMs;

    /** Newest sign of life of each link. */
    public Map<String, Long> links = new HashMap<>(4);

    /**
     * A part of a session, as it was watched.
     *
     * @param ended it ended then, unannounced; else it went on, or was seen no more
     */
    public record Span(long upSinceMs, long fromMs, long toMs, boolean ended) {}

    /**
     * A link showed a sign of life.
     *
     * @param silenceMs an exit silent for longer is away
     * @return what is to be told by it, if anything
     */
    public @Nullable Span seen(String link, long atMs, long silenceMs) {
        forgetSilent(atMs, silenceMs);
        Span told = null;
        if (links.isEmpty()) {
            told = upSinceMs > 0 && seenMs > toldMs ? new Span(upSinceMs, toldMs, seenMs, false) : null;
            upSinceMs = atMs;
            toldMs = atMs;
        } else if (atMs - toldMs >= SPAN_MS) {
            told = new Span(upSinceMs, toldMs, atMs, false);
            toldMs = atMs;
        }
        links.merge(link, atMs, Math::max);
        seenMs = Math.max(seenMs, atMs);
        if (links.size() > MAX_LINKS) {
            links.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .ifPresent(oldest -> links.remove(oldest.getKey()));
        }
        return told;
    }

    /**
     * A link went down.
     *
     * @param unexpected nobody announced it
     */
    public @Nullable Span lost(String link, long atMs, boolean unexpected, long silenceMs) {
        boolean known = links.remove(link) != null;
        forgetSilent(atMs, silenceMs);
        if (!known || !links.isEmpty() || atMs < toldMs) {
            return null;
        }
        Span last = new Span(upSinceMs, toldMs, atMs, unexpected);
        upSinceMs = 0;
        return last;
    }

    private void forgetSilent(long nowMs, long silenceMs) {
        links.values().removeIf(seen -> nowMs - seen > silenceMs);
    }
}
