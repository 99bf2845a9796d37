package io.fairlead.jobs.pools;

import io.fairlead.jobs.canary.CanaryStanding;
import io.fairlead.jobs.canary.CanaryTrial;
import io.fairlead.jobs.canary.CanaryTrials;
import io.fairlead.jobs.canary.CanaryVerdicts;
import io.fairlead.model.canary.CanaryFinding;
import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** The policy of pools that is on trial: which pools it decides, how they fare beside the others, by the requests of their users, and what is told of it. */
final class PoolCanaries implements CanaryTrials.Listener {

    private final CanaryTrials trials = new CanaryTrials(CanaryRecords.POOLS, this);
    private final List<CanaryVerdict> verdicts = new ArrayList<>();
    private @Nullable CanaryTrial deciding;
    private PoolPolicy tried = PoolPolicy.defaults();
    private boolean turned;
    private long lookedAtMs;

    /** Somebody says that a policy is to be tried; null: or not any more. */
    void canary(String policyKey, long version, @Nullable PolicyCanary record, long nowMs) {
        trials.canary(policyKey, version, record, nowMs);
    }

    /** A policy is set; null: it is taken back. */
    void policy(String key, long version, @Nullable SpecificRecord record, long nowMs) {
        trials.policy(key, version, record, nowMs);
    }

    /** What was said of a canary, mostly by this job. */
    void told(CanaryVerdict verdict, long nowMs) {
        CanaryStanding.of(verdict).ifPresent(standing -> trials.told(standing, nowMs));
    }

    /** Requests to a pool are over. */
    void served(PoolSignal.Served seen) {
        trials.tried(seen.pool(), Scope.ofPool(seen.pool()), seen.atMs(), seen.tries());
    }

    /** Judges, when it is time; what came of it is told by {@link #verdicts}. */
    void look(long nowMs) {
        if (nowMs - lookedAtMs >= CanaryTrials.LOOK_MS) {
            lookedAtMs = nowMs;
            trials.look(nowMs);
        }
    }

    @Override
    public void stands(CanaryTrial trial, CanaryFinding finding, long nowMs) {
        verdicts.add(CanaryVerdicts.draft(trial, finding, nowMs));
        turn(trial);
    }

    @Override
    public void hadEnded(CanaryTrial trial) {
        turn(trial);
    }

    /** There is one at a time: only the default of pools can be tried. */
    private void turn(CanaryTrial trial) {
        CanaryTrial now = trial.stage().decides() ? trial : null;
        if (now == deciding) {
            return;
        }
        deciding = now;
        turned = true;
        if (now != null) {
            tried = (PoolPolicy) PolicyRecords.read(now.proposed());
        }
    }

    /** Whether other pools are decided by it than when this was asked last. */
    boolean hasTurned() {
        boolean is = turned;
        turned = false;
        return is;
    }

    /** Drafts of what is to be told, which go with that. */
    List<CanaryVerdict> verdicts() {
        List<CanaryVerdict> told = List.copyOf(verdicts);
        verdicts.clear();
        return told;
    }

    /** The policy that is tried on a pool, or else the one that counts for it. */
    PoolPolicy over(PoolPolicy policy, String pool) {
        return decides(policy, pool) ? tried : policy;
    }

    /** Version of the canary that decides a pool; else the one that counts. */
    long version(PoolPolicy policy, String pool, long version) {
        CanaryTrial trial = deciding;
        return trial != null && decides(policy, pool) ? trial.version : version;
    }

    private boolean decides(PoolPolicy policy, String pool) {
        return deciding != null && policy.scope().equals(tried.scope()) && deciding.decides(pool);
    }

    /** Whether there is anything that a restart needs. */
    boolean isEmpty() {
        return trials.all().isEmpty();
    }

    void write(DataOutput out) throws IOException {
        trials.write(out);
    }

    void read(DataInput in) throws IOException {
        trials.read(in);
        trials.all().forEach(this::turn);
    }
}
