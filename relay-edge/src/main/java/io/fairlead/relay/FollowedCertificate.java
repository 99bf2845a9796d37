package io.fairlead.relay;

import io.fairlead.edge.link.FollowedFiles;
import io.fairlead.edge.link.FollowedFiles.Named;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.edge.link.PemIdentity;
import io.fairlead.relay.link.RelayNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Certificate and key of a relay edge, and of the long link its authority, which follow their files ({@link FollowedFiles}): connections that come up get
 * what was written last, those that are up keep theirs.
 */
public final class FollowedCertificate implements RelayCertificate, Supplier<SslContext> {

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

    private final Use use;
    private final Path chain;
    private final FollowedFiles<Loaded> followed;

    /** @param authority null: there is none */
    private FollowedCertificate(
            Use use, Path chain, Path key, @Nullable Path authority, InstantSource clock, Making making)
            throws IOException {
        this.use = use;
        this.chain = chain;
        List<Named> files = new ArrayList<>(List.of(new Named("certificate", chain), new Named("key", key)));
        if (authority != null) {
            files.add(new Named("authority's certificate", authority));
        }
        this.followed = FollowedFiles.follow("certificate " + use.words(), files, contents -> {
            LinkIdentity identity = PemIdentity.read(chain, contents.get(0), key, contents.get(1), clock.instant());
            List<X509Certificate> authorities =
                    authority == null ? List.of() : PemIdentity.chain(authority, contents.get(2));
            return new Loaded(
                    making.make(identity, authorities),
                    leaf(identity).getNotAfter().toInstant());
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
        return new FollowedCertificate(Use.LINK, chain, key, authority, clock, (identity, authorities) -> {
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
        return new FollowedCertificate(Use.LINK, chain, key, authority, clock, (identity, authorities) -> {
            String issuedTo = RelayNames.clientId(leaf(identity));
            if (!id.equals(issuedTo)) {
                throw new IOException(chain + " was issued to "
                        + (issuedTo == null ? "no relay client" : "the relay client " + issuedTo)
                        + ", but --edge-id is " + id + "; make one with: fairlead authority issue relay-client " + id);
            }
            return MutualTls.dialling(identity, authorities, RelayNames.SERVER);
        });
    }

    /**
     * For viewers of a relay client, whoever has issued it.
     *
     * @throws IOException if the files can't be used; the message says why
     */
    public static FollowedCertificate ofViewers(Path chain, Path key, InstantSource clock) throws IOException {
        return new FollowedCertificate(
                Use.VIEWERS, chain, key, null, clock, (identity, none) -> SslContextBuilder.forServer(
                                identity.key(), identity.chain())
                        .build());
    }

    private static X509Certificate leaf(LinkIdentity identity) {
        return identity.chain().get(0);
    }

    @Override
    public Use use() {
        return use;
    }

    /** TLS for a connection that comes up now. */
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
