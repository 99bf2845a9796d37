package io.fairlead.proxy.front;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The certificate by which users know the proxy, in PEM.
 *
 * @param chain the certificate, then those of the authorities between it and one that users trust
 * @param key its private key, not encrypted
 */
public record UserCertificateFiles(Path chain, Path key) {

    /**
     * Looks at them as a front does before it uses them.
     *
     * @throws IOException if they can't be used; the message says why
     */
    public void check(InstantSource clock) throws IOException {
        UserCertificate.check(this, clock);
    }
}
