package io.fairlead.cli.edge;

import io.fairlead.cli.UserError;
import io.fairlead.cli.check.Findings;
import io.fairlead.cli.check.Needs;
import io.fairlead.cli.config.TenantsKnown;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.front.UserCertificateFiles;
import io.fairlead.proxy.supernode.ProxyEdgeSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code fairlead proxy check-config}: looks at all that a proxy would need, and changes nothing. */
final class ProxyCheck {

    private final Findings findings;

    ProxyCheck(PrintWriter out) {
        findings = new Findings(out);
    }

    /**
     * Checks and prints, a line each.
     *
     * @param tls reads key and authority of the link, and sees that they belong to the certificate
     * @param places opens the location databases; null: there are none
     * @param kafka properties of its clients; null: Kafka is not asked
     * @return how many findings are wrong
     */
    int run(
            ProxyEdgeSettings settings,
            Path certificate,
            Findings.Check tls,
            Findings.@Nullable Check places,
            @Nullable Map<String, Object> kafka) {
        findings.look("users on", () -> Needs.bindable(settings.supernode().userAddress()));
        findings.look("exits on", () -> Needs.bindable(settings.supernode().linkAddress()));
        findings.look("admin on", () -> Needs.bindable(settings.kit().adminAddress()));
        if (findings.look("certificate", () -> Needs.time(certificate, "edge"))) {
            findings.look("key and authority", tls);
        }
        List<String> destinations = settings.supernode().allowedDestinations();
        if (!destinations.isEmpty()) {
            findings.look("allowed destinations", () -> {
                DestinationRules.allowing(destinations);
                return String.join(", ", destinations);
            });
        }
        UserCertificateFiles users = settings.supernode().front().certificate();
        if (users != null) {
            findings.look("users' certificate", () -> {
                users.check(InstantSource.system());
                return users.chain() + ", " + users.key();
            });
        }
        if (places != null) {
            findings.look("location databases", places);
        }
        Path secrets = settings.supernode().upstreams().secretsDirectory();
        if (secrets != null) {
            findings.look("secrets directory", () -> readable(secrets));
        }
        findings.look("data directory", () -> Needs.directory(settings.kit().dataDir()));
        findings.look(
                "space for telemetry",
                () -> Needs.space(
                        settings.kit().dataDir(), settings.kit().publisher().spoolBytesMax()));
        if (settings.accessLog() != null) {
            Path parent = settings.accessLog().file().toAbsolutePath().getParent();
            findings.look("access log", () -> Needs.directory(parent == null ? Path.of("/") : parent));
        }
        Map<String, Object> client = kafka;
        if (client == null) {
            findings.left("Kafka, topics, tenants: --offline");
        } else if (findings.look("Kafka", () -> Needs.reachable(client))) {
            findings.look("topics", () -> Needs.topics(client));
            findings.look(
                    "tenants",
                    () -> TenantsKnown.in(client, settings.supernode().allowedDestinations()));
        }
        return findings.end("proxy");
    }

    private static String readable(Path directory) {
        if (!Files.isDirectory(directory) || !Files.isReadable(directory)) {
            throw new UserError(directory + " is no directory that can be read; upstreams whose passwords are there"
                    + " would be away. Make it, or leave --secrets-directory out");
        }
        return directory.toString();
    }
}
