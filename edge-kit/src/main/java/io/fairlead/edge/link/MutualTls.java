package io.fairlead.edge.link;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** TLS of links: 1.3 or 1.2, ALPN {@code h2}, both ends with certificates of the same authority. */
public final class MutualTls {

    /** Certificates are valid from so much before they were issued, for clocks that are behind. */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private MutualTls() {}

    /** When a certificate of a {@link CertificateAuthority} was issued, to the second. */
    public static Instant issuedAt(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant().plus(CLOCK_SKEW);
    }

    /** For the end that listens: demands the other's certificate. */
    public static SslContext listening(LinkIdentity identity, X509Certificate authority) throws SSLException {
        return listening(identity, List.of(authority));
    }

    /** The same, with several authorities, of which one may be on its way out. */
    public static SslContext listening(LinkIdentity identity, List<X509Certificate> authorities) throws SSLException {
        return http2(SslContextBuilder.forServer(
                                identity.key(), identity.chain().toArray(X509Certificate[]::new))
                        .trustManager(authorities.toArray(X509Certificate[]::new))
                        .clientAuth(ClientAuth.REQUIRE))
                .build();
    }

    /** The same, from PEM files. */
    public static SslContext listening(File chain, File key, File authority) throws SSLException {
        return http2(SslContextBuilder.forServer(chain, key)
                        .trustManager(authority)
                        .clientAuth(ClientAuth.REQUIRE))
                .build();
    }

    /** For the end that dials: trusts this authority alone, and demands that name in the other's certificate, whatever address is dialled. */
    public static SslContext dialling(LinkIdentity identity, X509Certificate authority, String name)
            throws SSLException {
        return dialling(identity, List.of(authority), name);
    }

    /** The same, with several authorities, of which one may be on its way out. */
    public static SslContext dialling(LinkIdentity identity, List<X509Certificate> authorities, String name)
            throws SSLException {
        return http2(SslContextBuilder.forClient()
                        .keyManager(identity.key(), identity.chain().toArray(X509Certificate[]::new))
                        .trustManager(authorities.toArray(X509Certificate[]::new))
                        .serverName(new SNIHostName(name)))
                .build();
    }

    /** The same, from PEM files. */
    public static SslContext dialling(File chain, File key, File authority, String name) throws SSLException {
        return http2(SslContextBuilder.forClient()
                        .keyManager(chain, key)
                        .trustManager(authority)
                        .serverName(new SNIHostName(name)))
                .build();
    }

    /** The certificate that the other side has proven; null if it showed none. */
    public static @Nullable X509Certificate peer(SslHandler ssl) {
        try {
            Certificate[] chain = ssl.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** What follows {@code prefix} in the one name of a certificate; null if it has none that begins so, or more than one. */
    public static @Nullable String nameAfter(String prefix, X509Certificate certificate) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return null;
        }
        if (names == null || names.size() != 1) {
            return null;
        }
        String name = String.valueOf(names.iterator().next().get(1));
        return name.startsWith(prefix) ? name.substring(prefix.length()) : null;
    }

    /** OpenSSL's where it loads, else the JDK's. */
    public static SslProvider provider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    }

    private static SslContextBuilder http2(SslContextBuilder builder) {
        return builder.sslProvider(provider())
                .protocols("TLSv1.3", "TLSv1.2")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2));
    }
}
