package io.fairlead.cli.doctor;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Whether certificates in files end soon. */
final class CertificatesHealth {

    private static final Duration SOON = Duration.ofDays(14);

    private final List<Path> files;
    private final InstantSource clock;

    /** @param files PEM, each with one certificate or a chain */
    CertificatesHealth(List<Path> files, InstantSource clock) {
        this.files = List.copyOf(files);
        this.clock = clock;
    }

    String ends() throws IOException {
        Instant now = clock.instant();
        List<String> wrong = new ArrayList<>();
        Instant first = Instant.MAX;
        for (Path file : files) {
            Instant ends = ends(file);
            first = ends.isBefore(first) ? ends : first;
            if (ends.isBefore(now.plus(SOON))) {
                wrong.add(file + (ends.isBefore(now) ? " ended at " : " ends at ") + ends);
            }
        }
        if (!wrong.isEmpty()) {
            throw new UserError(
                    String.join("; ", wrong)
                            + ". Put newer ones there: edges take them without a restart. Those of the link's authority: fairlead authority issue, of exits: they renew by themselves while the issuer runs");
        }
        return files.size() + (files.size() == 1 ? " file ends" : " files; the first ends") + " at " + first;
    }

    /** Of a chain, the first to end. */
    private static Instant ends(Path file) throws IOException {
        try (InputStream pem = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                    .map(Certificate.class::cast)
                    .map(X509Certificate.class::cast)
                    .map(each -> each.getNotAfter().toInstant())
                    .min(Instant::compareTo)
                    .orElseThrow(() -> new UserError(file + " holds no certificate; give a PEM file that does"));
        } catch (CertificateException e) {
            throw new UserError(file + " can't be read as PEM certificates: " + e.getMessage(), e);
        }
    }
}
