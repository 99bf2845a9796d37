package io.fairlead.proxy.enrol;

import io.fairlead.proxy.link.LinkAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The agent's side of the issuer. Blocks: call it from a thread that may wait. */
public final class IssuerClient {

    private static final int CONNECT_TIMEOUT_MS = 10_000;
    private static final int READ_TIMEOUT_MS = 20_000;
    private static final int LONGEST_ANSWER = 64 << 10;

    private IssuerClient() {}

    /**
     * What the issuer gave.
     *
     * @param renewAfter how old the certificate shall be when the next one is asked for
     */
    public record Granted(AgentIdentity identity, Duration renewAfter) {}

    /**
     * Exchanges a token for an identity, which is then in the directory. Can be called again after a failure: the keys stay.
     *
     * @throws RefusedException if the issuer refuses
     * @throws IOException if it can't be reached, or is not the one that the token means
     */
    public static Granted enrol(EnrolmentToken token, Path directory) throws RefusedException, IOException {
        KeyPair keys = AgentIdentity.keysIn(directory);
        String request = AgentIdentity.requestIn(directory, keys, token.exitId());
        Pinned pinned = new Pinned(token.authorityPin());
        Answer answer = post(
                token.issuer(),
                IssuerHandler.ENROL,
                context(new KeyManager[0], pinned),
                "Bearer " + token.secret(),
                request);
        X509Certificate authority = pinned.seen.get();
        if (authority == null) {
            throw new IOException("the issuer at " + token.issuer() + " has not proven who it is");
        }
        return granted(answer, keys, authority, token.issuer(), token.exitId(), directory);
    }

    /** Gets the next certificate for the same exit and the same key, and puts it in the directory. */
    public static Granted renew(AgentIdentity present, Path directory) throws RefusedException, IOException {
        Answer answer = post(
                present.issuer(),
                IssuerHandler.RENEW,
                context(ownKey(present), new Pinned(EnrolmentToken.digest(encoded(present.authority())))),
                "",
                CertificateRequest.pem(present.keys(), present.exitId()));
        return granted(answer, present.keys(), present.authority(), present.issuer(), present.exitId(), directory);
    }

    private record Answer(String chain, Duration renewAfter) {}

    private static Granted granted(
            Answer answer, KeyPair keys, X509Certificate authority, String issuer, String exitId, Path directory)
            throws IOException {
        try {
            List<X509Certificate> chain = AgentIdentity.certificates(answer.chain());
            chain.get(0).verify(authority.getPublicKey());
            if (!chain.get(0).getPublicKey().equals(keys.getPublic())) {
                throw new IOException("the issuer at " + issuer + " has certified another key than ours");
            }
            AgentIdentity identity = new AgentIdentity(keys, chain, authority, issuer);
            if (!identity.exitId().equals(exitId)) {
                throw new IOException("the issuer at " + issuer + " has certified exit " + identity.exitId()
                        + ", the token is for exit " + exitId);
            }
            identity.save(directory);
            return new Granted(identity, answer.renewAfter());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(
                    "the issuer at " + issuer + " gave what is no certificate of its own: " + e.getMessage(), e);
        }
    }

    private static Answer post(String issuer, String path, SSLContext tls, String authorization, String body)
            throws RefusedException, IOException {
        URL url = URI.create("https://" + issuer + path).toURL();
        HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
        try {
            connection.setSSLSocketFactory(tls.getSocketFactory());
            connection.setHostnameVerifier((host, session) -> isIssuer(session));
            connection.setConnectTimeout(CONNECT_TIMEOUT_MS);
            connection.setReadTimeout(READ_TIMEOUT_MS);
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setDoOutput(true);
            connection.setRequestMethod("POST");
            if (!authorization.isEmpty()) {
                connection.setRequestProperty("Authorization", authorization);
            }
            connection.setRequestProperty("Content-Type", "application/pkcs10");
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.US_ASCII));
            }
            int status = connection.getResponseCode();
            InputStream in = status == 200 ? connection.getInputStream() : connection.getErrorStream();
            String text = in == null ? "" : new String(in.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8).strip();
            if (status != 200) {
                throw refused(issuer, status, connection.getHeaderField(IssuerHandler.REFUSAL_FIELD), text);
            }
            long renewAfterSeconds = connection.getHeaderFieldLong(IssuerHandler.RENEW_AFTER_FIELD, 0);
            return new Answer(text, Duration.ofSeconds(Math.max(1, renewAfterSeconds)));
        } finally {
            connection.disconnect();
        }
    }

    private static RefusedException refused(String issuer, int status, @Nullable String name, String text)
            throws IOException {
        for (IssuerRefusal reason : IssuerRefusal.values()) {
            if (reason.name().equals(name)) {
                return new RefusedException(reason, text.replaceAll("[^ -~]", "?"));
            }
        }
        throw new IOException("what answers at " + issuer + " is no issuer: status " + status);
    }

    private static boolean isIssuer(SSLSession session) {
        try {
            Certificate leaf = session.getPeerCertificates()[0];
            Collection<List<?>> names =
                    leaf instanceof X509Certificate known ? known.getSubjectAlternativeNames() : null;
            return names != null && names.stream().anyMatch(name -> LinkAuthority.ISSUER_NAME.equals(name.get(1)));
        } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
            return false;
        }
    }

    private static SSLContext context(KeyManager[] keys, TrustManager trust) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {trust}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this JDK has no TLS: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] ownKey(AgentIdentity identity) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "exit",
                    identity.keys().getPrivate(),
                    new char[0],
                    identity.chain().toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException("the exit's own key can't be used: " + e.getMessage(), e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) throws IOException {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IOException("the authority's certificate has no encoding: " + e.getMessage(), e);
        }
    }

    /** Trusts one authority, known by its digest, and what it has signed for servers. */
    private static final class Pinned implements X509TrustManager {

        private static final String SERVER_USE = "1.3.6.1.5.5.7.3.1";

        private final String pin;
        private final AtomicReference<@Nullable X509Certificate> seen = new AtomicReference<>();

        Pinned(String pin) {
            this.pin = pin;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            X509Certificate authority = null;
            for (X509Certificate one : chain) {
                if (EnrolmentToken.digest(one.getEncoded()).equals(pin)) {
                    authority = one;
                }
            }
            if (authority == null) {
                throw new CertificateException("the server is none of the authority that is trusted here");
            }
            try {
                chain[0].verify(authority.getPublicKey());
            } catch (GeneralSecurityException e) {
                throw new CertificateException("the server's certificate is not signed by the authority", e);
            }
            chain[0].checkValidity();
            List<String> uses = chain[0].getExtendedKeyUsage();
            if (uses == null || !uses.contains(SERVER_USE)) {
                throw new CertificateException("the certificate is not for a server");
            }
            seen.set(authority);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("an agent has no clients");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
