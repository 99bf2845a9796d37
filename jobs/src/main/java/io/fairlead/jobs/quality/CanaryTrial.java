package io.fairlead.jobs.quality;

import io.fairlead.model.PoolType;
import io.fairlead.model.canary.CanaryArms;
import io.fairlead.model.canary.CanaryFinding;
import io.fairlead.model.canary.CanaryJudge;
import io.fairlead.model.canary.CanaryStage;
import io.fairlead.model.canary.ExitTally;
import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** One canary: where it stands, and what the exits of both arms have done. Plain mutable state for one owner; times are by the job's clock, but for those of tries. */
final class CanaryTrial {

    /** Exits counted, of both arms together; over it those that come later are left out. */
    static final int MAX_EXITS = 50_000;

    /** Tries so soon after it began to decide are left out: edges have yet to hear of it, ms. */
    static final long SETTLE_MS = 3_000;

    private static final String WATCHED = "both arms are watched";

    final PolicyCanary record;
    final long version;
    private final Scope scope;
    private final String kind;
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
        kind = policyKey.substring(0, slash);
        scope = Scope.parse(policyKey.substring(slash + 1));
        terms = CanaryRecords.terms(record);
        beganMs = nowMs;
        stageSinceMs = nowMs;
    }

    CanaryStage stage() {
        return stage;
    }

    long stageSinceMs() {
        return stageSinceMs;
    }

    /** What is seen, or why it ended, in words. */
    String reason() {
        return reason;
    }

    String policyKey() {
        return record.getPolicyKey();
    }

    Ruling.Canary standing() {
        return new Ruling.Canary(policyKey(), version, stage);
    }

    /**
     * Counts tries.
     *
     * @param isSet whether a policy of that key is set: what has one of its own is not decided by a wider one
     * @return false: it has too many exits already
     */
    boolean tried(ExitTries told, Predicate<String> isSet) {
        if (stage.ended() || told.atMs() < beganMs) {
            return true;
        }
        boolean drawn = CanaryArms.decides(version, told.exitId(), record.getShare());
        Map<String, ExitTally> arm = drawn ? canary : control;
        ExitTally exit = arm.get(told.exitId());
        if (exit == null) {
            PoolType type = told.type();
            if (type == null || !concerns(type, isSet)) {
                return true;
            }
            if (canary.size() + control.size() >= MAX_EXITS) {
                return false;
            }
            exit = new ExitTally();
            arm.put(told.exitId(), exit);
        }
        if (told.atMs() < decidesFromMs) {
            exit.before(told.tries());
        } else if (told.atMs() >= decidesFromMs + SETTLE_MS) {
            exit.since(told.tries());
        }
        return true;
    }

    private boolean concerns(PoolType type, Predicate<String> isSet) {
        Scope own = Scope.ofType(type);
        return scope.equals(own) || (scope.equals(Scope.GLOBAL) && !isSet.test(kind + '/' + own));
    }

    CanaryFinding finding() {
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
                reason = finding.reason();
                return lastedMs >= terms.baselineMs() + terms.runMs()
                        && stands(CanaryStage.TOO_LITTLE, finding.reason(), nowMs);
            }
            decidesFromMs = nowMs;
            return stands(CanaryStage.RUNNING, "it decides its exits", nowMs);
        }
        if (finding.verdict() == CanaryFinding.Verdict.WORSE) {
            return stands(CanaryStage.ROLLED_BACK, finding.reason(), nowMs);
        }
        if (stage == CanaryStage.HELD || nowMs - stageSinceMs < terms.runMs()) {
            return false;
        }
        return stands(
                finding.verdict() == CanaryFinding.Verdict.SOUND ? CanaryStage.HELD : CanaryStage.TOO_LITTLE,
                finding.reason(),
                nowMs);
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

    void write(DataOutputView out) throws IOException {
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

    private static void write(Map<String, ExitTally> arm, DataOutputView out) throws IOException {
        out.writeInt(arm.size());
        for (Map.Entry<String, ExitTally> each : arm.entrySet()) {
            out.writeUTF(each.getKey());
            each.getValue().write(out);
        }
    }

    static CanaryTrial read(DataInputView in) throws IOException {
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

    private static void read(Map<String, ExitTally> arm, DataInputView in) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            arm.put(in.readUTF(), ExitTally.read(in));
        }
    }
}
