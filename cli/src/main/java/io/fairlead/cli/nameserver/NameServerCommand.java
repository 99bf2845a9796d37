package io.fairlead.cli.nameserver;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.HostPort;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.NameServerEdge;
import io.fairlead.nameserver.NameServerEdgeSettings;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead nameserver}: one name server in the foreground. */
@Command(
        name = "nameserver",
        description = "Run a name server: answer from zone files, and for mapped names with the delivery group to use.",
        subcommands = {CheckZoneCommand.class, ExplainCommand.class, ZoneKeyCommand.class})
public final class NameServerCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--edge-id", paramLabel = "ID", description = "Its name, unique in the deployment.")
    private String edgeId = "";

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            split = ",",
            defaultValue = "127.0.0.1:5353",
            description =
                    "Where questions come, over UDP and TCP (default: ${DEFAULT-VALUE}). Name each address of the machine: what is asked at one is answered from it.")
    private List<String> addresses = List.of();

    @Option(
            names = "--admin-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9181",
            description = "Health and metrics; keep it off public addresses (default: ${DEFAULT-VALUE}).")
    private String adminAddress = "";

    @Option(
            names = "--zone",
            paramLabel = "[ORIGIN=]FILE",
            split = ",",
            description = "Zone files; see fairlead nameserver check-zone.")
    private List<String> zones = List.of();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Directory of this edge alone: telemetry that waits for Kafka, and snapshots of the map.")
    private @Nullable Path data;

    @Option(
            names = "--udp-sockets",
            paramLabel = "N",
            description = "For each address (default: one for each processor).")
    private int udpSockets;

    @Option(
            names = "--max-tcp-clients",
            paramLabel = "N",
            defaultValue = "10000",
            description = "TCP connections in all; over it new ones are reset (default: ${DEFAULT-VALUE}).")
    private int maxTcpClients = 10_000;

    @Option(
            names = "--max-tcp-clients-per-source",
            paramLabel = "N",
            defaultValue = "200",
            description = "The same for one address (default: ${DEFAULT-VALUE}).")
    private int maxTcpClientsPerSource = 200;

    @Option(
            names = "--tcp-idle-ms",
            paramLabel = "MS",
            defaultValue = "10000",
            description = "A silent TCP connection is closed after this (default: ${DEFAULT-VALUE}).")
    private int tcpIdleMs = 10_000;

    @Option(
            names = "--answers-per-second",
            paramLabel = "N",
            defaultValue = "200",
            description =
                    "Equal answers to one network (/24, /56), unless a cookie proves who asks; 0: no limit (default: ${DEFAULT-VALUE}).")
    private int answersPerSecond = 200;

    @Option(
            names = "--slip",
            paramLabel = "N",
            defaultValue = "2",
            description =
                    "Of those over that rate one in N is answered empty and truncated, the others not at all; 0: none is (default: ${DEFAULT-VALUE}).")
    private int slip = 2;

    @Option(
            names = "--rate-slots",
            paramLabel = "N",
            defaultValue = "65536",
            description =
                    "Pairs of network and answer that are remembered for the rate, a power of 2 (default: ${DEFAULT-VALUE}).")
    private int rateSlots = 65_536;

    @Option(
            names = "--max-udp-bytes",
            paramLabel = "BYTES",
            defaultValue = "1232",
            description = "Longest answer over UDP, 512–4096; longer ones are truncated (default: ${DEFAULT-VALUE}).")
    private int maxUdpBytes = 1_232;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description =
                    "Datagrams taken from the kernel, and given to it, at once, 1–64 (default: ${DEFAULT-VALUE}).")
    private int batch = 32;

    @Option(
            names = "--cookie-secret",
            paramLabel = "FILE",
            description =
                    "File with 32 hexadecimal digits, the same at name servers behind one address (default: made up at the start).")
    private @Nullable Path cookieSecret;

    @Option(
            names = "--explain-to",
            paramLabel = "CIDR",
            split = ",",
            description =
                    "Networks whose questions about mapped names are answered with the reason, as an extended DNS error (default: none).")
    private List<String> explainTo = List.of();

    @Option(
            names = "--challenge-share",
            paramLabel = "SHARE",
            defaultValue = "0.002",
            description =
                    "Share of questions about mapped names that are answered truncated, so that who asks proves its address over TCP (default: ${DEFAULT-VALUE}).")
    private double challengeShare = 0.002;

    @Mixin
    private SigningOptions signing = new SigningOptions();

    @Mixin
    private SigningOptions.Bounds signingBounds = new SigningOptions.Bounds();

    @Mixin
    private WatchOptions watch = new WatchOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<Zone> loaded = ZoneSources.good(zones, signing.keys());
        try (NameServerEdge edge = NameServerEdge.start(settings(), zones(loaded))) {
            String asked = edge.addresses().stream().map(HostPort::text).collect(Collectors.joining(","));
            Foreground.ready(
                    spec.commandLine().getOut(),
                    "name server " + edgeId + ": questions on " + asked + ", admin on http://"
                            + HostPort.text(edge.adminAddress()) + ", zones "
                            + loaded.stream().map(Zone::name).collect(Collectors.joining(", ")),
                    Map.of("dns", asked, "admin", "http://" + HostPort.text(edge.adminAddress())));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException e) {
            throw new UserError("The name server can't start: " + e.getMessage(), e);
        }
    }

    private static Zones zones(List<Zone> loaded) {
        try {
            return new Zones(loaded);
        } catch (IllegalArgumentException e) {
            throw new UserError("The name server can't start: " + e.getMessage(), e);
        }
    }

    private NameServerEdgeSettings settings() throws IOException {
        Path directory = data;
        if (edgeId.isEmpty() || directory == null || zones.isEmpty()) {
            throw new UserError("A name server needs --edge-id, --data and at least one --zone.");
        }
        Map<String, String> client = new HashMap<>();
        kafka.client().forEach((name, value) -> client.put(name, value.toString()));
        String version = NameServerCommand.class.getPackage().getImplementationVersion();
        try {
            return new NameServerEdgeSettings(
                    addresses.stream().map(HostPort::here).toList(),
                    server(),
                    watch.map(),
                    watch.tally(challengeShare),
                    EdgeKitSettings.of(
                                    edgeId,
                                    NameServerEdgeSettings.KIND,
                                    version == null ? "built from source" : version,
                                    kafka.bootstrapServers(),
                                    directory)
                            .withKafka(client)
                            .withAdminAddress(HostPort.here(adminAddress)));
        } catch (IllegalArgumentException e) {
            throw new UserError("The name server can't start: " + e.getMessage(), e);
        }
    }

    private NameServerSettings server() throws IOException {
        Path secret = cookieSecret;
        return NameServerSettings.DEFAULTS
                .withUdpSockets(udpSockets)
                .withTcp(maxTcpClients, maxTcpClientsPerSource, tcpIdleMs)
                .withBatch(batch)
                .withMaxUdpBytes(maxUdpBytes)
                .withRate(answersPerSecond, slip)
                .withRateSlots(rateSlots)
                .withCookieSecret(secret == null ? "" : Files.readString(secret).strip())
                .withSigning(signingBounds.settings())
                .withExplainTo(explainTo.stream().map(AddressPrefix::parse).toList());
    }
}
