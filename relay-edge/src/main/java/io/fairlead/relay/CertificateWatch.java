package io.fairlead.relay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Says when the certificate that an edge was started with ends: links that are up go on, but none comes up any more.
 *
 * @param name how people know it, such as its file
 * @param ends when it is valid no more
 */
public record CertificateWatch(String name, Instant ends) {

    /** From when on it is said. */
    static final Duration SOON = Duration.ofHours(6);

    /**
     * Reads the first certificate of a file.
     *
     * @throws IOException if it can't be read, or there is none in it
     */
    public static X509Certificate read(Path file) throws IOException {
        try (InputStream pem = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
        } catch (CertificateException e) {
            throw new IOException(file + " is no PEM certificate: " + e.getMessage(), e);
        }
    }

    /** @throws IOException as {@link #read} */
    public static CertificateWatch of(Path file) throws IOException {
        return new CertificateWatch(file.toString(), read(file).getNotAfter().toInstant());
    }

    /** What is wrong with it now, in a sentence; empty: nothing. */
    List<String> complaints(InstantSource clock) {
        Instant now = clock.instant();
        if (now.isBefore(ends.minus(SOON))) {
            return List.of();
        }
        return List.of("the certificate " + name + (now.isBefore(ends) ? " ends at " : " has ended at ") + ends
                + "; no long link comes up after that. Issue a new one, and start the edge anew");
    }

    /** How long it is valid, s; negative when it has ended. */
    double leftS(InstantSource clock) {
        return (double) Duration.between(clock.instant(), ends).toSeconds();
    }
}
