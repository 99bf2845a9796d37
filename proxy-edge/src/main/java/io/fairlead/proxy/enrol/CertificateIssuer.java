package io.fairlead.proxy.enrol;

import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets a certificate: a stranger for a token, an exit for its present certificate. Says nothing of the transport. One
 * thread.
 */
final class CertificateIssuer {

    private final LinkAuthority authority;
    private final TokenBook tokens;
    private final Revocations revocations;
    private final IssuerSettings settings;
    private final InstantSource clock;

    CertificateIssuer(
            LinkAuthority authority,
            TokenBook tokens,
            Revocations revocations,
            IssuerSettings settings,
            InstantSource clock) {
        this.authority = authority;
        this.tokens = tokens;
        this.revocations = revocations;
        this.settings = settings;
        this.clock = clock;
    }

    /** A certificate for whom the token makes. The token is used only if there is one. */
    String enrol(String secret, String requestPem) throws RefusedException {
        String keyDigest = EnrolmentToken.digest(requestPem);
        String exitId = tokens.exitOf(secret, keyDigest);
        String chain = sign(requestPem, exitId);
        tokens.used(secret, keyDigest);
        return chain;
    }

    /** The next certificate for the same exit. */
    String renew(@Nullable X509Certificate present, String requestPem) throws RefusedException {
        String exitId = present == null ? null : LinkTls.exitId(present);
        if (present == null || exitId == null) {
            throw new RefusedException(
                    IssuerRefusal.NO_IDENTITY, "no certificate of an exit was shown; enrol the exit with a token");
        }
        Instant countSince = revocations.countSince(exitId);
        if (LinkTls.issuedAt(present).isBefore(countSince)) {
            throw new RefusedException(
                    IssuerRefusal.REVOKED,
                    "certificates of exit " + exitId + " issued before " + countSince
                            + " are revoked; enrol the exit anew");
        }
        if (!clock.instant().isBefore(present.getNotAfter().toInstant())) {
            throw new RefusedException(
                    IssuerRefusal.NO_IDENTITY,
                    "the certificate of exit " + exitId + " ended at "
                            + present.getNotAfter().toInstant() + "; enrol the exit anew");
        }
        return sign(requestPem, exitId);
    }

    private String sign(String requestPem, String exitId) throws RefusedException {
        try {
            List<X509Certificate> chain = authority.signAgent(requestPem, exitId, settings.validity());
            return LinkIdentity.pem(chain);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    IssuerRefusal.BAD_CERTIFICATE_REQUEST,
                    "exit " + exitId + " gets no certificate: " + e.getMessage());
        }
    }
}
