package io.fairlead.dashboards.console;

import io.fairlead.dashboards.console.Overview.Finding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When each finding was first seen: says since when at least something is wrong where nothing else knows. A finding that is gone for less than
 * {@value #GONE_MS} ms and comes back is the same. Thread-safe.
 */
final class Sightings {

    static final long GONE_MS = 60_000;

    private final Map<String, Seen> byIdentity = new HashMap<>();

    private record Seen(long firstMs, long lastMs) {}

    /** The same findings, each with a time. */
    synchronized List<Finding> dated(List<Finding> findings, long nowMs) {
        byIdentity.values().removeIf(seen -> nowMs - seen.lastMs() > GONE_MS);
        List<Finding> dated = new ArrayList<>(findings.size());
        for (Finding finding : findings) {
            @Nullable Seen before = byIdentity.get(finding.identity());
            Seen seen = new Seen(before == null ? nowMs : before.firstMs(), nowMs);
            byIdentity.put(finding.identity(), seen);
            dated.add(finding.sinceMs() == null ? finding.sinceAtLeast(seen.firstMs()) : finding);
        }
        return dated;
    }
}
