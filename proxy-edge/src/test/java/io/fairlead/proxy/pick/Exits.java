package io.fairlead.proxy.pick;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.Location;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.ClassScore;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.pools.PoolTypes;
import java.util.List;
import java.util.Set;

/** Exits, and what is told of them. */
final class Exits {

    static final String POOL = "residential";
    private static final Bounded ANY = new Bounded(0.5, 0.0, 1.0, 0.0);

    private Exits() {}

    static ExitInfo info(String exitId, int capacity, String... pools) {
        return info(exitId, new Location("de", "", "", 64_500), capacity, pools);
    }

    static ExitInfo info(String exitId, Location at, int capacity, String... pools) {
        return new ExitInfo(
                exitId,
                PoolType.RESIDENTIAL,
                at.country(),
                at.region(),
                at.city(),
                at.asn(),
                "linux",
                true,
                capacity,
                Set.of(pools),
                1);
    }

    static ExitLoad load(String exitId, int running, int runningHere, int capacity, boolean consent) {
        return new ExitLoad(exitId, exitId + "-1", 20_000, running, runningHere, capacity, consent, false, -1, false);
    }

    static ExitScore score(
            String exitId, long epoch, long counter, double quality, int capacity, ClassScore... classes) {
        return ExitScore.newBuilder()
                .setExitId(exitId)
                .setVersion(new DecisionVersion(epoch, counter))
                .setIssuedAtMs(1)
                .setPolicyVersion(-1)
                .setState(ExitState.ONLINE)
                .setQuality(quality)
                .setLowConfidence(false)
                .setBenchmarkTerm(0.5)
                .setPingTerm(0.5)
                .setBenchmarkMs(100)
                .setPingMs(20)
                .setDisconnect(ANY)
                .setSuccess(ANY)
                .setCapacityRequests(capacity)
                .setRunningRequests(0)
                .setAvailableRequests(capacity)
                .setClasses(List.of(classes))
                .setReasons(List.of())
                .setStays(List.of())
                .setTrigger("quality")
                .setTriggerObservedAtMs(1)
                .setTriggerEdgeId("edge-1")
                .setPoolType(PoolTypes.write(PoolType.RESIDENTIAL))
                .setAsn(64_500)
                .build();
    }

    static ClassScore rating(String targetClass, double quality) {
        return new ClassScore(targetClass, quality, 100.0, ANY, 0.0, 0.5);
    }

    static ExitOverride.Builder override(String exitId) {
        return ExitOverride.newBuilder().setExitId(exitId).setAuthorship(new Authorship("ann", "a test", 1L, 1L));
    }

    static PickRequest request(String... tried) {
        return new PickRequest("acme", POOL, "shop", List.of(tried));
    }
}
