package io.fairlead.proxy.link;

import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.LinkIdentity;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The certificate authority of exit links. An agent's certificate carries its exit id as a URI name and may only be used as a client; an
 * edge's carries {@link #EDGE_NAME}, and may only be used as a server, so that no agent can play supernode to another.
 */
public final class LinkAuthority {

    /** The name that agents expect in an edge's certificate, whatever address they dial. */
    public static final String EDGE_NAME = "supernode.fairlead.internal";

    static final String EXIT_PREFIX = "urn:fairlead:exit:";

    /** The name that agents expect in the issuer's certificate. */
    public static final String ISSUER_NAME = "authority.fairlead.internal";

    private final CertificateAuthority authority;

    private LinkAuthority(CertificateAuthority authority) {
        this.authority = authority;
    }

    /** Makes a new authority, valid for ten years. */
    public static LinkAuthority create(InstantSource clock) {
        return new LinkAuthority(CertificateAuthority.create(clock));
    }

    /** Reads {@code ca.crt} and {@code ca.key} from a directory, making them first if there are none. */
    public static LinkAuthority openOrCreate(Path directory, InstantSource clock) {
        return new LinkAuthority(CertificateAuthority.openOrCreate(directory, clock));
    }

    /** What both sides trust. */
    public X509Certificate certificate() {
        return authority.certificate();
    }

    /** A certificate for an agent: its exit id as URI, client use only. */
    public LinkIdentity issueAgent(String exitId, Duration validity) {
        return authority.issueClient(exitId, EXIT_PREFIX + ExitIds.check(exitId), validity);
    }

    /** A certificate for an edge: server use only. */
    public LinkIdentity issueEdge(String edgeId, Duration validity) {
        return authority.issueServer(ExitIds.check(edgeId), EDGE_NAME, validity);
    }

    /** A certificate for the issuer of certificates itself: server use only. */
    public LinkIdentity issueIssuer(Duration validity) {
        return authority.issueServer("authority", ISSUER_NAME, validity);
    }

    /**
     * A certificate for an agent that keeps its key to itself.
     *
     * @param requestPem PKCS #10 in PEM, signed by the key it holds
     * @return the chain, the leaf first
     * @throws IllegalArgumentException if the request is malformed, is not signed by its own key, holds another kind of key
     *     than EC P-256, or asks to be anybody else
     */
    public List<X509Certificate> signAgent(String requestPem, String exitId, Duration validity) {
        String uri = EXIT_PREFIX + ExitIds.check(exitId);
        PublicKey holder = AgentRequest.publicKey(requestPem, exitId);
        return authority.signClient(holder, exitId, uri, validity);
    }
}
