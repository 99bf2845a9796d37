package io.fairlead.edge.table;

import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.RelayPlan;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes a decision of a record. What its value holds stays in memory for every key: take what is needed, no more.
 *
 * @param <T> what is decided
 */
@FunctionalInterface
public interface DecisionReader<T> {

    /** The decision, or null if such a record is none of these. */
    @Nullable
    Decision<T> read(String key, SpecificRecord record);

    /**
     * The decision, read from the bytes of the record themselves, for a topic of so many that an object for all that each says costs too much.
     *
     * @param value as it stands on the topic
     * @return null: it is to be read as any other, for its writer's schema is another, or something is wrong with it
     */
    default @Nullable Decision<T> readQuickly(String key, byte[] value) {
        return null;
    }

    /** Of {@code decisions.exits}. */
    static DecisionReader<ExitScore> exitScores() {
        return (key, record) -> record instanceof ExitScore score
                ? new Decision<>(
                        score,
                        score.getVersion().getJobEpoch(),
                        score.getVersion().getCounter(),
                        score.getIssuedAtMs(),
                        score.getTriggerObservedAtMs())
                : null;
    }

    /** Of {@code decisions.pools}. */
    static DecisionReader<PoolAssignment> poolAssignments() {
        return (key, record) -> record instanceof PoolAssignment assignment
                ? new Decision<>(
                        assignment,
                        assignment.getVersion().getJobEpoch(),
                        assignment.getVersion().getCounter(),
                        assignment.getIssuedAtMs(),
                        0)
                : null;
    }

    /** Of {@code decisions.forecasts}. */
    static DecisionReader<PoolForecast> poolForecasts() {
        return (key, record) -> record instanceof PoolForecast forecast
                ? new Decision<>(
                        forecast,
                        forecast.getVersion().getJobEpoch(),
                        forecast.getVersion().getCounter(),
                        forecast.getIssuedAtMs(),
                        0)
                : null;
    }

    /** Of {@code decisions.relays}. */
    static DecisionReader<RelayPlan> relayPlans() {
        return (key, record) -> record instanceof RelayPlan plan
                ? new Decision<>(
                        plan, plan.getVersion().getJobEpoch(), plan.getVersion().getCounter(), plan.getIssuedAtMs(), 0)
                : null;
    }

    /** Of {@code decisions.heartbeats}. */
    static DecisionReader<JobHeartbeat> jobHeartbeats() {
        return (key, record) -> record instanceof JobHeartbeat heartbeat
                ? new Decision<>(
                        heartbeat, heartbeat.getJobEpoch(), heartbeat.getCounter(), heartbeat.getIssuedAtMs(), 0)
                : null;
    }
}
