package io.fairlead.cli.edge;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.check.Needs;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.proxy.accesslog.AccessLogSettings;
import io.fairlead.proxy.destination.AddressBlock;
import io.fairlead.proxy.exit.LocationDatabase;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.front.FrontSettings;
import io.fairlead.proxy.front.UserCertificateFiles;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.proxy.pick.PickPolicy;
import io.fairlead.proxy.pick.PickSettings;
import io.fairlead.proxy.supernode.ProxyEdge;
import io.fairlead.proxy.supernode.ProxyEdgeSettings;
import io.fairlead.proxy.supernode.SupernodeSettings;
import io.fairlead.proxy.upstream.UpstreamSettings;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead proxy}: one supernode in the foreground. */
@Command(name = "proxy", description = "Run a proxy edge: take users' requests and send each through an exit.")
public final class ProxyCommand implements Callable<Integer> {

    private static final String CHECK_CONFIG = "check-config";

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
            names = "--user-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8080",
            description = "Where users connect (default: ${DEFAULT-VALUE}).")
    private String userAddress = "";

    @Option(
            names = "--link-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8443",
            description = "Where exit agents dial in (default: ${DEFAULT-VALUE}).")
    private String linkAddress = "";

    @Option(
            names = "--admin-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9180",
            description = "Health and metrics; keep it off public addresses (default: ${DEFAULT-VALUE}).")
    private String adminAddress = "";

    @Option(
            names = "--certificate",
            paramLabel = "PEM",
            required = true,
            description = "Certificate chain of this edge.")
    private Path certificate = Path.of("");

    @Option(names = "--key", paramLabel = "PEM", required = true, description = "Private key of that certificate.")
    private Path key = Path.of("");

    @Option(
            names = "--authority",
            paramLabel = "PEM",
            required = true,
            description = "Certificate of the authority that exits' must come from.")
    private Path authority = Path.of("");

    @Option(
            names = "--user-certificate",
            paramLabel = "PEM",
            description =
                    "Certificate chain by which users know this proxy: then TLS and HTTP/2 are spoken on the same port. Read again when it changes.")
    private @Nullable Path userCertificate;

    @Option(names = "--user-key", paramLabel = "PEM", description = "Private key of that certificate.")
    private @Nullable Path userKey;

    @Option(
            names = "--proxy-protocol-from",
            paramLabel = "CIDR",
            split = ",",
            description =
                    "Load balancers: connections from there must begin with a PROXY header (version 1 or 2) that says whose they are.")
    private List<String> proxyProtocolFrom = List.of();

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description = "User connections in all; over it new ones are reset (default: 20000).")
    private @Nullable Integer maxConnections;

    @Option(
            names = "--max-connections-per-source",
            paramLabel = "N",
            description = "The same for one IPv4 address or IPv6 /64 (default: 2000).")
    private @Nullable Integer maxConnectionsPerSource;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "Directory of this edge alone: telemetry that waits for Kafka, and snapshots.")
    private Path data = Path.of("");

    @Option(
            names = "--pick",
            paramLabel = "POLICY",
            defaultValue = "BAND",
            description =
                    "${COMPLETION-CANDIDATES}: the best exit with room, one of those near it, or of three the fastest that is not busy (default: ${DEFAULT-VALUE}).")
    private PickPolicy pick = PickPolicy.BAND;

    @Option(
            names = "--allow-destination",
            paramLabel = "PATTERN",
            split = ",",
            description =
                    "Host, .suffix or CIDR, with optional :port, allowed to every tenant beside public addresses.")
    private List<String> allowedDestinations = List.of();

    @Option(
            names = "--location-database",
            paramLabel = "MMDB",
            split = ",",
            description =
                    "Files in MaxMind's format: the place of an exit's address counts where it declares another (default: what exits declare).")
    private List<Path> locationDatabases = List.of();

    @Option(
            names = "--secrets-directory",
            paramLabel = "DIR",
            description = "Passwords of upstream proxies may be read from files below it, and from no others.")
    private @Nullable Path secretsDirectory;

    @Option(
            names = "--drain-ms",
            paramLabel = "MS",
            defaultValue = "10000",
            description = "Requests may go on this long when the proxy is stopped (default: ${DEFAULT-VALUE}).")
    private int drainMs = 10_000;

    @Option(
            names = "--access-log",
            paramLabel = "FILE",
            description = "A line of JSON for each request goes there; 8 files of 64 MiB are kept.")
    private @Nullable Path accessLog;

    @Option(names = "--offline", description = "check-config: leave out what Kafka must be asked for.")
    private boolean offline;

    @Parameters(
            arity = "0..1",
            paramLabel = CHECK_CONFIG,
            description =
                    "Only check the settings, certificates, addresses, directories, Kafka and tenants; changes nothing.")
    private String action = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ProxyEdgeSettings settings = settings();
        if (!action.isEmpty()) {
            return check(settings);
        }
        try (LocationDatabase locations = LocationDatabase.open(locationDatabases);
                ProxyEdge edge = ProxyEdge.start(
                        settings, tls(), locationDatabases.isEmpty() ? ObservedLocations.NONE : locations)) {
            Foreground.ready(
                    spec.commandLine().getOut(),
                    "proxy " + edgeId + ": users on " + text(edge.userAddress()) + ", exits on "
                            + text(edge.linkAddress()) + ", admin on http://" + text(edge.adminAddress()),
                    Map.of(
                            "user", text(edge.userAddress()),
                            "link", text(edge.linkAddress()),
                            "admin", "http://" + text(edge.adminAddress())));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException e) {
            throw new UserError("The proxy can't start: " + e.getMessage(), e);
        }
    }

    private int check(ProxyEdgeSettings settings) {
        if (!action.equals(CHECK_CONFIG)) {
            throw new UserError(
                    "'" + action + "' is nothing that `fairlead proxy` does; did you mean " + CHECK_CONFIG + "?");
        }
        int wrong = new ProxyCheck(spec.commandLine().getOut())
                .run(
                        settings,
                        certificate,
                        () -> {
                            tls();
                            new UserCertificateFiles(certificate, key).check(InstantSource.system());
                            Needs.issuedBy(certificate, authority, "edge");
                            return key + ", " + authority;
                        },
                        locationDatabases.isEmpty() ? null : this::openPlaces,
                        offline ? null : kafka.client());
        return wrong == 0 ? 0 : 1;
    }

    private String openPlaces() throws IOException {
        try (LocationDatabase opened = LocationDatabase.open(locationDatabases)) {
            return opened.count() + " can be read";
        }
    }

    private ProxyEdgeSettings settings() {
        try {
            Map<String, String> client = new HashMap<>();
            kafka.client().forEach((name, value) -> client.put(name, value.toString()));
            String version = ProxyCommand.class.getPackage().getImplementationVersion();
            return new ProxyEdgeSettings(
                    SupernodeSettings.of(edgeId, bound(userAddress), bound(linkAddress))
                            .withTenants(List.of(), true)
                            .withFront(front())
                            .withDrainMs(drainMs)
                            .withUpstreams(UpstreamSettings.DEFAULTS.withSecretsDirectory(secretsDirectory))
                            .withAllowedDestinations(allowedDestinations),
                    EdgeKitSettings.of(
                                    edgeId,
                                    "supernode",
                                    version == null ? "built from source" : version,
                                    kafka.bootstrapServers(),
                                    data)
                            .withKafka(client)
                            .withAdminAddress(bound(adminAddress)),
                    PickSettings.DEFAULTS.withPolicy(pick),
                    accessLog == null ? null : AccessLogSettings.of(accessLog));
        } catch (IllegalArgumentException e) {
            throw new UserError("The proxy can't start: " + e.getMessage(), e);
        }
    }

    private FrontSettings front() {
        Path chain = userCertificate;
        Path keyOfChain = userKey;
        if ((chain == null) != (keyOfChain == null)) {
            throw new UserError("--user-certificate and --user-key belong together: give both, or none.");
        }
        FrontSettings settings = FrontSettings.DEFAULTS
                .withProxyProtocolFrom(
                        proxyProtocolFrom.stream().map(ProxyCommand::block).toList())
                .withMaxConnections(
                        maxConnections == null ? FrontSettings.DEFAULTS.maxConnections() : maxConnections,
                        maxConnectionsPerSource == null
                                ? FrontSettings.DEFAULTS.maxConnectionsPerSource()
                                : maxConnectionsPerSource);
        return chain == null || keyOfChain == null
                ? settings
                : settings.withCertificate(new UserCertificateFiles(chain, keyOfChain));
    }

    private static AddressBlock block(String text) {
        AddressBlock block = AddressBlock.parse(text);
        if (block == null) {
            throw new UserError(
                    "--proxy-protocol-from has '" + text + "'; write addresses or networks such as 10.0.0.0/8.");
        }
        return block;
    }

    private static InetSocketAddress bound(String text) {
        InetSocketAddress address = AgentCommand.address(text);
        return new InetSocketAddress(address.getHostString(), address.getPort());
    }

    private SslContext tls() throws IOException {
        for (Path file : List.of(certificate, key, authority)) {
            if (!Files.isReadable(file)) {
                throw new UserError(
                        "The proxy can't read " + file + "; `fairlead authority issue edge` makes such files.");
            }
        }
        try {
            return LinkTls.forEdge(certificate.toFile(), key.toFile(), authority.toFile());
        } catch (IllegalArgumentException e) {
            throw new UserError("The certificate, key or authority is no PEM as expected: " + e.getMessage(), e);
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
