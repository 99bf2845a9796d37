package io.fairlead.cli.relay;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.check.Findings;
import io.fairlead.cli.check.Needs;
import io.fairlead.cli.settings.HostPort;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.relay.FollowedCertificate;
import io.fairlead.relay.RelayClientEdge;
import io.fairlead.relay.RelayClientEdgeSettings;
import io.fairlead.relay.client.ClientSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.room.RoomSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead relay client}: one relay client in the foreground. */
@Command(
        name = "client",
        description =
                "Run a relay client: serve viewers, and get each room once from a relay server, however many watch.")
final class RelayClientCommand implements Callable<Integer> {

    private static final String CERTIFICATE_KIND = "relay-client";

    /** Scheme, host and port, as browsers compare them. */
    private static final Pattern ORIGIN =
            Pattern.compile("https?://([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:\\d{1,5})?");

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private RelayOptions relay = new RelayOptions();

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8061",
            description = "Where viewers connect (default: ${DEFAULT-VALUE}).")
    private String address = "";

    @Option(
            names = "--admin-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9183",
            description = "Health and metrics; keep it off public addresses (default: ${DEFAULT-VALUE}).")
    private String adminAddress = "";

    @Option(
            names = "--parent",
            paramLabel = "HOST:PORT",
            split = ",",
            required = true,
            description =
                    "Where relay servers take relay clients, the preferred one first; there are links to all, and rooms move to the next when one is gone.")
    private List<String> parents = List.of();

    @Option(
            names = "--links",
            paramLabel = "N",
            defaultValue = "2",
            description = "Connections to each relay server; rooms are spread over them (default: ${DEFAULT-VALUE}).")
    private int links = 2;

    @Option(
            names = "--group",
            paramLabel = "ID",
            description = "Delivery group whose viewers it serves; see fairlead group.")
    private String group = "";

    @Option(
            names = "--viewer-certificate",
            paramLabel = "FILE",
            description =
                    "Certificate chain (PEM) for viewers that speak TLS, which they may at the same port (default: none does). What is written in its place is taken within seconds.")
    private @Nullable Path viewerCertificate;

    @Option(names = "--viewer-key", paramLabel = "FILE", description = "Its key (PEM, not encrypted).")
    private @Nullable Path viewerKey;

    @Option(
            names = "--max-paths",
            paramLabel = "N",
            defaultValue = "10000",
            description =
                    "Networks of viewers whose round trips each event loop tells at once; further ones are left out (default: ${DEFAULT-VALUE}).")
    private int maxPaths = 10_000;

    @Option(
            names = "--max-beacons-per-second",
            paramLabel = "N",
            defaultValue = "200",
            description = "Beacons that are told; further ones are answered only (default: ${DEFAULT-VALUE}).")
    private int maxBeaconsPerSecond = 200;

    @Option(
            names = "--announce",
            paramLabel = "URL",
            description =
                    "Where viewers reach --address from elsewhere, for pages that show its rooms: http://HOST:PORT or https://HOST[:PORT]; default: --address, unless that is every address of this machine, which is announced to nobody.")
    private String announce = "";

    @Parameters(
            arity = "0..1",
            paramLabel = RelayOptions.CHECK_CONFIG,
            description = "Only check the settings, certificates, addresses, directories and Kafka; changes nothing.")
    private String action = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (RelayOptions.onlyChecks(action, "relay client")) {
            return check();
        }
        try (RelayClientEdge edge = RelayClientEdge.start(settings())) {
            String admin = "http://" + HostPort.text(edge.adminAddress());
            Foreground.ready(
                    spec.commandLine().getOut(),
                    "relay client " + relay.edgeId() + ": viewers on http://" + HostPort.text(edge.address())
                            + ", relay servers " + String.join(", ", parents) + ", admin on " + admin,
                    Map.of("http", HostPort.text(edge.address()), "admin", admin));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException e) {
            throw new UserError("The relay client can't start: " + e.getMessage(), e);
        }
    }

    private int check() {
        Findings findings = new Findings(spec.commandLine().getOut());
        findings.look("viewers on", () -> Needs.bindable(HostPort.here(address)));
        if (!announce.isEmpty()) {
            findings.look("announced as", this::announced);
        }
        if (viewerCertificate != null || viewerKey != null) {
            findings.look("TLS for viewers", () -> {
                FollowedCertificate forViewers = viewerTls();
                if (forViewers != null) {
                    forViewers.close();
                }
                return String.valueOf(viewerCertificate);
            });
        }
        findings.look("admin on", () -> Needs.bindable(HostPort.here(adminAddress)));
        relay.checkLink(findings, CERTIFICATE_KIND, () -> {
            certificate().close();
            return relay.key() + ", " + relay.authority();
        });
        findings.look("relay servers", () -> {
            parents.forEach(HostPort::elsewhere);
            return String.join(", ", parents);
        });
        relay.checkKafka(findings);
        return findings.end("relay client") == 0 ? 0 : 1;
    }

    private RelayClientEdgeSettings settings() {
        FollowedCertificate certificate = certificate();
        FollowedCertificate forViewers = viewerTls();
        try {
            return new RelayClientEdgeSettings(
                    new ClientSettings(
                                    relay.edgeId(),
                                    HostPort.here(address),
                                    parents.stream().map(HostPort::elsewhere).toList(),
                                    certificate,
                                    LongLinkSettings.DEFAULTS.withLinksPerParent(links),
                                    relay.server().withNetworks(maxPaths, maxBeaconsPerSecond),
                                    RoomSettings.DEFAULTS)
                            .withViewerTls(forViewers),
                    HostPort.here(adminAddress),
                    group,
                    announced(),
                    certificate,
                    forViewers,
                    relay.kit(RelayClientEdgeSettings.KIND, HostPort.here(adminAddress)));
        } catch (IllegalArgumentException e) {
            throw new UserError("The relay client can't start: " + e.getMessage() + ".", e);
        }
    }

    private String announced() {
        String told = announce.endsWith("/") ? announce.substring(0, announce.length() - 1) : announce;
        if (!told.isEmpty() && !ORIGIN.matcher(told).matches()) {
            throw new UserError(
                    "--announce is '" + announce
                            + "'; write where viewers reach this relay client, such as https://live.example or http://192.0.2.7:8061.");
        }
        return told;
    }

    /** Null: viewers speak no TLS. */
    private @Nullable FollowedCertificate viewerTls() {
        Path certificate = viewerCertificate;
        Path key = viewerKey;
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new UserError("TLS for viewers needs both --viewer-certificate and --viewer-key.");
        }
        try {
            return FollowedCertificate.ofViewers(certificate, key, InstantSource.system());
        } catch (IOException e) {
            throw new UserError("The certificate for viewers can't be used: " + e.getMessage() + ".", e);
        }
    }

    private FollowedCertificate certificate() {
        return relay.follow(CERTIFICATE_KIND, FollowedCertificate::ofClient);
    }
}
