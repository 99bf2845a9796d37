package io.fairlead.dashboards.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** TLS of the console from PEM files, as other certificates of the system are. */
final class ConsoleTls {

    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] IN_MEMORY = "memory".toCharArray();

    private ConsoleTls() {}

    /** @throws IOException saying which file is no good */
    static Optional<SslContextFactory.Server> of(ConsoleDoor door) throws IOException {
        Path certificate = door.certificate();
        Path key = door.key();
        if (certificate == null || key == null) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = chain(certificate);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, IN_MEMORY);
            store.setKeyEntry("console", key(key, chain[0].getPublicKey().getAlgorithm()), IN_MEMORY, chain);
            SslContextFactory.Server tls = new SslContextFactory.Server();
            tls.setKeyStore(store);
            tls.setKeyManagerPassword(new String(IN_MEMORY));
            tls.setIncludeProtocols("TLSv1.2", "TLSv1.3");
            tls.setSniRequired(false);
            return Optional.of(tls);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "The console's certificate " + certificate + " and key " + key + " do not go together: "
                            + e.getMessage() + ".",
                    e);
        }
    }

    static ServerConnector connector(
            Server server, HttpConfiguration http, SslContextFactory.Server tls, String host, int port) {
        // One name is checked by the guard; certificates for addresses have none.
        http.addCustomizer(new SecureRequestCustomizer(false));
        ServerConnector connector = new ServerConnector(server, tls, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        return connector;
    }

    private static Certificate[] chain(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .toArray(new Certificate[0]);
            if (chain.length == 0) {
                throw new IOException(
                        "The console's certificate " + file + " has no certificate in it; give a PEM file.");
            }
            return chain;
        }
    }

    private static PrivateKey key(Path file, String algorithm) throws IOException, GeneralSecurityException {
        Matcher pem = PKCS8.matcher(Files.readString(file));
        if (!pem.find()) {
            throw new IOException(
                    "The console's key " + file
                            + " is no PKCS #8 key as PEM (BEGIN PRIVATE KEY). Turn it into one: openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.pem.");
        }
        return KeyFactory.getInstance(algorithm)
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
    }
}
