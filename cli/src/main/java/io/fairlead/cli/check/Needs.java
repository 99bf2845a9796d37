package io.fairlead.cli.check;

import io.fairlead.cli.UserError;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/** What every edge needs. Each says what is right, or throws a {@link UserError} that says what to do. */
public final class Needs {

    /** Edges' certificates live a day: one that is renewed in time has more than this left. */
    private static final Duration SOON = Duration.ofHours(1);

    private static final int KAFKA_TIMEOUT_MS = 10_000;

    private Needs() {}

    /** An address that can be listened on. */
    public static String bindable(InetSocketAddress address) {
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

    /**
     * A certificate that is valid for a while.
     *
     * @param kind what {@code fairlead authority issue} calls it
     */
    public static String time(Path certificate, String kind) throws IOException {
        if (!Files.isReadable(certificate)) {
            throw new UserError(
                    certificate + " can't be read; `fairlead authority issue " + kind + "` makes such files");
        }
        try (InputStream pem = Files.newInputStream(certificate)) {
            X509Certificate first =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
            Instant ends = first.getNotAfter().toInstant();
            Instant now = Instant.now();
            if (ends.isBefore(now.plus(SOON))) {
                throw new UserError(certificate + (ends.isBefore(now) ? " has ended at " : " ends soon, at ") + ends
                        + "; make a new one with: fairlead authority issue " + kind);
            }
            return certificate + " is valid until " + ends;
        } catch (CertificateException e) {
            throw new UserError(certificate + " is no PEM certificate: " + e.getMessage(), e);
        }
    }

    /** A directory that can be written to, or made. */
    public static String directory(Path directory) {
        Path there = directory.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new UserError(directory + " can't be written to; make it, and give it to the user that runs it");
        }
        return directory.toString();
    }

    /** Whether a directory, which need not be there yet, has room for so many bytes. */
    public static String space(Path directory, long bytes) throws IOException {
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

    /** Brokers that answer. */
    public static String reachable(Map<String, Object> kafka) throws InterruptedException {
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

    /** All topics of the catalogue. */
    public static String topics(Map<String, Object> kafka) throws InterruptedException {
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
                    "they can't be listed: " + e.getMessage() + "; its user must be let to describe topics", e);
        }
    }

    /**
     * Certificate and authority that belong together: TLS libraries differ in whether they notice, and the other end of a link would be the first
     * to.
     */
    public static void issuedBy(Path certificate, Path authority, String kind)
            throws IOException, GeneralSecurityException {
        CertificateFactory reader = CertificateFactory.getInstance("X.509");
        try (InputStream own = Files.newInputStream(certificate);
                InputStream issuer = Files.newInputStream(authority)) {
            reader.generateCertificate(own)
                    .verify(reader.generateCertificate(issuer).getPublicKey());
        } catch (SignatureException | InvalidKeyException e) {
            throw new UserError(
                    certificate + " was not issued by the authority in " + authority
                            + ", so the other end of a link would not trust it; make it with: fairlead authority issue "
                            + kind,
                    e);
        }
    }
}
