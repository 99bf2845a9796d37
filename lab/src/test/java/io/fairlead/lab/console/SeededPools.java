package io.fairlead.lab.console;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.ForecastAhead;
import io.fairlead.schemas.decisions.ForecastQuantiles;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolChange;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.PoolHealth;
import io.fairlead.schemas.decisions.PoolMembership;
import io.fairlead.schemas.topics.Topics;
import java.util.ArrayList;
import java.util.List;

/** Two pools as a pool job might have made them: one is well, one is degraded and has exits for itself. */
final class SeededPools {

    static final String WELL = "homes";
    static final String DEGRADED = "shops";

    private static final int MEMBERS = 5;

    private final SeededMap.Sender sender;
    private final long jobEpoch = System.currentTimeMillis() - 3_600_000;
    private long counter;

    SeededPools(SeededMap.Sender sender) {
        this.sender = sender;
    }

    void tell() {
        long now = System.currentTimeMillis();
        define(WELL, false, now);
        define(DEGRADED, true, now);
        for (int minutes = 20; minutes >= 0; minutes--) {
            long at = now - minutes * 60_000L;
            forecast(WELL, PoolHealth.HEALTHY, at);
            forecast(DEGRADED, minutes > 9 ? PoolHealth.HEALTHY : PoolHealth.DEGRADED, at);
        }
        for (int exit = 1; exit <= 2 * MEMBERS; exit++) {
            assign(SeededFleet.exitId(exit), exit <= MEMBERS ? WELL : DEGRADED, now - exit * 60_000L);
        }
    }

    private void define(String pool, boolean exclusive, long now) {
        sender.send(
                Topics.CONFIG_POOLS,
                pool,
                PoolDefinition.newBuilder()
                        .setPoolId(pool)
                        .setAuthorship(new Authorship("mira", "a pool", now, 1L))
                        .setMinMembers(3)
                        .setWantedMembers(MEMBERS + 1)
                        .setMaxMembers(2 * MEMBERS)
                        .setMinHealth(0.7)
                        .setHorizonMs(1_800_000)
                        .setOwner(exclusive ? "acme" : "")
                        .setExclusive(exclusive)
                        .build());
    }

    private void forecast(String pool, PoolHealth state, long at) {
        boolean well = state == PoolHealth.HEALTHY;
        List<ForecastAhead> ahead = new ArrayList<>();
        for (int minutes : new int[] {5, 15, 60}) {
            ahead.add(new ForecastAhead(
                    minutes,
                    List.of(
                            new ForecastQuantiles("HEALTH", 0.5, 0.6, 0.8),
                            new ForecastQuantiles("CAPACITY", 30.0, 40.0, 60.0)),
                    well ? 0.05 : 0.8,
                    0.1));
        }
        sender.send(
                Topics.DECISIONS_FORECASTS,
                pool,
                PoolForecast.newBuilder()
                        .setPoolId(pool)
                        .setVersion(new DecisionVersion(jobEpoch, ++counter))
                        .setIssuedAtMs(at)
                        .setPolicyVersion(1)
                        .setState(state)
                        .setReason(well ? "" : "health 0.41 is under 0.70, and nobody who is better is free")
                        .setMissing(well ? "" : "1 exit of a type that the definition allows")
                        .setHealth(well ? 0.86 : 0.41)
                        .setHealthForeseen(well ? 0.84 : 0.38)
                        .setMinHealth(0.7)
                        .setMembers(MEMBERS)
                        .setMembersOnline(MEMBERS)
                        .setMembersWanted(MEMBERS + 1)
                        .setCapacityRequests(48)
                        .setChangesInHour(well ? 0 : 4)
                        .setForecastAtMs(at)
                        .setAhead(ahead)
                        .setColdStart(false)
                        .setBasis("a day of its own")
                        .setFallsShort(!well)
                        .setOutcomes(List.of())
                        .setForeseen(List.of())
                        .build());
    }

    private void assign(String exit, String pool, long at) {
        sender.send(
                Topics.DECISIONS_POOLS,
                exit,
                PoolAssignment.newBuilder()
                        .setExitId(exit)
                        .setVersion(new DecisionVersion(jobEpoch, ++counter))
                        .setIssuedAtMs(at)
                        .setPolicyVersion(1)
                        .setMemberships(List.of(new PoolMembership(pool, 0.8, at, "the best of those that were free")))
                        .setOwnerPool(pool.equals(DEGRADED) ? pool : "")
                        .setExclusiveDomains(List.of())
                        .setChanges(List.of(new PoolChange(
                                pool, true, "HEALTH", "the best of those that were free", at, 0.6, 0.7, MEMBERS)))
                        .build());
    }
}
