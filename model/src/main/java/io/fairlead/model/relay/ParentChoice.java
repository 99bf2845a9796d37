package io.fairlead.model.relay;

import io.fairlead.model.policy.RelayPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which relay servers a relay client takes rooms from: the first, one that stands by warm, and one that is linked so that it is measured.
 *
 * <p>The first stays until it is gone; or another that was measured is worth more by the policy's points, the first has been so for the policy's time, and it
 * is allowed to move (the bound of how many relay clients move at once is the caller's). The one that stands by changes by the same points. The third goes
 * through all others in turn, one every {@value #TRIAL_MS} ms.
 */
public final class ParentChoice {

    /** A relay server in third place stays there so long. */
    static final long TRIAL_MS = 60_000;

    /** A relay server that can be taken. */
    public record Candidate(String server, LegQuality worth) {}

    /**
     * Who was chosen.
     *
     * @param servers the first, the one that stands by, the one that is measured; as many as there are
     * @param firstSinceMs since when the first is so
     * @param reason why it is
     */
    public record Ranking(List<String> servers, long firstSinceMs, String reason) {

        public Ranking {
            servers = List.copyOf(servers);
        }

        /** The first; empty: there is none. */
        public String first() {
            return servers.isEmpty() ? "" : servers.get(0);
        }
    }

    private ParentChoice() {}

    /**
     * Chooses.
     *
     * @param present null: nothing was chosen yet
     * @param candidates that are there now
     * @param mayMove whether the first may change though it need not
     */
    public static Ranking choose(
            @Nullable Ranking present, List<Candidate> candidates, RelayPolicy policy, long nowMs, boolean mayMove) {
        List<Candidate> best = new ArrayList<>(candidates);
        best.sort(Comparator.comparingDouble((Candidate each) -> -each.worth().quality())
                .thenComparing(Candidate::server));
        if (best.isEmpty()) {
            return new Ranking(List.of(), nowMs, "no relay server is there");
        }
        Ranking first = first(present, best, policy, nowMs, mayMove);
        List<String> servers = new ArrayList<>();
        servers.add(first.first());
        best.removeIf(each -> each.server().equals(first.first()));
        if (!best.isEmpty()) {
            Candidate standby = standby(present, best, policy);
            servers.add(standby.server());
            best.remove(standby);
        }
        if (!best.isEmpty()) {
            best.sort(Comparator.comparing(Candidate::server));
            servers.add(best.get((int) (nowMs / TRIAL_MS % best.size())).server());
        }
        return new Ranking(servers, first.firstSinceMs(), first.reason());
    }

    private static Ranking first(
            @Nullable Ranking present, List<Candidate> best, RelayPolicy policy, long nowMs, boolean mayMove) {
        Candidate top = best.get(0);
        if (present == null || present.first().isEmpty()) {
            return only(top, nowMs, "the best of " + best.size());
        }
        Optional<Candidate> now = find(present.first(), best);
        if (now.isEmpty()) {
            // The one that stands by has links and is warm; a better one can follow when that is known.
            Candidate next = present.servers().size() > 1
                    ? find(present.servers().get(1), best).orElse(top)
                    : top;
            return only(next, nowMs, present.first() + " is gone");
        }
        double more = top.worth().quality() - now.get().worth().quality();
        boolean held = nowMs - present.firstSinceMs() < policy.holdMs();
        if (top.worth().lowConfidence() || more < policy.hysteresisPoints() || more <= 0 || held || !mayMove) {
            return new Ranking(List.of(present.first()), present.firstSinceMs(), present.reason());
        }
        return only(
                top,
                nowMs,
                String.format(
                        Locale.ROOT,
                        "worth %.0f, %s is worth %.0f",
                        top.worth().quality(),
                        present.first(),
                        now.get().worth().quality()));
    }

    private static Candidate standby(@Nullable Ranking present, List<Candidate> best, RelayPolicy policy) {
        Candidate top = best.get(0);
        if (present == null) {
            return top;
        }
        // Who was first and gave way stands by before the rest: it is warm.
        return present.servers().stream()
                .limit(2)
                .flatMap(server -> find(server, best).stream())
                .max(Comparator.comparingDouble(each -> each.worth().quality()))
                .filter(each -> top.worth().quality() - each.worth().quality() < policy.hysteresisPoints())
                .orElse(top);
    }

    private static Optional<Candidate> find(String server, List<Candidate> among) {
        return among.stream().filter(each -> each.server().equals(server)).findFirst();
    }

    private static Ranking only(Candidate first, long nowMs, String reason) {
        return new Ranking(List.of(first.server()), nowMs, reason);
    }
}
