package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The loop at work, as text: what the console knows of every exit, beside what the lab does to it. */
final class FleetView {

    private static final int BAR = 20;
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final ConsoleReader reader;
    private final URI console;
    private final URI control;

    /**
     * One exit as it stands.
     *
     * @param share of the attempts in the console's window, 0–1
     * @param impairment in words, as the lab has it
     */
    record Row(
            String exitId,
            String state,
            double quality,
            int running,
            int capacity,
            long attempts,
            double share,
            String reason,
            boolean good,
            String impairment) {}

    FleetView(ConsoleReader reader, URI console, URI control) {
        this.reader = reader;
        this.console = console;
        this.control = control;
    }

    /** All exits, the best first. */
    List<Row> rows() throws IOException, InterruptedException {
        Map<String, JsonNode> standings = new HashMap<>();
        reader.get(control.resolve("/exits"))
                .forEach(exit -> standings.put(exit.get("exitId").asText(), exit));
        JsonNode exits = reader.get(console.resolve("/api/fleet")).get("exits");
        long all = StreamSupport.stream(exits.spliterator(), false)
                .mapToLong(exit -> exit.path("requests").asLong(0))
                .sum();
        return StreamSupport.stream(exits.spliterator(), false)
                .map(exit -> row(exit, standings.get(exit.get("id").asText()), all))
                .sorted(Comparator.comparingDouble(Row::quality).reversed().thenComparing(Row::exitId))
                .toList();
    }

    private static Row row(JsonNode exit, @Nullable JsonNode standing, long all) {
        long attempts = exit.path("requests").asLong(0);
        return new Row(
                exit.get("id").asText(),
                exit.get("state").asText(),
                exit.get("quality").asDouble(),
                exit.get("running").asInt(),
                exit.get("capacity").asInt(),
                attempts,
                all == 0 ? 0 : (double) attempts / all,
                exit.get("reason").asText(),
                standing == null || standing.get("good").asBoolean(),
                standing == null ? "" : standing.get("impairment").asText());
    }

    /** A table for a terminal. */
    static String table(List<Row> rows, int columns) {
        StringBuilder text = new StringBuilder();
        text.append(BOLD)
                .append(String.format(
                        Locale.ROOT,
                        "  %-10s %-8s %-" + (BAR + 6) + "s %9s %7s  %s",
                        "exit",
                        "state",
                        "quality",
                        "capacity",
                        "traffic",
                        "why not 100 · what the lab does to it"))
                .append(PLAIN)
                .append('\n');
        for (Row row : rows) {
            int filled = (int) Math.round(row.quality() / 100 * BAR);
            String colour = row.quality() >= 75 ? GREEN : row.quality() >= 40 ? YELLOW : RED;
            String bar = "█".repeat(filled) + DIM + "░".repeat(BAR - filled) + PLAIN;
            String why = row.reason() + (row.impairment().isEmpty() ? "" : " · " + row.impairment());
            int room = Math.max(10, columns - BAR - 50);
            text.append(String.format(
                    Locale.ROOT,
                    "  %-10s %-8s %s%s %5.1f %9s %6.1f%%  %s%s%s%n",
                    row.exitId(),
                    row.state().toLowerCase(Locale.ROOT),
                    colour,
                    bar,
                    row.quality(),
                    row.running() + "/" + row.capacity(),
                    row.share() * 100,
                    DIM,
                    why.length() > room ? why.substring(0, room - 1) + "…" : why,
                    PLAIN));
        }
        return text.toString();
    }
}
