package io.fairlead.model.popularity;

import java.util.Map;

/**
 * The name servers on offer to resolvers, and since when.
 *
 * @param sinceMs when each came, by its id, ms since the Unix epoch
 * @param out how many of them do not answer now
 * @param leftAtMs when one was last taken out of the set; 0: never
 */
public record NameServerSet(Map<String, Long> sinceMs, int out, long leftAtMs) {

    public NameServerSet {
        sinceMs = Map.copyOf(sinceMs);
        if (sinceMs.size() > NameServerCounts.MAX_NAME_SERVERS) {
            throw new IllegalArgumentException("a service has at most " + NameServerCounts.MAX_NAME_SERVERS
                    + " name servers, but this one has " + sinceMs.size() + "; offer fewer");
        }
    }

    /** Whether shares say who is on offer rather than who is near: one is out, has just come or has just gone. */
    public boolean unsettled(long nowMs, long warmUpMs) {
        return out > 0
                || (leftAtMs > 0 && nowMs - leftAtMs < warmUpMs)
                || sinceMs.values().stream().anyMatch(since -> nowMs - since < warmUpMs);
    }
}
