package io.fairlead.lab.fleet;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.control.ControlDoor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead fleet}: many real agents with paths of different quality, in one process. */
@Command(name = "fleet", description = "Run many exit agents behind impaired paths, for the demo and for trials.")
public final class FleetCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--exits",
            paramLabel = "N",
            defaultValue = "24",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private int exits = 24;

    @Option(names = "--supernode", paramLabel = "HOST:PORT", required = true, description = "Where they link.")
    private String supernode = "";

    @Option(
            names = "--certificates",
            paramLabel = "DIR",
            required = true,
            description = "Directory with ca.crt, and EXIT.crt and EXIT.key for every exit.")
    private Path certificates = Path.of("");

    @Option(names = "--pools", paramLabel = "NAME", split = ",", description = "Pools they belong to.")
    private List<String> pools = List.of();

    @Option(
            names = "--allow-destination",
            paramLabel = "PATTERN",
            split = ",",
            description = "Host, .suffix or CIDR, with optional :port, allowed beside public addresses.")
    private List<String> allowedDestinations = List.of();

    @Option(
            names = "--control-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Where impairments are changed, on loopback; 0 takes a free port (default).")
    private int controlPort;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        int colon = supernode.lastIndexOf(':');
        if (colon < 1) {
            throw new UserError("The supernode's address '" + supernode + "' is not HOST:PORT.");
        }
        try (Fleet fleet = Fleet.start(
                        ExitProfile.fleet(exits),
                        certificates,
                        new InetSocketAddress(
                                supernode.substring(0, colon), Integer.parseInt(supernode.substring(colon + 1))),
                        pools,
                        allowedDestinations);
                ControlDoor control = FleetControl.start(fleet, controlPort)) {
            String url = "http://127.0.0.1:" + control.port();
            Foreground.ready(
                    spec.commandLine().getOut(),
                    exits + " exits dial " + supernode + "; control at " + url + "/exits",
                    Map.of("control", url));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("The fleet can't start: " + e.getMessage(), e);
        }
    }
}
