package io.fairlead.proxy.link;

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
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** TLS of exit links: 1.3 or 1.2, ALPN {@code h2}, both sides with certificates of the same authority. */
public final class LinkTls {

    /** Certificates are valid from so much before they were issued, for clocks that are behind. */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private LinkTls() {}

    /** When one of the authority's certificates was issued, to the second. */
    public static Instant issuedAt(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant().plus(CLOCK_SKEW);
    }

    /** For the supernode: demands an agent's certificate. */
    public static SslContext forEdge(LinkIdentity identity, X509Certificate authority) throws SSLException {
        return common(SslContextBuilder.forServer(
                                identity.key(), identity.chain().toArray(X509Certificate[]::new))
                        .trustManager(authority)
                        .clientAuth(ClientAuth.REQUIRE))
                .build();
    }

    /** The same, from PEM files. */
    public static SslContext forEdge(File chain, File key, File authority) throws SSLException {
        return common(SslContextBuilder.forServer(chain, key)
                        .trustManager(authority)
                        .clientAuth(ClientAuth.REQUIRE))
                .build();
    }

    /** For the issuer of certificates: HTTP/1.1, where an exit that has a certificate already may show it. */
    public static SslContext forIssuer(LinkIdentity identity, X509Certificate authority) throws SSLException {
        return SslContextBuilder.forServer(identity.key(), identity.chain().toArray(X509Certificate[]::new))
                .sslProvider(provider())
                .protocols("TLSv1.3", "TLSv1.2")
                .trustManager(authority)
                .clientAuth(ClientAuth.OPTIONAL)
                .build();
    }

    /** For the agent: trusts this authority alone, and demands an edge's certificate. */
    public static SslContext forAgent(LinkIdentity identity, X509Certificate authority) throws SSLException {
        return common(SslContextBuilder.forClient()
                        .keyManager(identity.key(), identity.chain().toArray(X509Certificate[]::new))
                        .trustManager(authority)
                        .serverName(new javax.net.ssl.SNIHostName(LinkAuthority.EDGE_NAME)))
                .build();
    }

    /** The same, from PEM files. */
    public static SslContext forAgent(File chain, File key, File authority) throws SSLException {
        return common(SslContextBuilder.forClient()
                        .keyManager(chain, key)
                        .trustManager(authority)
                        .serverName(new javax.net.ssl.SNIHostName(LinkAuthority.EDGE_NAME)))
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

    /** The exit id in an agent's certificate; null if it has none, or more than one. */
    public static @Nullable String exitId(X509Certificate certificate) {
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
        if (!name.startsWith(LinkAuthority.EXIT_PREFIX)) {
            return null;
        }
        String id = name.substring(LinkAuthority.EXIT_PREFIX.length());
        return ExitIds.valid(id) ? id : null;
    }

    private static SslContextBuilder common(SslContextBuilder builder) {
        return builder.sslProvider(provider())
                .protocols("TLSv1.3", "TLSv1.2")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2));
    }

    private static SslProvider provider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    }
}
