package io.fairlead.relay;

import io.fairlead.edge.link.FollowedFiles;
import io.fairlead.edge.link.FollowedFiles.Named;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.edge.link.PemIdentity;
import io.fairlead.relay.link.RelayNames;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/**
 * Certificate, key and authority of a relay edge, which follow their files ({@link FollowedFiles}): links that come up get what was written last, those
 * that are up keep theirs.
 */
public final class FollowedCertificate implements LinkCertificate, Supplier<SslContext> {

    private record Loaded(SslContext tls, Instant ends) {

        @Override
        public String toString() {
            return "it is good until " + ends;
        }
    }

    /** Looks at what was read, and makes TLS of it. */
    @FunctionalInterface
    private interface Making {
        SslContext make(LinkIdentity identity, List<X509Certificate> authorities) throws IOException;
    }

    private final Path chain;
    private final FollowedFiles<Loaded> followed;

    private FollowedCertificate(Path chain, Path key, Path authority, InstantSource clock, Making making)
            throws IOException {
        this.chain = chain;
        this.followed = FollowedFiles.follow(
                "certificate of the long link",
                List.of(
                        new Named("certificate", chain),
                        new Named("key", key),
                        new Named("authority's certificate", authority)),
                contents -> {
                    LinkIdentity identity =
                            PemIdentity.read(chain, contents.get(0), key, contents.get(1), clock.instant());
                    SslContext tls = making.make(identity, PemIdentity.chain(authority, contents.get(2)));
                    return new Loaded(tls, leaf(identity).getNotAfter().toInstant());
                });
    }

    /**
     * Of a relay server.
     *
     * @param id its edge id, for the message alone
     * @throws IOException if the files can't be used; the message says why
     */
    public static FollowedCertificate ofServer(String id, Path chain, Path key, Path authority, InstantSource clock)
            throws IOException {
        return new FollowedCertificate(chain, key, authority, clock, (identity, authorities) -> {
            if (!RelayNames.isServer(leaf(identity))) {
                throw new IOException(chain
                        + " was issued to no relay server, so no relay client would trust it; make one with: fairlead authority issue relay-server "
                        + id);
            }
            return MutualTls.listening(identity, authorities);
        });
    }

    /**
     * Of a relay client, which must be this one's: relay servers refuse requests that name another.
     *
     * @throws IOException if the files can't be used; the message says why
     */
    public static FollowedCertificate ofClient(String id, Path chain, Path key, Path authority, InstantSource clock)
            throws IOException {
        return new FollowedCertificate(chain, key, authority, clock, (identity, authorities) -> {
            String issuedTo = RelayNames.clientId(leaf(identity));
            if (!id.equals(issuedTo)) {
                throw new IOException(chain + " was issued to "
                        + (issuedTo == null ? "no relay client" : "the relay client " + issuedTo)
                        + ", but --edge-id is " + id + "; make one with: fairlead authority issue relay-client " + id);
            }
            return MutualTls.dialling(identity, authorities, RelayNames.SERVER);
        });
    }

    private static X509Certificate leaf(LinkIdentity identity) {
        return identity.chain().get(0);
    }

    /** TLS for a link that comes up now. */
    @Override
    public SslContext get() {
        return followed.now().tls;
    }

    @Override
    public String name() {
        return chain.toString();
    }

    @Override
    public Instant ends() {
        return followed.now().ends;
    }

    @Override
    public String remedy() {
        return "; it is taken within seconds";
    }

    @Override
    public String problem() {
        return followed.problem();
    }

    @Override
    public long taken() {
        return followed.taken();
    }

    @Override
    public long refused() {
        return followed.refused();
    }

    @Override
    public void close() {
        followed.close();
    }
}
