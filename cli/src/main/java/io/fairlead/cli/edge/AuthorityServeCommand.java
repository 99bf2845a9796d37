package io.fairlead.cli.edge;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.admin.AdminServer;
import io.fairlead.edge.admin.Health;
import io.fairlead.proxy.enrol.IssuerServer;
import io.fairlead.proxy.enrol.IssuerSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead authority serve}: the issuer, in the foreground. */
@Command(
        name = "serve",
        description = "Give exits their certificates: the first for a token, the next for the present one. Holds the"
                + " authority's key, so it has no place on an edge.")
final class AuthorityServeCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--authority-directory",
            paramLabel = "DIR",
            required = true,
            description = "Where the authority's key, tokens and revocations are; made if it is not there.")
    private Path authority = Path.of("");

    @Option(
            names = "--issuer-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8444",
            description = "Where agents enrol and renew, by HTTPS (default: ${DEFAULT-VALUE}).")
    private String issuerAddress = "";

    @Option(
            names = "--admin-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9181",
            description = "Health and metrics; keep it off public addresses (default: ${DEFAULT-VALUE}).")
    private String adminAddress = "";

    @Option(
            names = "--certificate-hours",
            paramLabel = "N",
            defaultValue = "48",
            description =
                    "How long an exit's certificate is valid; it is renewed after a third of that, and what is left is how"
                            + " long exits outlive this issuer (default: ${DEFAULT-VALUE}).")
    private int certificateHours = 48;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        IssuerSettings settings;
        try {
            settings = IssuerSettings.DEFAULTS.withValidity(Duration.ofHours(certificateHours));
        } catch (IllegalArgumentException e) {
            throw new UserError("The issuer can't start: " + e.getMessage(), e);
        }
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (IssuerServer issuer = IssuerServer.start(
                        bound(issuerAddress), authority, settings, InstantSource.system(), System::nanoTime);
                AdminServer admin = AdminServer.start(bound(adminAddress), new Health(), metrics)) {
            issuer.counters().bindTo(metrics);
            Foreground.ready(
                    spec.commandLine().getOut(),
                    "authority " + authority + ": exits enrol on " + text(issuer.address()) + ", admin on http://"
                            + text(admin.address()),
                    Map.of("issuer", text(issuer.address()), "admin", "http://" + text(admin.address())));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new UserError("The issuer can't start: " + e.getMessage(), e);
        }
    }

    private static InetSocketAddress bound(String text) {
        InetSocketAddress address = AgentCommand.address(text);
        return new InetSocketAddress(address.getHostString(), address.getPort());
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
