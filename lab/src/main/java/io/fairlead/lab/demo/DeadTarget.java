package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks the proxy of the running demo for a target that nobody answers at, and says who is blamed. */
@Command(
        name = "dead-target",
        description =
                "Ask the running demo for a site at which nobody answers, through all exits, and say who is blamed.")
final class DeadTarget implements Callable<Integer> {

    /** Another host than the demo's site, to which nothing listens. */
    private static final String HOST = "127.0.0.2";

    /** A failure waits at most 5 s for its verdict, and a decision another second. */
    private static final int AFTER_SECONDS = 7;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory of the demo, if it was told one.")
    private @Nullable Path data;

    @Option(names = "--rate", defaultValue = "20", description = "Requests a second (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(names = "--seconds", defaultValue = "20", description = "For how long (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Path directory = DemoCommand.dataDirectory(data);
        try {
            URI console = URI.create(
                    Files.readString(directory.resolve("console.url")).strip());
            int port = Integer.parseInt(
                    Files.readString(directory.resolve("proxy.port")).strip());
            Found found = ask(
                    new ConsoleReader(),
                    console,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    rate,
                    seconds);
            say(found, spec.commandLine().getOut());
            return 0;
        } catch (NoSuchFileException | ConnectException e) {
            throw new UserError("No demo runs with its data in " + directory + ". Start it with: ./fairlead demo", e);
        } catch (IOException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * What came of it.
     *
     * @param asked requests for the dead target, and answers of a site to them
     * @param exits that were there all the time
     * @param blamed of these, those whose own success fell by more than a point
     * @param told exits whose decisions said meanwhile that a target fails whatever the exit
     */
    record Found(int asked, int answered, int exits, Set<String> blamed, Set<String> told) {}

    /** Asks for a while, and looks at all exits before, meanwhile and after. */
    static Found ask(ConsoleReader reader, URI console, InetSocketAddress proxy, double rate, int seconds)
            throws IOException, InterruptedException {
        Map<String, Double> before = success(reader, console);
        Set<String> told = new HashSet<>();
        Traffic.Report report;
        try (Traffic traffic =
                new Traffic(proxy, DemoConfig.TENANT, DemoConfig.SECRET, "http://" + HOST + ":" + freePort() + "/")) {
            traffic.rate(rate);
            for (int second = 0; second < seconds; second++) {
                TimeUnit.SECONDS.sleep(1);
                if (second >= AFTER_SECONDS) {
                    told.addAll(tellingOfATarget(reader, console));
                }
            }
            traffic.rate(0);
            TimeUnit.SECONDS.sleep(AFTER_SECONDS);
            told.addAll(tellingOfATarget(reader, console));
            report = traffic.report();
        }
        Map<String, Double> after = success(reader, console);
        Set<String> blamed = new TreeSet<>();
        before.keySet().retainAll(after.keySet());
        before.forEach((exit, was) -> {
            if (after.getOrDefault(exit, 0.0) < was - 0.01) {
                blamed.add(exit);
            }
        });
        return new Found(report.requests(), report.good(), before.size(), blamed, told);
    }

    private static void say(Found found, PrintWriter out) {
        out.printf(
                "%d requests for a target that nobody answers at; %d were answered.%n",
                found.asked(), found.answered());
        out.printf(
                "%d of %d exits say that a target fails whatever the exit: not held against them.%n",
                found.told().size(), found.exits());
        if (found.blamed().isEmpty()) {
            out.println("No exit's own success fell by more than a point.");
        } else {
            out.println("The success of these fell by more than a point, for whatever reason: "
                    + String.join(", ", found.blamed()));
        }
        out.flush();
    }

    private static Map<String, Double> success(ConsoleReader reader, URI console)
            throws IOException, InterruptedException {
        Map<String, Double> success = new HashMap<>();
        for (JsonNode exit : reader.get(console.resolve("/api/fleet")).get("exits")) {
            success.put(exit.get("id").asText(), exit.get("success").asDouble());
        }
        return success;
    }

    private static Set<String> tellingOfATarget(ConsoleReader reader, URI console)
            throws IOException, InterruptedException {
        Set<String> telling = new HashSet<>();
        for (JsonNode exit : reader.get(console.resolve("/api/fleet")).get("exits")) {
            if (exit.get("targetFails").asBoolean()) {
                telling.add(exit.get("id").asText());
            }
        }
        return telling;
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return probe.getLocalPort();
        }
    }
}
