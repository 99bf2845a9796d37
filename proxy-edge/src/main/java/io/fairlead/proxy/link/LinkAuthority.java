package io.fairlead.proxy.link;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate authority of exit links: one EC P-256 key that issues certificates to edges and agents. An agent's
 * certificate carries its exit id as a URI name and may only be used as a client; an edge's carries {@link #EDGE_NAME}, and
 * may only be used as a server, so that no agent can play supernode to another.
 *
 * <p>The authority's key has no place on an edge: keep it where certificates are issued.
 */
public final class LinkAuthority {

    /** The name that agents expect in an edge's certificate, whatever address they dial. */
    public static final String EDGE_NAME = "supernode.fairlead.internal";

    static final String EXIT_PREFIX = "urn:fairlead:exit:";

    /** The name that agents expect in the issuer's certificate. */
    public static final String ISSUER_NAME = "authority.fairlead.internal";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final InstantSource clock;
    private final PrivateKey key;
    private final X509Certificate certificate;

    private LinkAuthority(InstantSource clock, PrivateKey key, X509Certificate certificate) {
        this.clock = clock;
        this.key = key;
        this.certificate = certificate;
    }

    /** Makes a new authority, valid for ten years. */
    public static LinkAuthority create(InstantSource clock) {
        KeyPair pair = LinkIdentity.newKeys();
        X500Principal name = new X500Principal("CN=Fairlead exit links");
        Instant now = clock.instant();
        X509Certificate root = sign(
                pair.getPrivate(),
                builder(name, name, pair.getPublic(), now, Duration.ofDays(3650)),
                List.of(
                        new Field(Extension.basicConstraints, new BasicConstraints(0)),
                        new Field(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))));
        return new LinkAuthority(clock, pair.getPrivate(), root);
    }

    /** Reads {@code ca.crt} and {@code ca.key} from a directory, making them first if there are none. */
    public static LinkAuthority openOrCreate(Path directory, InstantSource clock) {
        if (!Files.exists(directory.resolve("ca.key"))) {
            LinkAuthority fresh = create(clock);
            new LinkIdentity(fresh.key, List.of(fresh.certificate)).save(directory, "ca");
            return fresh;
        }
        try (Reader keyText = Files.newBufferedReader(directory.resolve("ca.key"));
                Reader certificateText = Files.newBufferedReader(directory.resolve("ca.crt"));
                PEMParser keyParser = new PEMParser(keyText);
                PEMParser certificateParser = new PEMParser(certificateText)) {
            if (!(keyParser.readObject() instanceof PrivateKeyInfo info)
                    || !(certificateParser.readObject() instanceof X509CertificateHolder holder)) {
                throw new IllegalArgumentException(directory
                        + " holds a ca.key or ca.crt that is not in PEM; restore them, or remove both to start anew");
            }
            PrivateKey key = new JcaPEMKeyConverter().getPrivateKey(info);
            return new LinkAuthority(clock, key, new JcaX509CertificateConverter().getCertificate(holder));
        } catch (IOException e) {
            throw new UncheckedIOException("the authority in " + directory + " can't be read: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("ca.crt in " + directory + " is no certificate: " + e.getMessage(), e);
        }
    }

    /** What both sides trust. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** A certificate for an agent: its exit id as URI, client use only. */
    public LinkIdentity issueAgent(String exitId, Duration validity) {
        GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, EXIT_PREFIX + ExitIds.check(exitId));
        return issue(exitId, name, KeyPurposeId.id_kp_clientAuth, validity);
    }

    /** A certificate for an edge: server use only. */
    public LinkIdentity issueEdge(String edgeId, Duration validity) {
        GeneralName name = new GeneralName(GeneralName.dNSName, EDGE_NAME);
        return issue(ExitIds.check(edgeId), name, KeyPurposeId.id_kp_serverAuth, validity);
    }

    /** A certificate for the issuer of certificates itself: server use only. */
    public LinkIdentity issueIssuer(Duration validity) {
        GeneralName name = new GeneralName(GeneralName.dNSName, ISSUER_NAME);
        return issue("authority", name, KeyPurposeId.id_kp_serverAuth, validity);
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
        GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, EXIT_PREFIX + ExitIds.check(exitId));
        PublicKey holder = AgentRequest.publicKey(requestPem, exitId);
        return List.of(sign(exitId, holder, name, KeyPurposeId.id_kp_clientAuth, validity), certificate);
    }

    private LinkIdentity issue(String commonName, GeneralName name, KeyPurposeId purpose, Duration validity) {
        KeyPair pair = LinkIdentity.newKeys();
        return new LinkIdentity(
                pair.getPrivate(), List.of(sign(commonName, pair.getPublic(), name, purpose, validity), certificate));
    }

    private X509Certificate sign(
            String commonName, PublicKey holder, GeneralName name, KeyPurposeId purpose, Duration validity) {
        JcaX509v3CertificateBuilder builder = builder(
                certificate.getSubjectX500Principal(),
                new X500Principal("CN=" + commonName),
                holder,
                clock.instant(),
                validity);
        return sign(
                key,
                builder,
                List.of(
                        new Field(Extension.basicConstraints, new BasicConstraints(false)),
                        new Field(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature)),
                        new Field(Extension.extendedKeyUsage, new ExtendedKeyUsage(purpose)),
                        new Field(Extension.subjectAlternativeName, new GeneralNames(name))));
    }

    private record Field(org.bouncycastle.asn1.ASN1ObjectIdentifier id, org.bouncycastle.asn1.ASN1Encodable value) {}

    private static JcaX509v3CertificateBuilder builder(
            X500Principal issuer, X500Principal subject, PublicKey holder, Instant now, Duration validity) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, RANDOM).setBit(126),
                Date.from(now.minus(LinkTls.CLOCK_SKEW)),
                Date.from(now.plus(validity)),
                subject,
                holder);
    }

    private static X509Certificate sign(PrivateKey key, JcaX509v3CertificateBuilder builder, List<Field> fields) {
        try {
            for (Field field : fields) {
                boolean critical = !field.id().equals(Extension.subjectAlternativeName);
                builder.addExtension(field.id(), critical, field.value());
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (OperatorCreationException | CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("this JDK can't sign with SHA256withECDSA: " + e.getMessage(), e);
        }
    }
}
