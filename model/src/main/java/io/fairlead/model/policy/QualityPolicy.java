package io.fairlead.model.policy;

import java.util.List;

/**
 * What the quality rate is computed with.
 *
 * @param scope what it counts for
 * @param effectiveAtMs counts for events observed from this time on, ms since the Unix epoch
 * @param referenceMode where psi and omega come from
 * @param psiMs reference of the benchmark, ms: 2 · psi or less scores the full half (1–60 000)
 * @param omegaMs reference of the ping, ms (1–60 000)
 * @param gamma weight of real traffic's success; 0 gives the classic rate (0–4)
 * @param disconnectWindowMs window of the disconnection chronology, ms (1 h – 24 h, whole half hours)
 * @param disconnectHorizonMs session horizon T of the probability of disconnection, ms (1 s – 24 h)
 * @param disconnectPriorCount disconnections of the prior (0–10)
 * @param disconnectPriorHours hours online of the prior (0–24, above 0 unless the count is 0)
 * @param successHalfLifeMs half-life of what real traffic and benchmarks told, ms (10 min – 60 min)
 * @param groupStrength pseudo-observations by which an exit is drawn to its group's mean (0.1–1000)
 * @param explorationShare share of picks that explore (0–0.1)
 * @param lowConfidenceCap most quality of an exit that was never measured in some input, points (0–100)
 * @param tellPoints change of quality worth telling, points (0–50)
 * @param tellIntervalMs shortest time between two decisions for one exit that differ by little, ms (0 – 10 min)
 * @param verdictWaitMs how long an ambiguous failure waits for its verdict, ms (0 – 5 s)
 * @param exitSilenceMs an exit silent this long is offline, ms (10 s – 1 h)
 * @param stateTtlMs state of an exit ends after this silence, ms (1 h – 30 d, not under the window)
 * @param maxLatenessMs events older than this against the newest seen go into history only, ms (1 s – 24 h)
 * @param jobSilenceMs edges use a score while the job's heartbeat is younger, ms (5 s – 10 min)
 */
public record QualityPolicy(
        Scope scope,
        long effectiveAtMs,
        ReferenceMode referenceMode,
        double psiMs,
        double omegaMs,
        double gamma,
        long disconnectWindowMs,
        long disconnectHorizonMs,
        double disconnectPriorCount,
        double disconnectPriorHours,
        long successHalfLifeMs,
        double groupStrength,
        double explorationShare,
        double lowConfidenceCap,
        double tellPoints,
        long tellIntervalMs,
        long verdictWaitMs,
        long exitSilenceMs,
        long stateTtlMs,
        long maxLatenessMs,
        long jobSilenceMs)
        implements Policy {

    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final long DAY_MS = 24 * HOUR_MS;
    private static final QualityPolicy DEFAULTS = new QualityPolicy(
            Scope.GLOBAL,
            0,
            ReferenceMode.FIXED,
            150,
            40,
            1,
            DAY_MS,
            10 * MINUTE_MS,
            0.5,
            1,
            30 * MINUTE_MS,
            10,
            0.01,
            50,
            2,
            1_000,
            5_000,
            60_000,
            2 * DAY_MS,
            10 * MINUTE_MS,
            60_000);

    /** The policy that counts where none is set. */
    public static QualityPolicy defaults() {
        return DEFAULTS;
    }

    @Override
    public List<Violation> validate() {
        return new Checks()
                .within("effectiveAtMs", effectiveAtMs, 0L, Long.MAX_VALUE)
                .that(scope.ofExits(), "scope", scope, "one of exits", "rooms have policies of the kind relay alone")
                .within("psiMs", psiMs, 1, 60_000)
                .within("omegaMs", omegaMs, 1, 60_000)
                .within("gamma", gamma, 0, 4)
                .within("disconnectWindowMs", disconnectWindowMs, HOUR_MS, DAY_MS)
                .that(
                        disconnectWindowMs % (30 * MINUTE_MS) == 0,
                        "disconnectWindowMs",
                        disconnectWindowMs,
                        "a multiple of 1800000 (half an hour)",
                        "round it to half hours")
                .within("disconnectHorizonMs", disconnectHorizonMs, 1_000, DAY_MS)
                .within("disconnectPriorCount", disconnectPriorCount, 0, 10)
                .within("disconnectPriorHours", disconnectPriorHours, 0, 24)
                .that(
                        disconnectPriorCount == 0 || disconnectPriorHours > 0,
                        "disconnectPriorHours",
                        disconnectPriorHours,
                        "above 0 while disconnectPriorCount is " + disconnectPriorCount,
                        "give the prior some hours, or set disconnectPriorCount to 0")
                .within("successHalfLifeMs", successHalfLifeMs, 10 * MINUTE_MS, HOUR_MS)
                .within("groupStrength", groupStrength, 0.1, 1000)
                .within("explorationShare", explorationShare, 0, 0.1)
                .within("lowConfidenceCap", lowConfidenceCap, 0, 100)
                .within("tellPoints", tellPoints, 0, 50)
                .within("tellIntervalMs", tellIntervalMs, 0, 10 * MINUTE_MS)
                .within("verdictWaitMs", verdictWaitMs, 0, 5_000)
                .within("exitSilenceMs", exitSilenceMs, 10_000, HOUR_MS)
                .that(
                        exitSilenceMs > verdictWaitMs,
                        "exitSilenceMs",
                        exitSilenceMs,
                        "above verdictWaitMs (" + verdictWaitMs + ")",
                        "raise it, or lower verdictWaitMs")
                .within("stateTtlMs", stateTtlMs, HOUR_MS, 30 * DAY_MS)
                .that(
                        stateTtlMs >= disconnectWindowMs,
                        "stateTtlMs",
                        stateTtlMs,
                        "at least disconnectWindowMs (" + disconnectWindowMs + ")",
                        "raise it, or the chronology is lost before its window ends")
                .within("maxLatenessMs", maxLatenessMs, 1_000, DAY_MS)
                .within("jobSilenceMs", jobSilenceMs, 5_000, 10 * MINUTE_MS)
                .done();
    }

    /** The same with other references. */
    public QualityPolicy withReferences(double psiMs, double omegaMs) {
        return new QualityPolicy(
                scope,
                effectiveAtMs,
                referenceMode,
                psiMs,
                omegaMs,
                gamma,
                disconnectWindowMs,
                disconnectHorizonMs,
                disconnectPriorCount,
                disconnectPriorHours,
                successHalfLifeMs,
                groupStrength,
                explorationShare,
                lowConfidenceCap,
                tellPoints,
                tellIntervalMs,
                verdictWaitMs,
                exitSilenceMs,
                stateTtlMs,
                maxLatenessMs,
                jobSilenceMs);
    }

    /** The same with another weight of real traffic's success. */
    public QualityPolicy withGamma(double gamma) {
        return new QualityPolicy(
                scope,
                effectiveAtMs,
                referenceMode,
                psiMs,
                omegaMs,
                gamma,
                disconnectWindowMs,
                disconnectHorizonMs,
                disconnectPriorCount,
                disconnectPriorHours,
                successHalfLifeMs,
                groupStrength,
                explorationShare,
                lowConfidenceCap,
                tellPoints,
                tellIntervalMs,
                verdictWaitMs,
                exitSilenceMs,
                stateTtlMs,
                maxLatenessMs,
                jobSilenceMs);
    }

    /** The same with another share of picks that explore. */
    public QualityPolicy withExplorationShare(double explorationShare) {
        return new QualityPolicy(
                scope,
                effectiveAtMs,
                referenceMode,
                psiMs,
                omegaMs,
                gamma,
                disconnectWindowMs,
                disconnectHorizonMs,
                disconnectPriorCount,
                disconnectPriorHours,
                successHalfLifeMs,
                groupStrength,
                explorationShare,
                lowConfidenceCap,
                tellPoints,
                tellIntervalMs,
                verdictWaitMs,
                exitSilenceMs,
                stateTtlMs,
                maxLatenessMs,
                jobSilenceMs);
    }

    /** The same for another scope and time. */
    public QualityPolicy withScope(Scope scope, long effectiveAtMs) {
        return new QualityPolicy(
                scope,
                effectiveAtMs,
                referenceMode,
                psiMs,
                omegaMs,
                gamma,
                disconnectWindowMs,
                disconnectHorizonMs,
                disconnectPriorCount,
                disconnectPriorHours,
                successHalfLifeMs,
                groupStrength,
                explorationShare,
                lowConfidenceCap,
                tellPoints,
                tellIntervalMs,
                verdictWaitMs,
                exitSilenceMs,
                stateTtlMs,
                maxLatenessMs,
                jobSilenceMs);
    }
}
