package io.fairlead.cli.flink;

/** What a cluster says of itself. */
public record FlinkCluster(String version, int taskManagers, int slots, int freeSlots, int runningJobs) {}
