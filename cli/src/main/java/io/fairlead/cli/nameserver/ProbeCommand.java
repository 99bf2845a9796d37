package io.fairlead.cli.nameserver;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.HostPort;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.probe.ProbeEdge;
import io.fairlead.nameserver.probe.ProbeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead probe}: one monitoring agent in the foreground. */
@Command(
        name = "probe",
        description =
                "Run a monitoring agent beside a delivery group: measure how far resolvers are, by a question once an hour.")
public final class ProbeCommand implements Callable<Integer> {

    private static final int MAX_LEFT_OUT = 10_000;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--edge-id",
            paramLabel = "ID",
            required = true,
            description = "Its name, unique in the deployment.")
    private String edgeId = "";

    @Option(
            names = "--group",
            paramLabel = "ID",
            required = true,
            description = "Delivery group that it stands beside; see fairlead group.")
    private String group = "";

    @Option(
            names = "--source-name",
            paramLabel = "DOMAIN",
            required = true,
            description =
                    "Domain of yours under which it asks; give it a TXT record that says who asks and how to be left out.")
    private String sourceName = "";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "Directory of this agent alone: telemetry that waits for Kafka, and a snapshot of resolvers.")
    private @Nullable Path data;

    @Option(
            names = "--admin-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9185",
            description = "Health and metrics; keep it off public addresses (default: ${DEFAULT-VALUE}).")
    private String adminAddress = "";

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "53",
            description = "At which resolvers are asked (default: ${DEFAULT-VALUE}).")
    private int port = 53;

    @Option(
            names = "--probes-per-second",
            paramLabel = "N",
            defaultValue = "10",
            description = "Questions and connections in all, at most (default: ${DEFAULT-VALUE}).")
    private int perSecond = 10;

    @Option(
            names = "--again-ms",
            paramLabel = "MS",
            defaultValue = "3600000",
            description = "A resolver that answered is left alone for so long (default: ${DEFAULT-VALUE}).")
    private int againMs = 3_600_000;

    @Option(
            names = "--unanswered-again-ms",
            paramLabel = "MS",
            defaultValue = "86400000",
            description = "One that did not, for so long (default: ${DEFAULT-VALUE}).")
    private int unansweredAgainMs = 86_400_000;

    @Option(
            names = "--timeout-ms",
            paramLabel = "MS",
            defaultValue = "2000",
            description = "It has for an answer, and for one to a connection (default: ${DEFAULT-VALUE}).")
    private int timeoutMs = 2_000;

    @Option(
            names = "--max-resolvers",
            paramLabel = "N",
            defaultValue = "200000",
            description = "That are remembered (default: ${DEFAULT-VALUE}).")
    private int maxTargets = 200_000;

    @Option(
            names = "--leave-out",
            paramLabel = "CIDR",
            split = ",",
            description = "Networks that are never asked (default: none but private ones).")
    private List<String> leaveOut = List.of();

    @Option(
            names = "--leave-out-file",
            paramLabel = "FILE",
            description = "The same, one a line; # begins a remark. Read at the start.")
    private @Nullable Path leaveOutFile;

    @Option(names = "--private", description = "Ask private addresses, too, such as 10.0.0.0/8; by default none is.")
    private boolean privateToo;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (ProbeEdge edge = ProbeEdge.start(settings(), kit())) {
            String admin = "http://" + HostPort.text(edge.adminAddress());
            Foreground.ready(
                    spec.commandLine().getOut(),
                    "probe " + edgeId + ": beside group " + group + ", at most " + perSecond + " a second, admin on "
                            + admin,
                    Map.of("admin", admin));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException e) {
            throw new UserError("The agent can't start: " + e.getMessage(), e);
        }
    }

    private ProbeSettings settings() {
        try {
            return ProbeSettings.usual(group, sourceName)
                    .with(port, leftOut(), privateToo)
                    .withRates(perSecond, againMs, unansweredAgainMs, timeoutMs, maxTargets);
        } catch (IllegalArgumentException e) {
            throw new UserError("The agent can't start: " + e.getMessage() + ".", e);
        }
    }

    private List<AddressPrefix> leftOut() {
        List<String> lines = new ArrayList<>(leaveOut);
        Path file = leaveOutFile;
        if (file != null) {
            try {
                Files.readAllLines(file).stream()
                        .map(line -> line.replaceFirst("#.*", "").strip())
                        .filter(line -> !line.isEmpty())
                        .forEach(lines::add);
            } catch (IOException e) {
                throw new UserError("The list of those who are left out can't be read: " + e.getMessage(), e);
            }
        }
        if (lines.size() > MAX_LEFT_OUT) {
            throw new UserError(
                    lines.size() + " networks are left out, but at most " + MAX_LEFT_OUT + " can be; join some.");
        }
        return lines.stream().map(AddressPrefix::parse).toList();
    }

    private EdgeKitSettings kit() {
        Path directory = data;
        if (directory == null) {
            throw new UserError("An agent needs --data.");
        }
        Map<String, String> client = new HashMap<>();
        kafka.client().forEach((name, value) -> client.put(name, value.toString()));
        String version = ProbeCommand.class.getPackage().getImplementationVersion();
        try {
            return EdgeKitSettings.of(
                            edgeId,
                            ProbeEdge.KIND,
                            version == null ? "built from source" : version,
                            kafka.bootstrapServers(),
                            directory)
                    .withKafka(client)
                    .withAdminAddress(HostPort.here(adminAddress));
        } catch (IllegalArgumentException e) {
            throw new UserError("The agent can't start: " + e.getMessage(), e);
        }
    }
}
