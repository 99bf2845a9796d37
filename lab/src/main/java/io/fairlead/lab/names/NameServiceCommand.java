package io.fairlead.lab.names;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.control.ControlDoor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead name-service}: delivery groups with name servers, and the resolvers that ask them, in one process. */
@Command(
        name = "name-service",
        description =
                "Run delivery groups, a real name server with each, and simulated resolvers at known distances, for the demo and for trials. Defines the groups, and a policy of the map in which"
                        + " minutes pass for hours.")
public final class NameServiceCommand implements Callable<Integer> {

    private static final double TOTAL_BITS_PER_SECOND = 8e9;

    private static final int GROUPS = 4;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "Directory of the name servers.")
    private Path data = Path.of("");

    @Option(
            names = "--rtt-matrix",
            paramLabel = "FILE",
            description =
                    "Round trips between nodes, ms: a line for each, parted by blanks; .gz is unpacked (default: nodes on the globe).")
    private @Nullable Path matrix;

    @Option(
            names = "--resolvers",
            paramLabel = "N",
            defaultValue = "160",
            description = "How many ask, at most 2000 (default: ${DEFAULT-VALUE}).")
    private int resolvers = 160;

    @Option(
            names = "--questions",
            paramLabel = "N",
            defaultValue = "250",
            description = "A second, of all resolvers, at most 20000 (default: ${DEFAULT-VALUE}).")
    private double questions = 250;

    @Option(
            names = "--control-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Where groups are let fail, on loopback; 0 takes a free port (default).")
    private int controlPort;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "7", description = "Of chance.")
    private long seed = 7;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (resolvers < 1 || resolvers > 2_000 || !(questions > 0 && questions <= 20_000)) {
            throw new UserError("--resolvers goes from 1 to 2000, --questions to 20000.");
        }
        try {
            Path file = matrix;
            NameWorld world = file == null
                    ? NameWorld.synthetic(resolvers, seed)
                    : NameWorld.of(RttMatrix.read(file), GROUPS, resolvers, seed);
            NameServiceConfig.define(world, kafka.client(), TOTAL_BITS_PER_SECOND);
            try (NameService service =
                            NameService.start(world, kafka.client(), data, questions, TOTAL_BITS_PER_SECOND, seed);
                    ControlDoor control = NameServiceControl.start(service, controlPort)) {
                String url = "http://127.0.0.1:" + control.port();
                Foreground.ready(
                        spec.commandLine().getOut(),
                        resolvers + " resolvers ask " + world.sites().size() + " name servers; control at " + url
                                + "/answers",
                        Map.of("control", url));
                Foreground.untilTerminated();
                return 0;
            }
        } catch (IOException e) {
            throw new UserError("The name service can't start: " + e.getMessage(), e);
        }
    }
}
