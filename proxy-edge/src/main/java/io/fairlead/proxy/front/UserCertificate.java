package io.fairlead.proxy.front;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of the user side, which follows its files: a new pair is taken for new connections a few seconds after it was written. A pair
 * that can't be used is told once and the former one stays in use.
 *
 * <p>Files are looked at every second by a thread of its own, and taken when two looks in a row find the same: certificate and
 * key are two files, and whoever replaces them writes one after the other.
 */
final class UserCertificate implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UserCertificate.class);
    private static final int LOOK_MS = 1_000;

    @SuppressWarnings("ArrayRecordComponent")
    private record Contents(byte[] chain, byte[] key) {

        boolean same(Contents other) {
            return Arrays.equals(chain, other.chain) && Arrays.equals(key, other.key);
        }
    }

    private record Loaded(SslContext tls, Instant notAfter) {}

    private static final Contents NOTHING = new Contents(new byte[0], new byte[0]);

    private final UserCertificateFiles files;
    private final FrontCounters counters;
    private final InstantSource clock;
    private final ScheduledExecutorService looking;

    private Contents inUse;
    private Contents seen;
    private Contents judged;
    private volatile Loaded loaded;
    private volatile String problem = "";

    private UserCertificate(
            UserCertificateFiles files, FrontCounters counters, InstantSource clock, Contents first, Loaded loaded) {
        this.files = files;
        this.counters = counters;
        this.clock = clock;
        this.inUse = first;
        this.seen = first;
        this.judged = first;
        this.loaded = loaded;
        this.looking = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "user-certificate");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Reads the files and begins to follow them.
     *
     * @throws IOException if they can't be used; the message says why
     */
    static UserCertificate follow(UserCertificateFiles files, FrontCounters counters, InstantSource clock)
            throws IOException {
        Contents first = read(files);
        UserCertificate certificate =
                new UserCertificate(files, counters, clock, first, load(files, first, clock.instant()));
        certificate.looking.scheduleWithFixedDelay(certificate::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
        return certificate;
    }

    /** @throws IOException if the files can't be used; the message says why */
    static void check(UserCertificateFiles files, InstantSource clock) throws IOException {
        load(files, read(files), clock.instant());
    }

    /** What new connections are to use. Any thread. */
    SslContext tls() {
        return loaded.tls;
    }

    /** When the certificate in use expires. */
    Instant notAfter() {
        return loaded.notAfter;
    }

    /** What is wrong with the files as they are now, or with the certificate in use; empty: nothing. Any thread. */
    String problem() {
        String present = problem;
        if (!present.isEmpty()) {
            return present;
        }
        Instant notAfter = loaded.notAfter;
        return clock.instant().isAfter(notAfter)
                ? "the certificate for users, " + files.chain() + ", has expired at " + notAfter
                        + "; write a new one, it is taken within seconds"
                : "";
    }

    private void look() {
        try {
            Contents now = read(files);
            boolean still = now.same(seen);
            seen = now;
            if (still && !now.same(judged)) {
                judged = now;
                take(now);
            }
        } catch (IOException e) {
            boolean still = seen.same(NOTHING);
            seen = NOTHING;
            if (still && !judged.same(NOTHING)) {
                judged = NOTHING;
                refuse(e);
            }
        } catch (RuntimeException e) {
            LOG.error("The certificate for users could not be looked at.", e);
        }
    }

    private void take(Contents now) {
        if (now.same(inUse)) {
            problem = "";
            return;
        }
        try {
            loaded = load(files, now, clock.instant());
            inUse = now;
            problem = "";
            counters.certificatesTaken.increment();
            LOG.info("Took a new certificate for users from {}; it is good until {}.", files.chain(), loaded.notAfter);
        } catch (IOException e) {
            refuse(e);
        }
    }

    private void refuse(IOException why) {
        problem = why.getMessage() + "; the former certificate stays in use";
        counters.certificatesRefused.increment();
        LOG.warn("The new certificate for users is not taken: {}.", problem);
    }

    private static Contents read(UserCertificateFiles files) throws IOException {
        return new Contents(read(files.chain(), "certificate"), read(files.key(), "key"));
    }

    private static byte[] read(Path file, String what) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("the user " + what + " " + file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException("the user " + what + " " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static Loaded load(UserCertificateFiles files, Contents contents, Instant now) throws IOException {
        List<X509Certificate> chain = chain(files.chain(), contents.chain);
        PrivateKey key = key(files.key(), contents.key);
        X509Certificate leaf = chain.get(0);
        if (!belong(key, leaf)) {
            throw new IOException("the key " + files.key() + " does not belong to the certificate in " + files.chain()
                    + " (" + leaf.getSubjectX500Principal() + ")");
        }
        Instant notAfter = leaf.getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            throw new IOException("the certificate " + files.chain() + " has expired at " + notAfter);
        }
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            throw new IOException("the certificate " + files.chain() + " is not valid before "
                    + leaf.getNotBefore().toInstant());
        }
        return new Loaded(
                SslContextBuilder.forServer(key, chain)
                        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                        .protocols("TLSv1.3", "TLSv1.2")
                        .applicationProtocolConfig(new ApplicationProtocolConfig(
                                Protocol.ALPN,
                                SelectorFailureBehavior.NO_ADVERTISE,
                                SelectedListenerFailureBehavior.ACCEPT,
                                ApplicationProtocolNames.HTTP_2,
                                ApplicationProtocolNames.HTTP_1_1))
                        .build(),
                notAfter);
    }

    private static List<X509Certificate> chain(Path file, byte[] pem) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .forEach(each -> chain.add((X509Certificate) each));
        } catch (CertificateException e) {
            throw new IOException("the certificate " + file + " is no PEM certificate: " + e.getMessage(), e);
        }
        if (chain.isEmpty()) {
            throw new IOException("the certificate " + file + " holds no certificate");
        }
        return chain;
    }

    private static PrivateKey key(Path file, byte[] pem) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(new String(pem, StandardCharsets.US_ASCII)))) {
            for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
                if (each instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter()
                            .getPrivateKey(pair.getPrivateKeyInfo()); // it may lack the public one
                }
                if (each instanceof PrivateKeyInfo info) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
            }
        } catch (PEMException e) {
            throw new IOException("the key " + file + " is no PEM key: " + e.getMessage(), e);
        }
        throw new IOException("the key " + file + " holds no private key that is not encrypted");
    }

    /** Whether what this key signs is what the certificate's verifies. */
    private static boolean belong(PrivateKey key, X509Certificate certificate) throws IOException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC", "ECDSA" -> "SHA256withECDSA";
                    default ->
                        throw new IOException(
                                "the key is of kind " + key.getAlgorithm() + "; RSA and EC are understood");
                };
        try {
            byte[] text = certificate.getEncoded();
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(text);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false; // keys of two kinds
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
