package io.fairlead.jobs.canary;

import io.fairlead.model.canary.CanaryFinding;
import io.fairlead.model.canary.CanaryStage;
import io.fairlead.model.canary.Tries;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The one place of a job that judges its policies on trial: what is said of them, the tries of both arms, and where each stands. What the topic of verdicts says has ended does not begin again, though the job
 * starts without its state and the record is still there. Plain mutable state for one owner.
 */
public final class CanaryTrials {

    /** How often canaries are to be judged, ms. */
    public static final long LOOK_MS = 1_000;

    /** How often it is told how one fares while it stands where it stood, ms. */
    public static final long TELL_MS = 5_000;

    private static final byte FORM = 2;

    /** Had a byte before each that has ended. */
    private static final byte FORM_OF_RULINGS = 1;

    private static final String BEFORE = "it had ended before the job was started anew";

    /** Hears where canaries stand. */
    public interface Listener {

        /** There is something to tell of one: it stands elsewhere, or it is time. */
        void stands(CanaryTrial trial, CanaryFinding finding, long nowMs);

        /** One ended in a former life of the job; the topic of verdicts has it already. */
        void hadEnded(CanaryTrial trial);
    }

    private final List<String> kinds;
    private final Listener listener;
    private final Map<String, CanaryTrial> trials = new TreeMap<>();
    private final Map<String, CanaryStanding> ended = new HashMap<>();
    private final Map<String, Long> toldAtMs = new HashMap<>();
    private final TreeSet<String> set = new TreeSet<>();

    /** @param kinds of policies that this job decides by */
    public CanaryTrials(List<String> kinds, Listener listener) {
        this.kinds = List.copyOf(kinds);
        this.listener = listener;
    }

    /** All that are said, whatever has become of them. */
    public Collection<CanaryTrial> all() {
        return Collections.unmodifiableCollection(trials.values());
    }

    /** How many decide. */
    public long deciding() {
        return trials.values().stream().filter(trial -> trial.stage().decides()).count();
    }

    /** What stands on the topic of verdicts: mostly what this job said itself. */
    public void told(CanaryStanding told, long nowMs) {
        if (!told.stage().ended() || !isOurs(told.policyKey())) {
            return;
        }
        CanaryTrial trial = trials.get(told.policyKey());
        if (trial == null) {
            ended.put(told.policyKey(), told); // its record is yet to come
        } else if (trial.version == told.version() && !trial.stage().ended()) {
            stands(trial, told.stage(), BEFORE, nowMs);
        }
    }

    /**
     * Somebody says that a policy is to be tried, or not any more.
     *
     * @param version offset of the record
     * @param record null: it is taken back
     */
    public void canary(String policyKey, long version, @Nullable PolicyCanary record, long nowMs) {
        if (!isOurs(policyKey)) {
            return;
        }
        CanaryTrial before = trials.get(policyKey);
        if (record == null) {
            if (before != null && !before.stage().ended()) {
                stands(before, CanaryStage.STOPPED, "somebody took it back", nowMs);
            }
            trials.remove(policyKey);
            ended.remove(policyKey);
            return;
        }
        if (before != null && before.version >= version) {
            return;
        }
        CanaryTrial trial = new CanaryTrial(record, version, nowMs);
        trials.put(policyKey, trial);
        CanaryStanding over = ended.remove(policyKey);
        if (over != null && over.version() == version) {
            trial.stands(over.stage(), BEFORE, nowMs);
            listener.hadEnded(trial);
        } else {
            tell(trial, trial.finding(), nowMs);
        }
    }

    /**
     * A policy is set. One that is changed under its canary leaves nothing to compare with, unless the canary became it.
     *
     * @param record null: it is taken back
     */
    public void policy(String key, long version, @Nullable SpecificRecord record, long nowMs) {
        if (!isOurs(key)) {
            return;
        }
        if (record == null) {
            set.remove(key);
        } else {
            set.add(key);
        }
        CanaryTrial trial = trials.get(key);
        if (trial == null || trial.stage().ended() || version < trial.version) {
            return;
        }
        boolean became = record != null && PolicyRecords.read(record).equals(PolicyRecords.read(trial.proposed()));
        stands(
                trial,
                became ? CanaryStage.PROMOTED : CanaryStage.OVERTAKEN,
                became ? "it is the policy of all now" : "the policy itself was changed: version " + version,
                nowMs);
    }

    /**
     * Counts tries.
     *
     * @param unit what was drawn: an exit, or a pool
     * @param own scope that a policy of its own would have; null: whoever tells it does not know
     * @return how many canaries leave it out, because they have too many already
     */
    public int tried(String unit, @Nullable Scope own, long atMs, Tries tries) {
        int leftOut = 0;
        for (CanaryTrial trial : trials.values()) {
            leftOut += trial.tried(unit, own, atMs, tries, set::contains) ? 0 : 1;
        }
        return leftOut;
    }

    /**
     * Judges all.
     *
     * @return how many were rolled back
     */
    public int look(long nowMs) {
        int rolledBack = 0;
        for (CanaryTrial trial : trials.values()) {
            if (trial.stage().ended()) {
                continue;
            }
            CanaryFinding finding = trial.finding();
            if (trial.advance(finding, nowMs)) {
                rolledBack += trial.stage() == CanaryStage.ROLLED_BACK ? 1 : 0;
                tell(trial, finding, nowMs);
            } else if (nowMs - toldAtMs.getOrDefault(trial.policyKey(), 0L) >= TELL_MS) {
                tell(trial, finding, nowMs);
            }
        }
        return rolledBack;
    }

    private void stands(CanaryTrial trial, CanaryStage stage, String why, long nowMs) {
        CanaryFinding finding = trial.finding();
        trial.stands(stage, why, nowMs);
        tell(trial, finding, nowMs);
    }

    private void tell(CanaryTrial trial, CanaryFinding finding, long nowMs) {
        toldAtMs.put(trial.policyKey(), nowMs);
        listener.stands(trial, finding, nowMs);
        if (trial.stage().ended()) {
            trial.forget();
        }
    }

    private boolean isOurs(String policyKey) {
        return kinds.contains(CanaryRecords.kind(policyKey));
    }

    // ---- state

    /** Writes all that a restart needs. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(FORM);
        out.writeInt(set.size());
        for (String key : set) {
            out.writeUTF(key);
        }
        out.writeInt(ended.size());
        for (CanaryStanding each : ended.values()) {
            out.writeUTF(each.policyKey());
            out.writeLong(each.version());
            out.writeUTF(each.stage().name());
        }
        out.writeInt(trials.size());
        for (CanaryTrial each : trials.values()) {
            each.write(out);
        }
    }

    /**
     * Reads what was written, into one that is new.
     *
     * @throws IOException if it is of another form
     */
    public void read(DataInput in) throws IOException {
        byte form = in.readByte();
        if (form != FORM && form != FORM_OF_RULINGS) {
            throw new IOException("the state of canaries has the form " + form + "; this version knows "
                    + FORM_OF_RULINGS + " and " + FORM);
        }
        for (int left = in.readInt(); left > 0; left--) {
            set.add(in.readUTF());
        }
        for (int left = in.readInt(); left > 0; left--) {
            if (form == FORM_OF_RULINGS) {
                in.readByte();
            }
            CanaryStanding each = new CanaryStanding(in.readUTF(), in.readLong(), CanaryStage.valueOf(in.readUTF()));
            ended.put(each.policyKey(), each);
        }
        for (int left = in.readInt(); left > 0; left--) {
            CanaryTrial trial = CanaryTrial.read(in);
            trials.put(trial.policyKey(), trial);
        }
    }
}
