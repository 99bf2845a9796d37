package io.fairlead.jobs.canary;

import io.fairlead.model.canary.CanaryArms;
import io.fairlead.model.canary.CanaryFinding;
import io.fairlead.model.canary.CanaryJudge;
import io.fairlead.model.canary.CanaryStage;
import io.fairlead.model.canary.ExitTally;
import io.fairlead.model.canary.Tries;
import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * One canary: where it stands, and what the units of both arms have done. Of exits, of which there are many and ever new ones, a hash says at once which are its own. Pools are few: it draws its own, one at least, from those that had
 * traffic when its baseline ends, and pools that come later are in neither arm. Plain mutable state for one owner; times are by the job's clock, but for those of tries.
 */
public final class CanaryTrial {

    /** Units counted, of both arms together; over it those that come later are left out. */
    public static final int MAX_UNITS = 50_000;

    /** Tries so soon after it began to decide are left out: edges have yet to hear of it, ms. */
    static final long SETTLE_MS = 3_000;

    private static final int POOLS_NAMED = 8;
    private static final String WATCHED = "both arms are watched";

    final PolicyCanary record;

    /** Offset of its record. */
    public final long version;

    private final Scope scope;
    private final String kind;
    private final boolean ofPools;
    private final CanaryTerms terms;
    private final Map<String, ExitTally> canary = new HashMap<>();
    private final Map<String, ExitTally> control = new HashMap<>();
    private CanaryStage stage = CanaryStage.BASELINE;
    private long stageSinceMs;
    private long beganMs;
    private long decidesFromMs = Long.MAX_VALUE;
    private String reason = WATCHED;

    /** @param version offset of the record */
    CanaryTrial(PolicyCanary record, long version, long nowMs) {
        this.record = record;
        this.version = version;
        String policyKey = record.getPolicyKey();
        int slash = policyKey.indexOf('/');
        kind = CanaryRecords.kind(policyKey);
        ofPools = CanaryRecords.POOLS.contains(kind);
        scope = Scope.parse(policyKey.substring(slash + 1));
        terms = CanaryRecords.terms(record);
        beganMs = nowMs;
        stageSinceMs = nowMs;
    }

    /** Where it stands. */
    public CanaryStage stage() {
        return stage;
    }

    long stageSinceMs() {
        return stageSinceMs;
    }

    /** What is seen, or why it ended, in words. */
    String reason() {
        return reason;
    }

    /** Key of the policy that it would replace. */
    public String policyKey() {
        return record.getPolicyKey();
    }

    /** Where it stands, for those who decide. */
    public CanaryStanding standing() {
        return new CanaryStanding(policyKey(), version, stage);
    }

    /** The policy that is tried. */
    public SpecificRecord proposed() {
        return Objects.requireNonNull(CanaryRecords.proposed(record), "a canary without a policy passed its gate");
    }

    /** Whether it decides a pool now. */
    public boolean decides(String pool) {
        return stage.decides() && canary.containsKey(pool);
    }

    /**
     * Counts tries.
     *
     * @param own scope that a policy of the unit's own would have; null: whoever tells it does not know
     * @param isSet whether a policy of that key is set: what has one of its own is not decided by a wider one
     * @return false: it has too many units already
     */
    boolean tried(String unit, @Nullable Scope own, long atMs, Tries tries, Predicate<String> isSet) {
        if (stage.ended() || atMs < beganMs) {
            return true;
        }
        ExitTally tally = canary.getOrDefault(unit, control.get(unit));
        if (tally == null) {
            if (own == null || !concerns(own, isSet) || (ofPools && stage != CanaryStage.BASELINE)) {
                return true;
            }
            if (canary.size() + control.size() >= MAX_UNITS) {
                return false;
            }
            tally = new ExitTally();
            boolean drawn = !ofPools && CanaryArms.decides(version, unit, record.getShare());
            (drawn ? canary : control).put(unit, tally);
        }
        if (atMs < decidesFromMs) {
            tally.before(tries);
        } else if (atMs >= decidesFromMs + SETTLE_MS) {
            tally.since(tries);
        }
        return true;
    }

    private boolean concerns(Scope own, Predicate<String> isSet) {
        return scope.equals(own) || (scope.equals(Scope.GLOBAL) && !isSet.test(kind + '/' + own));
    }

    CanaryFinding finding() {
        if (ofPools && stage == CanaryStage.BASELINE) {
            Set<String> own = CanaryArms.draw(version, control.keySet(), record.getShare());
            Map<Boolean, List<ExitTally>> arms = control.entrySet().stream()
                    .collect(Collectors.partitioningBy(
                            each -> own.contains(each.getKey()),
                            Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
            return CanaryJudge.judge(terms, arms.getOrDefault(true, List.of()), arms.getOrDefault(false, List.of()));
        }
        return CanaryJudge.judge(terms, canary.values(), control.values());
    }

    /** Goes on as far as the time and what was found allow; true: it stands elsewhere now. */
    boolean advance(CanaryFinding finding, long nowMs) {
        if (stage.ended()) {
            return false;
        }
        reason = finding.reason();
        if (stage == CanaryStage.BASELINE) {
            reason = WATCHED;
            long lastedMs = nowMs - stageSinceMs;
            if (lastedMs < terms.baselineMs()) {
                return false;
            }
            long least =
                    Math.min(finding.canary().triesBefore(), finding.control().triesBefore());
            if (least < terms.triesMin()) {
                reason = ofPools && control.size() < 2
                        ? "of the pools that it would decide " + control.size()
                                + " had traffic; it takes two to compare"
                        : finding.reason();
                return lastedMs >= terms.baselineMs() + terms.runMs() && stands(CanaryStage.TOO_LITTLE, reason, nowMs);
            }
            decidesFromMs = nowMs;
            if (ofPools) {
                CanaryArms.draw(version, control.keySet(), record.getShare())
                        .forEach(pool -> canary.put(pool, control.remove(pool)));
            }
            return stands(CanaryStage.RUNNING, ofPools ? "it decides " + pools() : "it decides its exits", nowMs);
        }
        if (finding.verdict() == CanaryFinding.Verdict.WORSE) {
            return stands(CanaryStage.ROLLED_BACK, finding.reason(), nowMs);
        }
        String lost = ofPools ? CanaryJudge.othersLost(terms, control.values()) : "";
        if (!lost.isEmpty()) {
            return stands(CanaryStage.ROLLED_BACK, lost, nowMs);
        }
        if (stage == CanaryStage.HELD || nowMs - stageSinceMs < terms.runMs()) {
            return false;
        }
        return stands(
                finding.verdict() == CanaryFinding.Verdict.SOUND ? CanaryStage.HELD : CanaryStage.TOO_LITTLE,
                finding.reason(),
                nowMs);
    }

    private String pools() {
        int more = canary.size() - POOLS_NAMED;
        return canary.keySet().stream().sorted().limit(POOLS_NAMED).collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
    }

    /** It stands elsewhere now, because of what others said. */
    boolean stands(CanaryStage next, String why, long nowMs) {
        stage = next;
        stageSinceMs = nowMs;
        reason = why;
        return true;
    }

    /** What was counted is not needed any more. */
    void forget() {
        canary.clear();
        control.clear();
    }

    void write(DataOutput out) throws IOException {
        byte[] bytes = WireEncoder.encode(record);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.writeLong(version);
        out.writeUTF(stage.name());
        out.writeLong(stageSinceMs);
        out.writeLong(beganMs);
        out.writeLong(decidesFromMs);
        out.writeUTF(reason);
        write(canary, out);
        write(control, out);
    }

    private static void write(Map<String, ExitTally> arm, DataOutput out) throws IOException {
        out.writeInt(arm.size());
        for (Map.Entry<String, ExitTally> each : arm.entrySet()) {
            out.writeUTF(each.getKey());
            each.getValue().write(out);
        }
    }

    static CanaryTrial read(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        PolicyCanary record;
        try {
            record = (PolicyCanary) new WireReader(SchemaDirectory.builtIn()).read(bytes);
        } catch (UnreadableRecordException e) {
            throw new IOException("what a checkpoint kept of a canary can't be read: " + e.getMessage(), e);
        }
        CanaryTrial trial = new CanaryTrial(record, in.readLong(), 0);
        trial.stage = CanaryStage.valueOf(in.readUTF());
        trial.stageSinceMs = in.readLong();
        trial.beganMs = in.readLong();
        trial.decidesFromMs = in.readLong();
        trial.reason = in.readUTF();
        read(trial.canary, in);
        read(trial.control, in);
        return trial;
    }

    private static void read(Map<String, ExitTally> arm, DataInput in) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            arm.put(in.readUTF(), ExitTally.read(in));
        }
    }
}
