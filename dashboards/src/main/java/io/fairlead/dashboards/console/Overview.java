package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.dashboards.query.TroubleHistory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether anything is wrong, since when, what was decided, and why.
 *
 * @param areas one for each part of the system, in the order of the page
 * @param findings what is wrong or worth a look; the worst first, of these the oldest
 * @param findingsLeft how many more there are than are told
 * @param tenants who asked for what in the last quarter of an hour, those that were hit most first; null: history did not answer
 * @param decisions what was decided lately, of all kinds, newest first
 * @param changes of policies in the last day, and what canaries did by themselves, newest first
 * @param canaries policies on trial, and those whose trial ended within a day
 * @param historyProblem why there is no history; null: there is
 */
record Overview(
        long atMs,
        List<Area> areas,
        List<Finding> findings,
        int findingsLeft,
        @Nullable List<TroubleHistory.Share> tenants,
        List<Decision> decisions,
        List<PolicyChange> changes,
        List<Canary> canaries,
        @Nullable String historyProblem) {

    /** How a part is. The order is that of what to look at first. */
    enum State {
        BAD,
        WATCH,
        GOOD,
        /** Nothing is told of it: it is not there, or nobody hears of it. */
        UNKNOWN
    }

    /** What a number counts. */
    enum Unit {
        COUNT,
        SHARE,
        MS,
        BITS_PER_SECOND
    }

    /**
     * A part of the system.
     *
     * @param id {@code requests}, {@code exits}, {@code pools}, {@code relays}, {@code map}, {@code jobs}, {@code edges}, {@code loop}, {@code sources}
     * @param says in a sentence
     * @param href where there is more of it
     */
    record Area(String id, String title, State state, String says, List<Figure> figures, String href) {}

    /**
     * One number of a part.
     *
     * @param of what it is part of; null: of nothing
     * @param bad it misses its objective
     */
    record Figure(String label, double value, @Nullable Double of, Unit unit, boolean bad) {}

    /**
     * Something that is wrong, or worth a look.
     *
     * @param sinceMs since when, ms since the Unix epoch
     * @param sinceAtLeast that is when the console first saw it, which may be later than its begin
     * @param decided what was decided of it; empty: nothing is to be decided
     * @param why the reason of that decision; empty: none was told
     * @param policyVersion of that decision, else that its job decides by now; null: nothing is decided of it; −1: defaults
     * @param href where the decision, its evidence and who was hit are
     */
    record Finding(
            String area,
            State state,
            String what,
            @Nullable Long sinceMs,
            boolean sinceAtLeast,
            String decided,
            String why,
            @Nullable Long policyVersion,
            String href) {

        /** @param sinceMs null: not known yet, see {@link Sightings} */
        Finding(
                String area,
                State state,
                String what,
                @Nullable Long sinceMs,
                String decided,
                String why,
                @Nullable Long policyVersion,
                String href) {
            this(area, state, what, sinceMs, false, decided, why, policyVersion, href);
        }

        /** The same of one that is told again later, whatever its figures are then. */
        String identity() {
            return area + ' ' + href + ' ' + what.replaceAll("\\d+", "");
        }

        Finding sinceAtLeast(long firstSeenMs) {
            return new Finding(area, state, what, firstSeenMs, true, decided, why, policyVersion, href);
        }
    }

    /** One decision of late. */
    record Decision(long atMs, String kind, String subject, String what, String why, long policyVersion, String href) {}

    /**
     * A policy on trial.
     *
     * @param successChange against the control group, in points, between −1 and 1
     */
    record Canary(
            String policyKey,
            String stage,
            long sinceMs,
            String reason,
            String author,
            double share,
            double successChange,
            double latencyRatio,
            long policyVersion) {}
}
