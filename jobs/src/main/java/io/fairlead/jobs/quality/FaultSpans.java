package io.fairlead.jobs.quality;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When targets or edges were at fault: one span each, the newest. A fault that goes on is one: it reaches from its first to its last report.
 * Plain mutable state for one owner; over its bound the fault longest over goes.
 *
 * @param <K> what is at fault
 */
final class FaultSpans<K> {

    /** From when to when, both included, ms since the Unix epoch. */
    record Span(long fromMs, long untilMs) {}

    private final int max;
    private final Map<K, Span> spans = new HashMap<>();

    FaultSpans(int max) {
        this.max = max;
    }

    void add(K key, long fromMs, long untilMs) {
        Span before = spans.get(key);
        boolean goesOn = before != null && fromMs <= before.untilMs && before.fromMs <= untilMs;
        spans.put(
                key,
                before != null && goesOn
                        ? new Span(Math.min(before.fromMs, fromMs), Math.max(before.untilMs, untilMs))
                        : new Span(fromMs, untilMs));
        if (spans.size() > max) {
            spans.entrySet().stream()
                    .min(Comparator.comparingLong(each -> each.getValue().untilMs))
                    .ifPresent(oldest -> spans.remove(oldest.getKey()));
        }
    }

    /** Whether it was at fault at some time within a span. */
    boolean touches(@Nullable K key, long fromMs, long untilMs) {
        Span span = spans.get(key);
        return span != null && span.fromMs <= untilMs && fromMs <= span.untilMs;
    }

    Map<K, Span> all() {
        return spans;
    }
}
