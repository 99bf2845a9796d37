package io.fairlead.lab.console;

import io.fairlead.dashboards.console.Console;
import io.fairlead.dashboards.console.ConsoleSettings;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.KafkaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A console over a seeded fleet, to work on the page: {@code main [exits] [port]}; ends with its standard input. */
final class SeededConsole {

    private SeededConsole() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        int exits = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 24;
        int port = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
        Path data = Files.createTempDirectory("seeded-console");
        try (KafkaProcess kafka = KafkaProcess.start(data.resolve("kafka"), KafkaProcess.Options.defaults());
                ClickHouseProcess engine =
                        ClickHouseProcess.start(data.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
                SeededFleet fleet = new SeededFleet(kafka, engine, exits);
                Console console = Console.start(ConsoleSettings.of(
                                engine.url().toString(), engine.reader(), engine.readerPassword(), kafka.bootstrap())
                        .listeningOn("127.0.0.1", port))) {
            fleet.decide();
            fleet.traffic(14, 180);
            fleet.theRest();
            ScheduledExecutorService life = Executors.newSingleThreadScheduledExecutor();
            life.scheduleAtFixedRate(() -> live(fleet), 0, 1, TimeUnit.SECONDS);
            System.out.println("READY " + console.url());
            while (System.in.read() >= 0) {
                // Goes on until the other side closes.
            }
            life.shutdownNow();
        }
    }

    private static void live(SeededFleet fleet) {
        try {
            fleet.second(180);
            fleet.failures(1, 20);
            fleet.rooms();
        } catch (Exception e) {
            System.err.println("The seeded fleet missed a second: " + e);
        }
    }
}
