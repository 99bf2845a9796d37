package io.fairlead.model.exit;

import io.fairlead.model.policy.QualityPolicy;
import java.util.HashMap;
import java.util.Map;

/**
 * The rating that was told last, and whether another is worth telling: hysteresis. Plain mutable state for one owner.
 */
public class Told {

    /** Smaller changes are told after this, ms. */
    public static final long REFRESH_MS = 60_000;

    private static final double AFTER_POLICY_POINTS = 0.05;
    private static final double REFRESH_SHARE = 0.25;
    private static final double AT_ONCE_FACTOR = 4;

    /** When, by event time, ms since the Unix epoch; 0: never. */
    public long atMs;

    public Presence presence = Presence.OFFLINE;
    public double quality;
    public boolean lowConfidence;
    public int capacityRequests;

    /** Why it took no request; empty: it did. */
    public String objection = "";

    /** Offset of the newest policy that had gone into it; -1: defaults. */
    public long policyVersion = -1;

    /** Classes of which a target failed whatever the exit, with commas between. */
    public String failingTargets = "";

    /** Quality by class of targets. */
    public Map<String, Double> classes = new HashMap<>(4);

    /**
     * Why a rating is worth telling now: {@code first}, {@code state}, {@code capacity}, {@code quality}, {@code policy} or {@code refresh}, {@code target} when a target
     * of some class began or ended to fail whatever the exit; empty: it is not, or not yet.
     */
    public String worth(ExitRating rating, long policyVersion, long nowMs, QualityPolicy policy) {
        if (atMs == 0) {
            return "first";
        }
        if (rating.presence() != presence) {
            return "state";
        }
        double change = change(rating);
        long sinceMs = nowMs - atMs;
        if (policyVersion != this.policyVersion
                && (change >= AFTER_POLICY_POINTS || rating.capacityRequests() != capacityRequests)) {
            return "policy";
        }
        if (sinceMs < policy.tellIntervalMs() && change < AT_ONCE_FACTOR * policy.tellPoints()) {
            return "";
        }
        if (!rating.objection().equals(objection)) {
            return "state"; // not before: what an agent says in words may change as often as it likes
        }
        if (rating.capacityRequests() != capacityRequests) {
            return "capacity";
        }
        boolean moved = change > 0 && change >= policy.tellPoints();
        if (moved || rating.lowConfidence() != lowConfidence) {
            return "quality";
        }
        if (!String.join(",", rating.failingTargets()).equals(failingTargets)) {
            return "target";
        }
        return sinceMs >= REFRESH_MS && change > REFRESH_SHARE * policy.tellPoints() ? "refresh" : "";
    }

    /** Remembers what was told. */
    public void remember(ExitRating rating, long policyVersion, long nowMs) {
        atMs = nowMs;
        presence = rating.presence();
        quality = rating.quality();
        lowConfidence = rating.lowConfidence();
        capacityRequests = rating.capacityRequests();
        objection = rating.objection();
        failingTargets = String.join(",", rating.failingTargets());
        this.policyVersion = policyVersion;
        classes.clear();
        for (ClassRating each : rating.classes()) {
            classes.put(each.targetClass(), each.quality());
        }
    }

    /** Greatest change of quality, of the exit or of one class, points. */
    private double change(ExitRating rating) {
        double most = Math.abs(rating.quality() - quality);
        for (ClassRating each : rating.classes()) {
            Double before = classes.get(each.targetClass());
            most = Math.max(most, Math.abs(each.quality() - (before == null ? quality : before)));
        }
        return most;
    }
}
