package io.fairlead.proxy.enrol;

import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.proxy.link.LinkTls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Who an agent is, in its state directory: {@code exit.key} (made here, never leaves), {@code exit.crt} (certificate chain),
 * {@code authority.crt} (whom it trusts) and {@code issuer} (where it renews).
 *
 * @param keys kept over renewals
 * @param chain the leaf first
 * @param authority the only one it trusts
 * @param issuer {@code host:port}
 */
public record AgentIdentity(KeyPair keys, List<X509Certificate> chain, X509Certificate authority, String issuer) {

    private static final String KEY = "exit.key";
    private static final String PUBLIC_KEY = "exit.pub";
    private static final String CHAIN = "exit.crt";
    private static final String AUTHORITY = "authority.crt";
    private static final String ISSUER = "issuer";
    private static final String REQUEST = "exit.csr";

    public AgentIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty() || LinkTls.exitId(chain.get(0)) == null) {
            throw new IllegalArgumentException("the certificate names no exit; enrol the exit anew");
        }
    }

    /** The exit that the certificate names. */
    public String exitId() {
        String id = LinkTls.exitId(chain.get(0));
        if (id == null) {
            throw new IllegalStateException("a certificate that lost its name");
        }
        return id;
    }

    public LinkIdentity forLinks() {
        return new LinkIdentity(keys.getPrivate(), chain);
    }

    /** Whether a directory holds one. */
    public static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(CHAIN));
    }

    /** @throws IllegalArgumentException if what is there can't be used; the message says what to do */
    public static AgentIdentity load(Path directory) {
        return new AgentIdentity(
                readKeys(directory),
                certificates(read(directory.resolve(CHAIN))),
                certificates(read(directory.resolve(AUTHORITY))).get(0),
                read(directory.resolve(ISSUER)).strip());
    }

    /** Writes what has changed since the keys were made; each file appears whole. */
    void save(Path directory) {
        LinkIdentity.write(directory.resolve(AUTHORITY), LinkIdentity.pem(List.of(authority)), "rw-r--r--");
        LinkIdentity.write(directory.resolve(ISSUER), issuer + "\n", "rw-r--r--");
        LinkIdentity.write(directory.resolve(CHAIN), LinkIdentity.pem(chain), "rw-r--r--");
    }

    /** The keys of this directory, made if there are none. */
    static KeyPair keysIn(Path directory) {
        if (Files.exists(directory.resolve(KEY)) && Files.exists(directory.resolve(PUBLIC_KEY))) {
            return readKeys(directory);
        }
        KeyPair keys = LinkIdentity.newKeys();
        LinkIdentity.write(directory.resolve(KEY), LinkIdentity.pem(keys.getPrivate()), "rw-------");
        LinkIdentity.write(directory.resolve(PUBLIC_KEY), publicPem(keys.getPublic()), "rw-r--r--");
        return keys;
    }

    /** The request that enrols these keys: the same one until it is granted, by which the issuer knows that it is us again. */
    static String requestIn(Path directory, KeyPair keys, String exitId) {
        Path file = directory.resolve(REQUEST + "." + exitId);
        if (Files.exists(file)) {
            return read(file);
        }
        String request = CertificateRequest.pem(keys, exitId);
        LinkIdentity.write(file, request, "rw-------");
        return request;
    }

    static List<X509Certificate> certificates(String pem) {
        try {
            List<X509Certificate> all = new ArrayList<>();
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .forEach(one -> all.add((X509Certificate) one));
            if (all.isEmpty()) {
                throw new IllegalArgumentException("no certificate is there");
            }
            return all;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("what is there is no certificate in PEM: " + e.getMessage(), e);
        }
    }

    private static KeyPair readKeys(Path directory) {
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            PrivateKey secret = factory.generatePrivate(new PKCS8EncodedKeySpec(der(read(directory.resolve(KEY)))));
            PublicKey open = factory.generatePublic(
                    new java.security.spec.X509EncodedKeySpec(der(read(directory.resolve(PUBLIC_KEY)))));
            return new KeyPair(open, secret);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "the key in " + directory + " can't be used: " + e.getMessage()
                            + "; remove the directory and enrol the exit anew",
                    e);
        }
    }

    private static String publicPem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static byte[] der(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't read " + file + ": " + e.getMessage() + "; enrol the exit with a token", e);
        }
    }
}
