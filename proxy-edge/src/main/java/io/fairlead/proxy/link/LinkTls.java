package io.fairlead.proxy.link;

import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.MutualTls;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.File;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** TLS of exit links, as {@link MutualTls}, and of the issuer of their certificates. */
public final class LinkTls {

    private LinkTls() {}

    /** When one of the authority's certificates was issued, to the second. */
    public static Instant issuedAt(X509Certificate certificate) {
        return MutualTls.issuedAt(certificate);
    }

    /** For the supernode: demands an agent's certificate. */
    public static SslContext forEdge(LinkIdentity identity, X509Certificate authority) throws SSLException {
        return MutualTls.listening(identity, authority);
    }

    /** The same, from PEM files. */
    public static SslContext forEdge(File chain, File key, File authority) throws SSLException {
        return MutualTls.listening(chain, key, authority);
    }

    /** For the issuer of certificates: HTTP/1.1, where an exit that has a certificate already may show it. */
    public static SslContext forIssuer(LinkIdentity identity, X509Certificate authority) throws SSLException {
        return SslContextBuilder.forServer(identity.key(), identity.chain().toArray(X509Certificate[]::new))
                .sslProvider(MutualTls.provider())
                .protocols("TLSv1.3", "TLSv1.2")
                .trustManager(authority)
                .clientAuth(ClientAuth.OPTIONAL)
                .build();
    }

    /** For the agent: trusts this authority alone, and demands an edge's certificate. */
    public static SslContext forAgent(LinkIdentity identity, X509Certificate authority) throws SSLException {
        return MutualTls.dialling(identity, authority, LinkAuthority.EDGE_NAME);
    }

    /** The same, from PEM files. */
    public static SslContext forAgent(File chain, File key, File authority) throws SSLException {
        return MutualTls.dialling(chain, key, authority, LinkAuthority.EDGE_NAME);
    }

    /** The certificate that the other side has proven; null if it showed none. */
    public static @Nullable X509Certificate peer(SslHandler ssl) {
        return MutualTls.peer(ssl);
    }

    /** The exit id in an agent's certificate; null if it has none, or more than one. */
    public static @Nullable String exitId(X509Certificate certificate) {
        String id = MutualTls.nameAfter(LinkAuthority.EXIT_PREFIX, certificate);
        return id != null && ExitIds.valid(id) ? id : null;
    }
}
