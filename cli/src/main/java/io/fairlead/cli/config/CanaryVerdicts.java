package io.fairlead.cli.config;

import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.CanaryArm;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.topics.Topics;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** What the job says of canaries, for people. */
public final class CanaryVerdicts {

    private CanaryVerdicts() {}

    /** The newest of each policy, by its key. */
    public static Map<String, CanaryVerdict> read(ConfigStore store) {
        Map<String, CanaryVerdict> verdicts = new HashMap<>();
        for (SpecificRecord each : store.all(Topics.DECISIONS_CANARIES)) {
            if (each instanceof CanaryVerdict verdict) {
                verdicts.put(verdict.getPolicyKey(), verdict);
            }
        }
        return verdicts;
    }

    /** Where the canary of a record stands, in a line. */
    static String standing(ConfigEntry canary, @Nullable CanaryVerdict verdict) {
        return verdict == null || verdict.getPolicyVersion() != canary.offset()
                ? "the "
                        + (CanaryRecords.units(CanaryRecords.policyKey(canary.key()))
                                        .equals("pools")
                                ? "pool"
                                : "quality")
                        + " job has not taken it up yet; does it run? (fairlead doctor)"
                : standing(verdict);
    }

    /** The same of a verdict. */
    public static String standing(CanaryVerdict verdict) {
        return words(verdict.getStage()) + " since " + Instant.ofEpochMilli(verdict.getStageSinceMs()) + ": "
                + verdict.getReason();
    }

    static String words(CanaryStage stage) {
        return switch (stage) {
            case BASELINE -> "baseline, nothing is decided by it yet";
            case RUNNING -> "running";
            case HELD -> "held, sound to the end of its time: promote it, or stop it";
            case ROLLED_BACK -> "rolled back by itself";
            case TOO_LITTLE -> "ended with too little seen";
            case PROMOTED -> "promoted";
            case STOPPED -> "stopped";
            case OVERTAKEN -> "overtaken by a change of the policy";
            case UNKNOWN -> "a stage that this version does not know";
        };
    }

    /** Both arms and what the canary changed, a line each. */
    public static List<String> arms(CanaryVerdict verdict) {
        String units = CanaryRecords.units(verdict.getPolicyKey());
        Bounded success = verdict.getSuccessChange();
        Bounded latency = verdict.getLatencyRatio();
        return List.of(
                arm("its " + units + " ", units, verdict.getCanary()),
                arm("the others", units, verdict.getControl()),
                success.getWeight() <= 0 ? "nothing can be compared yet" : effect(success, latency));
    }

    private static String effect(Bounded success, Bounded latency) {
        String estimate = String.format(
                Locale.ROOT,
                "success %+.1f points, first byte %.2f times against the others",
                success.getMean() * 100,
                latency.getMean());
        return success.getUpper() - success.getLower() > 2
                ? estimate + "; too few in an arm for an interval"
                : estimate
                        + String.format(
                                Locale.ROOT,
                                " (%+.1f to %+.1f points, %.2f to %.2f times)",
                                success.getLower() * 100,
                                success.getUpper() * 100,
                                latency.getLower(),
                                latency.getUpper());
    }

    private static String arm(String name, String units, CanaryArm arm) {
        return String.format(
                Locale.ROOT,
                "%s  %3d %s  before: %6d tries, success %s, first byte %s   since: %6d tries, success %s, first byte %s",
                name,
                arm.getExits(),
                units,
                arm.getTriesBefore(),
                percent(arm.getSuccessBefore()),
                ms(arm.getFirstByteMsBefore()),
                arm.getTries(),
                percent(arm.getSuccess()),
                ms(arm.getFirstByteMs()));
    }

    static String percent(double share) {
        return share < 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", share * 100);
    }

    private static String ms(double ms) {
        return ms < 0 ? "-" : String.format(Locale.ROOT, "%.0f ms", ms);
    }
}
