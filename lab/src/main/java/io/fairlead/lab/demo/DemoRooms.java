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
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Live relay in the demo: a room with its relays and viewers in one process, and the job that plans which relay server each relay client takes. */
final class DemoRooms {

    /** File with the address of {@code fairlead live-rooms}, by which commands find it. */
    static final String FILE = "rooms.url";

    /** Where the console shows the room. */
    static final String PAGE = "room/live/show";

    static final int VIEWERS = 50;

    private static final String RELAYS = "io.fairlead.jobs.relays.RelayJob";
    private static final int HEAP_MIB = 192;

    /** A promotion is answered when it has been watched to its end. */
    private static final Duration PROMOTION_PATIENCE = Duration.ofSeconds(40);

    private DemoRooms() {}

    /** Starts the process. */
    static CommandProcess start(DemoOptions options, String bootstrap, Consumer<String> progress) throws IOException {
        Path data = options.data().resolve("rooms");
        CommandProcess started = CommandProcess.start(
                "live-rooms",
                "Live rooms",
                HEAP_MIB,
                true,
                Map.of("control", 0),
                ports -> List.of(
                        "live-rooms",
                        "--bootstrap-servers=" + bootstrap,
                        "--data=" + data.resolve("edges"),
                        "--viewers=" + VIEWERS,
                        "--control-port=" + ports.get("control")),
                data,
                progress);
        Files.writeString(options.data().resolve(FILE), started.address("control"));
        return started;
    }

    /** Submits the job, or has it go on from its last checkpoint. */
    static void submitJob(FlinkProcess flink, String bootstrap) throws Exception {
        new ResumableJobs(flink).submit(JobsJar.find(), RELAYS, List.of("--bootstrap-servers", bootstrap), 1);
    }

    /** How the room is. */
    static JsonNode picture(ConsoleReader reader, URI control) throws IOException, InterruptedException {
        return reader.get(control.resolve("/rooms"));
    }

    /**
     * Brings about a promotion, and waits until it has been watched.
     *
     * @param word {@code leave-master} or {@code silence-upstream}
     * @return what viewers saw of it
     */
    static JsonNode promotion(URI control, String client, String word) throws IOException, InterruptedException {
        return new ConsoleReader(PROMOTION_PATIENCE).change(control.resolve("/clients/" + client + "/" + word), "");
    }

    /** How the room is, in a line. */
    static String line(ConsoleReader reader, URI control) throws IOException, InterruptedException {
        JsonNode seen = picture(reader, control);
        return String.format(
                Locale.ROOT,
                "room %s (%s): %d viewers on %d streams of the long link, %.0f MB to them and %.1f MB over it; first key frame p50 %.0f ms, p95 %.0f ms; %d frames lost, %d viewers cut off",
                seen.get("room").asText(),
                seen.get("source").asText(),
                seen.get("viewers").asInt(),
                seen.get("carriers").asInt(),
                seen.get("viewerBytes").asDouble() / 1e6,
                seen.get("linkBytes").asDouble() / 1e6,
                seen.get("startP50Ms").asDouble(),
                seen.get("startP95Ms").asDouble(),
                seen.get("lostFrames").asLong(),
                seen.get("cutOff").asInt());
    }

    /** Part of what viewers get that did not have to cross the long link. */
    static double saved(JsonNode picture) {
        double viewers = picture.get("viewerBytes").asDouble();
        return viewers == 0 ? 0 : 1 - picture.get("linkBytes").asDouble() / viewers;
    }
}
