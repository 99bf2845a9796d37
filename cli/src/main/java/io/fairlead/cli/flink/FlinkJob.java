package io.fairlead.cli.flink;

import java.time.Instant;

/**
 * A job that the cluster knows.
 *
 * @param id 32 hexadecimal digits
 * @param state Flink's word for it, such as {@code RUNNING}, {@code RESTARTING} or {@code FAILED}
 * @param runningTasks how many of its tasks run
 * @param finishedTasks how many have done all that they had to do while the others go on: a source that has an end
 * @param tasks how many it has
 */
public record FlinkJob(
        String id, String name, String state, Instant startedAt, int runningTasks, int finishedTasks, int tasks) {
    /** Whether every task runs that has anything left to do: a job in state RUNNING may still wait for its slots. */
    public boolean fullyRunning() {
        return state.equals("RUNNING") && runningTasks > 0 && runningTasks + finishedTasks == tasks;
    }

    /** Whether it has come to its end, well or badly. */
    public boolean ended() {
        return switch (state) {
            case "FINISHED", "CANCELED", "FAILED", "SUSPENDED" -> true;
            default -> false;
        };
    }
}
