package io.fairlead.model.policy;

import java.util.List;

/**
 * How gently an exit treats a target host. Edges hold to it, each for what goes through it; where none is set, nothing is held back.
 *
 * @param scope what it counts for
 * @param effectiveAtMs counts for events observed from this time on, ms since the Unix epoch
 * @param requestsPerMinute requests through one exit to one host, a minute's worth at once (0–60 000; 0: no limit)
 * @param restAfterBlockMs how long an exit serves a host no more that has blocked it, ms (0 – a day; 0: not at all)
 * @param restStatuses HTTP statuses of an answer that say so (400–599, at most 16)
 */
public record PolitenessPolicy(
        Scope scope, long effectiveAtMs, int requestsPerMinute, long restAfterBlockMs, List<Integer> restStatuses)
        implements Policy {

    private static final int MAX_STATUSES = 16;
    private static final PolitenessPolicy DEFAULTS = new PolitenessPolicy(Scope.GLOBAL, 0, 0, 0, List.of(403, 429));

    public PolitenessPolicy {
        restStatuses = List.copyOf(restStatuses);
    }

    /** The policy that counts where none is set: nothing is held back. */
    public static PolitenessPolicy defaults() {
        return DEFAULTS;
    }

    /** Whether it holds anything back. */
    public boolean holdsBack() {
        return requestsPerMinute > 0 || restAfterBlockMs > 0;
    }

    public PolitenessPolicy withScope(Scope other) {
        return new PolitenessPolicy(other, effectiveAtMs, requestsPerMinute, restAfterBlockMs, restStatuses);
    }

    public PolitenessPolicy withRequestsPerMinute(int requests) {
        return new PolitenessPolicy(scope, effectiveAtMs, requests, restAfterBlockMs, restStatuses);
    }

    public PolitenessPolicy withRestAfterBlockMs(long ms) {
        return new PolitenessPolicy(scope, effectiveAtMs, requestsPerMinute, ms, restStatuses);
    }

    @Override
    public List<Violation> validate() {
        Checks checks = new Checks()
                .within("effectiveAtMs", effectiveAtMs, 0L, Long.MAX_VALUE)
                .that(scope.ofExits(), "scope", scope, "one of exits", "rooms have policies of the kind relay alone")
                .within("requestsPerMinute", requestsPerMinute, 0, 60_000)
                .within("restAfterBlockMs", restAfterBlockMs, 0L, 86_400_000L)
                .that(
                        restStatuses.size() <= MAX_STATUSES,
                        "restStatuses",
                        restStatuses.size() + " statuses",
                        "at most " + MAX_STATUSES,
                        "name fewer");
        for (int status : restStatuses) {
            checks.within("restStatuses", (long) status, 400L, 599L);
        }
        return checks.that(
                        restAfterBlockMs > 0 || restStatuses.equals(List.of(403, 429)),
                        "restStatuses",
                        restStatuses,
                        "left as they are while restAfterBlockMs is 0",
                        "say how long an exit rests after them")
                .done();
    }
}
