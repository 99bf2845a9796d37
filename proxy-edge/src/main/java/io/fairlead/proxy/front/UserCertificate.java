package io.fairlead.proxy.front;

import io.fairlead.edge.link.FollowedFiles;
import io.fairlead.edge.link.FollowedFiles.Named;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.edge.link.PemIdentity;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** TLS of the user side, which follows its files ({@link FollowedFiles}): new connections get what was written last. */
final class UserCertificate implements AutoCloseable {

    private record Loaded(SslContext tls, Instant notAfter) {

        @Override
        public String toString() {
            return "it is good until " + notAfter;
        }
    }

    private final UserCertificateFiles files;
    private final InstantSource clock;
    private final FollowedFiles<Loaded> followed;

    private UserCertificate(UserCertificateFiles files, InstantSource clock, FollowedFiles<Loaded> followed) {
        this.files = files;
        this.clock = clock;
        this.followed = followed;
    }

    /**
     * Reads the files and begins to follow them.
     *
     * @throws IOException if they can't be used; the message says why
     */
    static UserCertificate follow(UserCertificateFiles files, InstantSource clock) throws IOException {
        return new UserCertificate(
                files,
                clock,
                FollowedFiles.follow("certificate for users", named(files), contents -> load(files, contents, clock)));
    }

    /** @throws IOException if the files can't be used; the message says why */
    static void check(UserCertificateFiles files, InstantSource clock) throws IOException {
        FollowedFiles.once(named(files), contents -> load(files, contents, clock));
    }

    private static List<Named> named(UserCertificateFiles files) {
        return List.of(new Named("user certificate", files.chain()), new Named("user key", files.key()));
    }

    private static Loaded load(UserCertificateFiles files, List<byte[]> contents, InstantSource clock)
            throws IOException {
        LinkIdentity identity =
                PemIdentity.read(files.chain(), contents.get(0), files.key(), contents.get(1), clock.instant());
        return new Loaded(
                SslContextBuilder.forServer(identity.key(), identity.chain())
                        .sslProvider(MutualTls.provider())
                        .protocols("TLSv1.3", "TLSv1.2")
                        .applicationProtocolConfig(new ApplicationProtocolConfig(
                                Protocol.ALPN,
                                SelectorFailureBehavior.NO_ADVERTISE,
                                SelectedListenerFailureBehavior.ACCEPT,
                                ApplicationProtocolNames.HTTP_2,
                                ApplicationProtocolNames.HTTP_1_1))
                        .build(),
                identity.chain().get(0).getNotAfter().toInstant());
    }

    /** What new connections are to use. Any thread. */
    SslContext tls() {
        return followed.now().tls;
    }

    /** When the certificate in use expires. */
    Instant notAfter() {
        return followed.now().notAfter;
    }

    /** What is wrong with the files as they are now, or with the certificate in use; empty: nothing. Any thread. */
    String problem() {
        String present = followed.problem();
        if (!present.isEmpty()) {
            return present;
        }
        Instant notAfter = notAfter();
        return clock.instant().isAfter(notAfter)
                ? "the certificate for users, " + files.chain() + ", has expired at " + notAfter
                        + "; write a new one, it is taken within seconds"
                : "";
    }

    /** How often new files were taken. */
    long taken() {
        return followed.taken();
    }

    /** How often new files could not be used. */
    long refused() {
        return followed.refused();
    }

    @Override
    public void close() {
        followed.close();
    }
}
