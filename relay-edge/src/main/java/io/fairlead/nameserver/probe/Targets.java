package io.fairlead.nameserver.probe;

import io.fairlead.model.map.AddressPrefix;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whom to ask next: those first whose way to this group nobody knows, then who was asked longest ago. Those whose way is known already wait a random part of
 * the time between two questions, so that not all come at once. Thread-safe; bounded by {@link ProbeSettings#maxTargets}.
 */
final class Targets {

    private final ProbeSettings settings;
    private final RandomGenerator random;
    private final Map<InetAddress, Target> known = new HashMap<>();
    private final PriorityQueue<Target> waiting =
            new PriorityQueue<>(Comparator.comparingLong((Target each) -> each.dueMs));
    private long notKept;
    private long leftOut;

    /** One resolver. */
    private static final class Target {
        final InetAddress address;
        long dueMs;
        long askedMs;

        Target(InetAddress address, long dueMs) {
            this.address = address;
            this.dueMs = dueMs;
        }
    }

    Targets(ProbeSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    /**
     * There is such a resolver.
     *
     * @param text its address
     * @param measured its way to this group is known already
     */
    synchronized void wanted(String text, boolean measured, long nowMs) {
        InetAddress address = of(text);
        Target before = known.get(address);
        if (before != null) {
            if (!measured && before.askedMs == 0 && before.dueMs > nowMs) {
                waiting.remove(before);
                before.dueMs = nowMs;
                waiting.add(before);
            }
            return;
        }
        if (!settings.allows(AddressPrefix.parse(text))) {
            leftOut++;
        } else if (known.size() >= settings.maxTargets()) {
            notKept++;
        } else {
            long dueMs = measured ? nowMs + random.nextInt(settings.againMs()) : nowMs;
            Target target = new Target(address, dueMs);
            known.put(address, target);
            waiting.add(target);
        }
    }

    private static InetAddress of(String text) {
        try {
            return InetAddress.getByAddress(AddressPrefix.address(text));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("'" + text + "' is no address", e);
        }
    }

    /** It asks no more. */
    synchronized void gone(String text) {
        Target target = known.remove(of(text));
        if (target != null) {
            waiting.remove(target);
        }
    }

    /** Who is to be asked now; null: nobody. It is not given again before {@link #asked}. */
    synchronized @Nullable InetAddress next(long nowMs) {
        Target first = waiting.peek();
        if (first == null || first.dueMs > nowMs) {
            return null;
        }
        waiting.poll();
        return first.address;
    }

    /** It was asked, and has answered or not. */
    synchronized void asked(InetAddress address, boolean answered, long nowMs) {
        Target target = known.get(address);
        if (target == null) {
            return; // gone meanwhile
        }
        waiting.remove(target);
        target.askedMs = nowMs;
        target.dueMs = nowMs + (answered ? settings.againMs() : settings.unansweredAgainMs());
        waiting.add(target);
    }

    synchronized int size() {
        return known.size();
    }

    synchronized long notKept() {
        return notKept;
    }

    synchronized long leftOut() {
        return leftOut;
    }
}
