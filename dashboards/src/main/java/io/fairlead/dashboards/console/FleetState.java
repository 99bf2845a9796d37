package io.fairlead.dashboards.console;

import io.fairlead.dashboards.query.PolicyChange;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The newest of everything that the live topics say. One thread writes, any thread reads. Bounded: exits by the
 * setting, policy changes to {@value #CHANGES_MAX}, jobs and edges to {@value #SPEAKERS_MAX} each.
 */
final class FleetState {

    static final int CHANGES_MAX = 1_000;
    static final int SPEAKERS_MAX = 1_000;

    private static final Set<String> DECISIONS = Topics.all().stream()
            .map(TopicSpec::name)
            .filter(name -> name.startsWith("fairlead.decisions."))
            .collect(Collectors.toUnmodifiableSet());

    private static final Comparator<DecisionVersion> BY_AGE =
            Comparator.comparingLong(DecisionVersion::getJobEpoch).thenComparingLong(DecisionVersion::getCounter);

    private final int exitsMax;
    private final Map<String, ExitScore> scores = new ConcurrentHashMap<>();
    private final Set<String> changed = ConcurrentHashMap.newKeySet();
    private final Map<String, JobHeartbeat> jobs = new ConcurrentHashMap<>();
    private final Map<String, EdgeReport> edges = new ConcurrentHashMap<>();
    private final Map<Loop, LoopLately> loops = new ConcurrentHashMap<>();
    private final Map<String, CanaryVerdict> canaries = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, PolicyChange> changes = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<Long, PolicyChange> turns = new ConcurrentSkipListMap<>();
    private final AtomicInteger notShown = new AtomicInteger();

    /** Decisions of a topic on their way to an edge. */
    private record Loop(String edge, String topic) {}

    FleetState(int exitsMax) {
        this.exitsMax = exitsMax;
    }

    /** Takes a score in if it is newer than what is held. */
    void apply(ExitScore score) {
        ExitScore held = scores.get(score.getExitId());
        if (held == null && scores.size() >= exitsMax) {
            notShown.incrementAndGet();
            return;
        }
        if (held == null || BY_AGE.compare(score.getVersion(), held.getVersion()) >= 0) {
            scores.put(score.getExitId(), score);
            changed.add(score.getExitId());
        }
    }

    /** The exit was retracted. */
    void forget(String exitId) {
        if (scores.remove(exitId) != null) {
            changed.add(exitId);
        }
    }

    void apply(JobHeartbeat heartbeat) {
        if (jobs.size() < SPEAKERS_MAX || jobs.containsKey(heartbeat.getJob())) {
            jobs.merge(heartbeat.getJob(), heartbeat, (held, told) -> newer(held, told) ? told : held);
        }
    }

    void apply(EdgeReport report) {
        String edge = report.getHeader().getEdgeId();
        if (edges.size() < SPEAKERS_MAX || edges.containsKey(edge)) {
            edges.merge(
                    edge,
                    report,
                    (held, told) -> told.getHeader().getObservedAtMs()
                                    >= held.getHeader().getObservedAtMs()
                            ? told
                            : held);
            for (AppliedDecisions applied : report.getApplied()) {
                // Of an edge that names topics of its own making no more is kept than of one that does not.
                if (DECISIONS.contains(applied.getTopic())) {
                    loops.computeIfAbsent(new Loop(edge, applied.getTopic()), each -> new LoopLately())
                            .add(report.getHeader().getObservedAtMs(), applied);
                }
            }
        }
    }

    /** @param offset of the policy record: the version that decisions carry */
    PolicyChange apply(String key, Authorship authorship, long offset) {
        PolicyChange change = new PolicyChange(
                authorship.getWrittenAtMs(),
                key,
                authorship.getAuthor(),
                authorship.getReason(),
                offset,
                authorship.getRevision());
        changes.put(offset, change);
        while (changes.size() > CHANGES_MAX) {
            changes.pollFirstEntry();
        }
        return change;
    }

    /**
     * A canary stands elsewhere by itself: a mark as those of operators.
     *
     * @return empty: it stands where it stood, or an operator's own record is the mark
     */
    Optional<PolicyChange> apply(CanaryVerdict verdict) {
        if (canaries.size() < CHANGES_MAX || canaries.containsKey(verdict.getPolicyKey())) {
            canaries.merge(
                    verdict.getPolicyKey(),
                    verdict,
                    (held, told) -> BY_AGE.compare(told.getVersion(), held.getVersion()) >= 0 ? told : held);
        }
        boolean byItself =
                switch (verdict.getStage()) {
                    case RUNNING, HELD, ROLLED_BACK, TOO_LITTLE -> true;
                    case BASELINE, PROMOTED, STOPPED, OVERTAKEN, UNKNOWN -> false;
                };
        if (!byItself || turns.containsKey(verdict.getStageSinceMs())) {
            return Optional.empty();
        }
        PolicyChange turn = new PolicyChange(
                verdict.getStageSinceMs(),
                CanaryRecords.key(verdict.getPolicyKey()),
                "quality job",
                verdict.getStage().name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + verdict.getReason(),
                verdict.getPolicyVersion(),
                0);
        turns.put(verdict.getStageSinceMs(), turn);
        while (turns.size() > CHANGES_MAX) {
            turns.pollFirstEntry();
        }
        return Optional.of(turn);
    }

    Collection<ExitScore> scores() {
        return scores.values();
    }

    Optional<ExitScore> score(String exitId) {
        return Optional.ofNullable(scores.get(exitId));
    }

    Collection<JobHeartbeat> jobs() {
        return jobs.values();
    }

    Collection<EdgeReport> edges() {
        return edges.values();
    }

    /** How long scores of exits took lately to take effect at an edge; null: nothing was applied there lately. */
    LoopLately.@Nullable Figures loop(String edgeId, long nowMs) {
        LoopLately loop = loops.get(new Loop(edgeId, Topics.DECISIONS_EXITS.name()));
        return loop == null ? null : loop.figures(nowMs);
    }

    /** How long the loop took lately at the slowest edge, by topic of decisions; topics of which nothing was applied lately are left out. */
    Map<String, LoopLately.Figures> loops(long nowMs) {
        Map<String, LoopLately.Figures> slowest = new TreeMap<>();
        loops.forEach((loop, lately) -> {
            LoopLately.Figures told = lately.figures(nowMs);
            if (told != null) {
                slowest.merge(loop.topic(), told, LoopLately.Figures::slower);
            }
        });
        return slowest;
    }

    /** The newest verdict on each policy on trial. */
    Collection<CanaryVerdict> canaries() {
        return canaries.values();
    }

    /** In the order of their versions; then what canaries did by themselves. */
    List<PolicyChange> changes() {
        List<PolicyChange> all = new ArrayList<>(changes.values());
        all.addAll(turns.values());
        return all;
    }

    int exits() {
        return scores.size();
    }

    int exitsNotShown() {
        return notShown.get();
    }

    /** Exits whose score changed (or went) since this was last asked. */
    Set<String> takeChanged() {
        Set<String> taken = new HashSet<>(changed);
        changed.removeAll(taken);
        return taken;
    }

    private static boolean newer(JobHeartbeat held, JobHeartbeat told) {
        return told.getJobEpoch() > held.getJobEpoch()
                || (told.getJobEpoch() == held.getJobEpoch() && told.getCounter() >= held.getCounter());
    }
}
