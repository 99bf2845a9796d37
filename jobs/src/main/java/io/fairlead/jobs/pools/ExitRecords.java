package io.fairlead.jobs.pools;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.pool.ExitCondition;
import io.fairlead.model.pool.ExitProfile;
import io.fairlead.schemas.decisions.ClassScore;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.StayChance;
import io.fairlead.schemas.pools.PoolTypes;
import io.fairlead.schemas.telemetry.ExitConnected;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads what is told of exits for the curation of pools. */
final class ExitRecords {

    /** Failures of a class count from so many tries on. */
    private static final double LEAST_EVIDENCE = 3;

    private static final double HOUR_MS = 3_600_000;
    private static final double MOST_CERTAIN = 0.999999;

    private ExitRecords() {}

    static ExitProfile profile(ExitConnected record) {
        return new ExitProfile(
                PoolTypes.read(record.getPoolType()),
                record.getCountry().toLowerCase(Locale.ROOT),
                record.getRegion().toLowerCase(Locale.ROOT),
                record.getCity().toLowerCase(Locale.ROOT),
                record.getAsn());
    }

    /** @param policy by whose horizon the chance of disconnection is told */
    static ExitCondition condition(ExitScore score, QualityPolicy policy) {
        Map<String, Double> quality = new HashMap<>();
        Map<String, Double> failures = new HashMap<>();
        for (ClassScore each : score.getClasses()) {
            quality.put(each.getTargetClass(), each.getQuality());
            if (each.getSuccess().getWeight() >= LEAST_EVIDENCE) {
                failures.put(each.getTargetClass(), 1 - each.getSuccess().getMean());
            }
        }
        double disconnect =
                Math.min(MOST_CERTAIN, Math.max(0, score.getDisconnect().getMean()));
        ExitCondition constant = new ExitCondition(
                score.getState() == ExitState.ONLINE,
                score.getQuality(),
                quality,
                failures,
                -Math.log1p(-disconnect) * HOUR_MS / policy.disconnectHorizonMs(),
                score.getCapacityRequests());
        List<StayChance> stays = score.getStays();
        if (stays.size() < 2 || stays.get(0).getHorizonMs() >= stays.get(1).getHorizonMs()) {
            return constant;
        }
        StayChance soon = stays.get(0);
        StayChance later = stays.get(1);
        return constant.staying(
                soon.getHorizonMs(),
                soon.getChance().getMean(),
                later.getHorizonMs(),
                later.getChance().getMean());
    }
}
