package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.lab.host.CommandProcess;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.ResumableJobs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The network map of the demo: groups with name servers and resolvers that ask them in one process, and the two jobs that make the map. */
final class DemoMap {

    /** File with the address of {@code fairlead name-service}, by which commands find it. */
    static final String FILE = "names.url";

    private static final String RESOLVERS = "io.fairlead.jobs.resolvers.ResolverJob";
    private static final String MAP = "io.fairlead.jobs.map.MapJob";
    private static final int HEAP_MIB = 192;

    /** A map a quarter of a minute; in production one a minute. */
    private static final String EPOCH_MS = "15000";

    private DemoMap() {}

    /** Starts the process. */
    static CommandProcess start(DemoOptions options, String bootstrap, Consumer<String> progress) throws IOException {
        Path data = options.data().resolve("names");
        CommandProcess started = CommandProcess.start(
                "name-service",
                "Name service",
                HEAP_MIB,
                true,
                Map.of("control", 0),
                ports -> {
                    List<String> arguments = new ArrayList<>(List.of(
                            "name-service",
                            "--bootstrap-servers=" + bootstrap,
                            "--data=" + data.resolve("edges"),
                            "--control-port=" + ports.get("control")));
                    Path matrix = options.rttMatrix();
                    if (matrix != null) {
                        arguments.add("--rtt-matrix=" + matrix);
                    }
                    return arguments;
                },
                data,
                progress);
        Files.writeString(options.data().resolve(FILE), started.address("control"));
        return started;
    }

    /** Submits the jobs, or has them go on from their last checkpoints. */
    static void submitJobs(FlinkProcess flink, String bootstrap) throws Exception {
        ResumableJobs jobs = new ResumableJobs(flink);
        jobs.submit(JobsJar.find(), RESOLVERS, List.of("--bootstrap-servers", bootstrap), 1);
        jobs.submit(JobsJar.find(), MAP, List.of("--bootstrap-servers", bootstrap, "--epoch-ms", EPOCH_MS), 1);
    }

    /** How good answers are now, in a line. */
    static String line(ConsoleReader reader, URI control) throws IOException, InterruptedException {
        JsonNode seen = reader.get(control.resolve("/answers"));
        StringBuilder groups = new StringBuilder();
        for (JsonNode group : seen.get("groups")) {
            groups.append(String.format(
                    Locale.ROOT,
                    "  %s %.0f %%%s",
                    group.get("id").asText(),
                    100 * group.get("shareLately").asDouble(),
                    group.get("failedAtMs").asLong() > 0 ? " (failed)" : ""));
        }
        return String.format(
                Locale.ROOT,
                "map: beyond their nearest group, clients %s, resolvers %s, without a map %s; answers name%s",
                regret(seen.get("ofClients")),
                regret(seen.get("ofResolvers")),
                regret(seen.get("withoutMap")),
                groups);
    }

    private static String regret(JsonNode told) {
        return String.format(
                Locale.ROOT,
                "%.1f ms (p95 %.0f)",
                told.get("meanMs").asDouble(),
                told.get("p95Ms").asDouble());
    }
}
