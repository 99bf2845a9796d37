package io.fairlead.edge.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;

/** A key and its certificate chain, the leaf first. */
public record LinkIdentity(PrivateKey key, List<X509Certificate> chain) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int PEM_COLUMNS = 64;

    public LinkIdentity {
        chain = List.copyOf(chain);
    }

    /** A fresh EC P-256 pair. */
    public static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no EC P-256 keys: " + e.getMessage(), e);
        }
    }

    /** Writes {@code name.crt} and {@code name.key} in PEM; the key readable by its owner only. */
    public void save(Path directory, String name) {
        write(directory.resolve(name + ".crt"), pem(chain), "rw-r--r--");
        write(directory.resolve(name + ".key"), pem(key), "rw-------");
    }

    /** Certificates in PEM, in this order. */
    public static String pem(List<X509Certificate> chain) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate one : chain) {
            try {
                text.append(pem("CERTIFICATE", one.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a certificate without an encoding: " + e.getMessage(), e);
            }
        }
        return text.toString();
    }

    /** A private key in PEM, as PKCS #8: the one form that TLS libraries agree on. */
    public static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** RFC 7468. */
    static String pem(String label, byte[] der) {
        String text = Base64.getMimeEncoder(PEM_COLUMNS, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }

    /** Writes a file that appears whole or not at all, and never with more permissions than these. */
    public static void write(Path file, String text, String permissions) {
        Path target = file.toAbsolutePath();
        Path directory = target.getParent();
        try {
            if (directory == null) {
                throw new IOException("it is no file's name");
            }
            Files.createDirectories(directory);
            Path fresh = directory.resolve(target.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
                Files.createFile(
                        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
            } else {
                Files.createFile(fresh);
            }
            Files.write(fresh, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + file + ": " + e.getMessage(), e);
        }
    }
}
