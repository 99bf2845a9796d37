package io.fairlead.lab.demo;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a demo is told when it starts. A port of 0 is the one of last time, or any that is free.
 *
 * @param data directory of all that survives it
 * @param exits how many agents
 * @param requestsPerSecond of the open loop
 * @param map whether groups, name servers and resolvers run, and the jobs that make their map
 * @param rooms whether a live room runs, with its relays and viewers, and the job that plans them
 * @param rttMatrix file with round trips between nodes, ms; null: nodes on the globe
 * @param clickHouse an own server instead of the embedded engine; null: the embedded one
 */
record DemoOptions(
        Path data,
        int proxyPort,
        int consolePort,
        int kafkaPort,
        int flinkPort,
        int clickHousePort,
        int exits,
        double requestsPerSecond,
        boolean map,
        boolean rooms,
        @Nullable Path rttMatrix,
        @Nullable ClickHouseServer clickHouse) {

    /** A ClickHouse server that somebody else runs. */
    record ClickHouseServer(String url, String user, String password) {}
}
