package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the console knows of pools. */
final class PoolView {

    private final ConsoleReader reader;
    private final URI console;

    /**
     * One pool as it stands.
     *
     * @param unhealthy greatest chance, of all horizons, that health falls under the minimum; -1: not known
     */
    record Pool(
            String id,
            String state,
            String reason,
            int members,
            int least,
            int wanted,
            double health,
            double foreseen,
            double minHealth,
            double unhealthy) {}

    /** The pools of one exit. */
    record Exit(String id, String owner, List<String> pools) {}

    /**
     * What came of requests for a pool in one second.
     *
     * @param atSeconds since the Unix epoch
     */
    record Second(long atSeconds, long requests, long failures) {}

    PoolView(ConsoleReader reader, URI console) {
        this.reader = reader;
        this.console = console;
    }

    /** By id. */
    Map<String, Pool> pools() throws IOException, InterruptedException {
        Map<String, Pool> pools = new LinkedHashMap<>();
        for (JsonNode pool : reader.get(console.resolve("/api/pools")).get("pools")) {
            pools.put(
                    pool.get("id").asText(),
                    new Pool(
                            pool.get("id").asText(),
                            pool.get("state").asText(),
                            pool.get("reason").asText(),
                            pool.get("members").asInt(),
                            pool.get("membersLeast").asInt(),
                            pool.get("membersWanted").asInt(),
                            pool.get("health").asDouble(),
                            pool.get("healthForeseen").asDouble(),
                            pool.get("minHealth").asDouble(),
                            pool.get("unhealthyProbability").asDouble()));
        }
        return pools;
    }

    /** All exits that a pool has or is given. */
    List<Exit> exits() throws IOException, InterruptedException {
        List<Exit> exits = new ArrayList<>();
        for (JsonNode exit : reader.get(console.resolve("/api/pools")).get("exits")) {
            List<String> pools = new ArrayList<>();
            exit.get("pools").forEach(pool -> pools.add(pool.asText()));
            exits.add(new Exit(exit.get("id").asText(), exit.get("owner").asText(), pools));
        }
        return exits;
    }

    /** The newest seconds of a pool's traffic, as far as ClickHouse has them. */
    List<Second> traffic(String pool) throws IOException, InterruptedException {
        List<Second> seconds = new ArrayList<>();
        JsonNode told = reader.get(console.resolve("/api/pools/" + pool)).get("traffic");
        for (JsonNode each : told) {
            seconds.add(new Second(
                    each.get("atSeconds").asLong(),
                    each.get("requests").asLong(),
                    each.get("failures").asLong()));
        }
        return seconds;
    }
}
