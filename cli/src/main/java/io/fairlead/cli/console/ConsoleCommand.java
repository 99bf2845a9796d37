package io.fairlead.cli.console;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.clickhouse.ClickHouseOptions;
import io.fairlead.cli.config.ConsolePolicyChanges;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.console.Console;
import io.fairlead.dashboards.console.ConsoleDoor;
import io.fairlead.dashboards.console.ConsoleSettings;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead console}. */
@Command(
        name = "console",
        description = "Serve the web console: the fleet, what was decided, and why.",
        subcommands = ConsoleTokenCommand.class)
public final class ConsoleCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private ClickHouseOptions clickHouse = new ClickHouseOptions();

    @Option(
            names = "--console-host",
            paramLabel = "ADDRESS",
            defaultValue = ConsoleSettings.HOST,
            description =
                    "Address to listen on (default: ${DEFAULT-VALUE}). Any but loopback needs --console-tokens, or --console-open.")
    private String host = ConsoleSettings.HOST;

    @Option(
            names = "--console-port",
            paramLabel = "PORT",
            defaultValue = "" + ConsoleSettings.PORT,
            description = "Port to listen on; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int port = ConsoleSettings.PORT;

    @Option(
            names = "--map-prefixes-max",
            paramLabel = "N",
            defaultValue = "" + ConsoleSettings.MAP_PREFIXES,
            description =
                    "Prefixes of the network map kept in memory, about 400 bytes each; further ones are counted and not shown (default: ${DEFAULT-VALUE}).")
    private int mapPrefixesMax = ConsoleSettings.MAP_PREFIXES;

    @Mixin
    private ConsoleDoorOptions doorOptions = new ConsoleDoorOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ConsoleSettings settings;
        ConsoleDoor door;
        try {
            door = doorOptions.door(host);
            settings = ConsoleSettings.of(
                            clickHouse.url(), clickHouse.user(), clickHouse.password(), kafka.bootstrapServers())
                    .listeningOn(host, port)
                    .withMapPrefixesMax(mapPrefixesMax);
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
        try (Console console = Console.start(
                settings, door, Optional.of(new ConsolePolicyChanges(kafka.client())), InstantSource.system())) {
            Foreground.ready(
                    spec.commandLine().getOut(),
                    "console ready at " + console.url(),
                    Map.of("console", console.url().toString()));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException e) {
            throw new UserError("The console can't start on " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }
}
