package io.fairlead.proxy.front;

import java.nio.file.Path;

/**
 * The certificate by which users know the proxy, in PEM.
 *
 * @param chain the certificate, then those of the authorities between it and one that users trust
 * @param key its private key, not encrypted
 */
public record UserCertificateFiles(Path chain, Path key) {}
