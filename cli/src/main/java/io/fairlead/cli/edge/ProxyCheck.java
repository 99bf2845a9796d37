package io.fairlead.cli.edge;

import io.fairlead.cli.UserError;
import io.fairlead.cli.config.TenantsKnown;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.front.UserCertificateFiles;
import io.fairlead.proxy.supernode.ProxyEdgeSettings;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** {@code fairlead proxy check-config}: looks at all that a proxy would need, and changes nothing. */
final class ProxyCheck {

    /** Edges' certificates live a day: one that is renewed in time has more than this left. */
    private static final Duration SOON = Duration.ofHours(1);

    private static final int KAFKA_TIMEOUT_MS = 10_000;

    private final PrintWriter out;
    private int wrong;

    ProxyCheck(PrintWriter out) {
        this.out = out;
    }

    /** Something that may be wrong; the message says what to do. */
    @FunctionalInterface
    interface Check {
        String run() throws Exception;
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
            Check tls,
            @Nullable Check places,
            @Nullable Map<String, Object> kafka) {
        look("users on", () -> bindable(settings.supernode().userAddress()));
        look("exits on", () -> bindable(settings.supernode().linkAddress()));
        look("admin on", () -> bindable(settings.kit().adminAddress()));
        if (look("certificate", () -> time(certificate))) {
            look("key and authority", tls);
        }
        List<String> destinations = settings.supernode().allowedDestinations();
        if (!destinations.isEmpty()) {
            look("allowed destinations", () -> {
                DestinationRules.allowing(destinations);
                return String.join(", ", destinations);
            });
        }
        UserCertificateFiles users = settings.supernode().front().certificate();
        if (users != null) {
            look("users' certificate", () -> {
                users.check(InstantSource.system());
                return users.chain() + ", " + users.key();
            });
        }
        if (places != null) {
            look("location databases", places);
        }
        Path secrets = settings.supernode().upstreams().secretsDirectory();
        if (secrets != null) {
            look("secrets directory", () -> readable(secrets));
        }
        look("data directory", () -> directory(settings.kit().dataDir()));
        look(
                "space for telemetry",
                () -> space(settings.kit().dataDir(), settings.kit().publisher().spoolBytesMax()));
        if (settings.accessLog() != null) {
            Path parent = settings.accessLog().file().toAbsolutePath().getParent();
            look("access log", () -> directory(parent == null ? Path.of("/") : parent));
        }
        Map<String, Object> client = kafka;
        if (client == null) {
            out.println("left   Kafka, topics, tenants: --offline");
        } else if (look("Kafka", () -> reachable(client))) {
            look("topics", () -> topics(client));
            look("tenants", () -> TenantsKnown.in(client, settings.supernode().allowedDestinations()));
        }
        out.println(
                wrong == 0 ? "Nothing is wrong." : wrong + " of these must be put right before the proxy is started.");
        return wrong;
    }

    private boolean look(String what, Check check) {
        try {
            out.println("ok     " + what + ": " + check.run());
            return true;
        } catch (Exception e) {
            wrong++;
            out.println("WRONG  " + what + ": " + e.getMessage());
            return false;
        }
    }

    private static String bindable(InetSocketAddress address) {
        InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
        if (resolved.isUnresolved()) {
            throw new UserError(
                    address.getHostString() + " is no address of this machine; write one, or 0.0.0.0 for all");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(resolved);
            return resolved.toString();
        } catch (IOException e) {
            throw new UserError(
                    address + " can't be bound: " + e.getMessage() + "; choose another address or end what uses it", e);
        }
    }

    private static String time(Path certificate) throws IOException {
        if (!Files.isReadable(certificate)) {
            throw new UserError(certificate + " can't be read; `fairlead authority issue edge` makes such files");
        }
        try (InputStream pem = Files.newInputStream(certificate)) {
            X509Certificate first =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
            Instant ends = first.getNotAfter().toInstant();
            Instant now = Instant.now();
            if (ends.isBefore(now.plus(SOON))) {
                throw new UserError(certificate + (ends.isBefore(now) ? " has ended at " : " ends soon, at ") + ends
                        + "; make a new one with: fairlead authority issue edge");
            }
            return certificate + " is valid until " + ends;
        } catch (CertificateException e) {
            throw new UserError(certificate + " is no PEM certificate: " + e.getMessage(), e);
        }
    }

    private static String readable(Path directory) {
        if (!Files.isDirectory(directory) || !Files.isReadable(directory)) {
            throw new UserError(directory + " is no directory that can be read; upstreams whose passwords are there"
                    + " would be away. Make it, or leave --secrets-directory out");
        }
        return directory.toString();
    }

    private static String directory(Path directory) {
        Path there = directory.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new UserError(
                    directory + " can't be written to; make it, and give it to the user that the proxy runs as");
        }
        return directory.toString();
    }

    /** Whether a directory, which need not be there yet, has room for so many bytes. */
    static String space(Path directory, long bytes) throws IOException {
        Path there = directory.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        long free = there == null ? 0 : Files.getFileStore(there).getUsableSpace();
        if (free < bytes) {
            throw new UserError(
                    directory + " has room for " + (free >> 20) + " MiB, but telemetry may wait for Kafka in "
                            + (bytes >> 20) + " MiB; make room, or choose another disk");
        }
        return (free >> 20) + " MiB are free, " + (bytes >> 20) + " MiB may be needed";
    }

    private static String reachable(Map<String, Object> kafka) throws InterruptedException {
        try (Admin admin = admin(kafka)) {
            int brokers = admin.describeCluster()
                    .nodes()
                    .get(KAFKA_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                    .size();
            return kafka.get("bootstrap.servers") + ", " + brokers + " brokers";
        } catch (ExecutionException | TimeoutException | org.apache.kafka.common.KafkaException e) {
            throw new UserError(
                    kafka.get("bootstrap.servers") + " does not answer within " + KAFKA_TIMEOUT_MS
                            + " ms; see that it is up and may be reached from here, or check with --offline",
                    e);
        }
    }

    /** One that gives up by itself, also when it is closed. */
    private static Admin admin(Map<String, Object> kafka) {
        Map<String, Object> client = new HashMap<>(kafka);
        client.put("request.timeout.ms", KAFKA_TIMEOUT_MS / 2);
        client.put("default.api.timeout.ms", KAFKA_TIMEOUT_MS);
        return Admin.create(client);
    }

    private static String topics(Map<String, Object> kafka) throws InterruptedException {
        try (Admin admin = admin(kafka)) {
            Set<String> there = admin.listTopics().names().get(KAFKA_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            List<String> missing = Topics.all().stream()
                    .map(TopicSpec::name)
                    .filter(name -> !there.contains(name))
                    .toList();
            if (!missing.isEmpty()) {
                throw new UserError(String.join(", ", missing) + " are missing; make them with: fairlead topics apply");
            }
            return Topics.all().size() + " are there";
        } catch (ExecutionException | TimeoutException e) {
            throw new UserError(
                    "they can't be listed: " + e.getMessage() + "; the proxy's user must be let to describe topics", e);
        }
    }
}
