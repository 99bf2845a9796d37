package io.fairlead.cli.relay;

import io.fairlead.cli.UserError;
import io.fairlead.cli.check.Findings;
import io.fairlead.cli.check.Needs;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.publish.PublisherSettings;
import io.fairlead.proxy.front.UserCertificateFiles;
import io.fairlead.relay.FollowedCertificate;
import io.fairlead.relay.server.ServerSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What relay servers and relay clients are both told. */
final class RelayOptions {

    static final String CHECK_CONFIG = "check-config";

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--edge-id",
            paramLabel = "ID",
            required = true,
            description =
                    "Its name, unique in the deployment; of a relay client also the identifier that its certificate was issued to.")
    private String edgeId = "";

    @Option(
            names = "--certificate",
            paramLabel = "PEM",
            required = true,
            description = "Its certificate chain for the long link.")
    private Path certificate = Path.of("");

    @Option(names = "--key", paramLabel = "PEM", required = true, description = "Private key of that certificate.")
    private Path key = Path.of("");

    @Option(
            names = "--authority",
            paramLabel = "PEM",
            required = true,
            description = "Certificate of the authority that both ends of the long link trust.")
    private Path authority = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Directory of this edge alone: telemetry that waits for Kafka, and snapshots.")
    private @Nullable Path data;

    @Option(
            names = "--no-kafka",
            description = "Stand alone: nothing is told, and nothing is known but what the settings say.")
    private boolean noKafka;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "50000",
            description =
                    "Connections of viewers and publishers in all; over it new ones are reset (default: ${DEFAULT-VALUE}).")
    private int maxConnections = 50_000;

    @Option(
            names = "--max-rooms",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Rooms that are open; over it new ones are answered 503 (default: ${DEFAULT-VALUE}).")
    private int maxRooms = 10_000;

    @Option(names = "--offline", description = "check-config: leave out what Kafka must be asked for.")
    private boolean offline;

    String edgeId() {
        return edgeId;
    }

    Path certificate() {
        return certificate;
    }

    Path key() {
        return key;
    }

    Path authority() {
        return authority;
    }

    /** @throws UserError if a bound is none */
    ServerSettings server() {
        try {
            return ServerSettings.DEFAULTS.withMost(maxConnections, maxRooms);
        } catch (IllegalArgumentException e) {
            throw new UserError("--max-connections and --max-rooms: " + e.getMessage(), e);
        }
    }

    /** Reads certificate, key and authority, and follows them. */
    @FunctionalInterface
    interface Following {
        FollowedCertificate follow(String id, Path certificate, Path key, Path authority, InstantSource clock)
                throws IOException;
    }

    /**
     * The certificate of the long link, which follows its files.
     *
     * @param kind what {@code fairlead authority issue} calls it
     * @throws UserError if it can't be used
     */
    FollowedCertificate follow(String kind, Following following) {
        for (Path file : List.of(certificate, key, authority)) {
            if (!Files.isReadable(file)) {
                throw new UserError(file + " can't be read; `fairlead authority issue " + kind + "` makes such files.");
            }
        }
        try {
            return following.follow(edgeId, certificate, key, authority, InstantSource.system());
        } catch (IOException e) {
            throw new UserError("The certificate of the long link can't be used: " + e.getMessage() + ".", e);
        }
    }

    /**
     * What all edges share; null where there is no Kafka.
     *
     * @param kind what its reports say it is
     * @throws UserError if something is missing
     */
    @Nullable
    EdgeKitSettings kit(String kind, InetSocketAddress adminAddress) {
        if (noKafka) {
            return null;
        }
        Path directory = data;
        if (directory == null) {
            throw new UserError("A " + kind.replace('-', ' ')
                    + " needs --data, where telemetry waits for Kafka; or --no-kafka, which stands alone.");
        }
        Map<String, String> client = new HashMap<>();
        kafka.client().forEach((name, value) -> client.put(name, value.toString()));
        String version = RelayOptions.class.getPackage().getImplementationVersion();
        try {
            return EdgeKitSettings.of(
                            edgeId,
                            kind,
                            version == null ? "built from source" : version,
                            kafka.bootstrapServers(),
                            directory)
                    .withKafka(client)
                    .withAdminAddress(adminAddress);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage() + ".", e);
        }
    }

    // ---- check-config

    /** @param kind what {@code fairlead authority issue} calls it */
    void checkLink(Findings findings, String kind, Findings.Check tls) {
        if (findings.look("certificate", () -> Needs.time(certificate, kind))) {
            findings.look("key and authority", () -> {
                new UserCertificateFiles(certificate, key).check(InstantSource.system());
                Needs.issuedBy(certificate, authority, kind);
                return tls.run();
            });
        }
    }

    void checkKafka(Findings findings) {
        Path directory = data;
        if (noKafka || directory == null) {
            findings.left("Kafka, topics, data directory: --no-kafka");
            return;
        }
        findings.look("data directory", () -> Needs.directory(directory));
        findings.look(
                "space for telemetry",
                () -> Needs.space(directory, PublisherSettings.defaults().spoolBytesMax()));
        if (offline) {
            findings.left("Kafka, topics: --offline");
        } else if (findings.look("Kafka", () -> Needs.reachable(kafka.client()))) {
            findings.look("topics", () -> Needs.topics(kafka.client()));
        }
    }

    /** Whether only a look was asked for. */
    static boolean onlyChecks(String action, String process) {
        if (!action.isEmpty() && !action.equals(CHECK_CONFIG)) {
            throw new UserError("'" + action + "' is nothing that `fairlead " + process + "` does; did you mean "
                    + CHECK_CONFIG + "?");
        }
        return !action.isEmpty();
    }
}
