package io.fairlead.edge.link;

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
 * A certificate authority for links: one EC P-256 key that issues certificates to both ends. A certificate is for use as a client or
 * as a server, never both, so that nobody at the dialling end can play the other.
 *
 * <p>The authority's key has no place on an edge: keep it where certificates are issued.
 */
public final class CertificateAuthority {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final InstantSource clock;
    private final PrivateKey key;
    private final X509Certificate certificate;

    private CertificateAuthority(InstantSource clock, PrivateKey key, X509Certificate certificate) {
        this.clock = clock;
        this.key = key;
        this.certificate = certificate;
    }

    /** Makes a new authority, valid for ten years. */
    public static CertificateAuthority create(InstantSource clock) {
        KeyPair pair = LinkIdentity.newKeys();
        X500Principal name = new X500Principal("CN=Fairlead links");
        Instant now = clock.instant();
        X509Certificate root = sign(
                pair.getPrivate(),
                builder(name, name, pair.getPublic(), now, Duration.ofDays(3650)),
                List.of(
                        new Field(Extension.basicConstraints, new BasicConstraints(0)),
                        new Field(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))));
        return new CertificateAuthority(clock, pair.getPrivate(), root);
    }

    /** Reads {@code ca.crt} and {@code ca.key} from a directory, making them first if there are none. */
    public static CertificateAuthority openOrCreate(Path directory, InstantSource clock) {
        if (!Files.exists(directory.resolve("ca.key"))) {
            CertificateAuthority fresh = create(clock);
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
            return new CertificateAuthority(clock, key, new JcaX509CertificateConverter().getCertificate(holder));
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

    /** A key and certificate for client use only; the name in it is a URI. */
    public LinkIdentity issueClient(String commonName, String uri, Duration validity) {
        return issue(commonName, uriName(uri), KeyPurposeId.id_kp_clientAuth, validity);
    }

    /** A key and certificate for server use only; the name in it is a DNS name. */
    public LinkIdentity issueServer(String commonName, String dnsName, Duration validity) {
        GeneralName name = new GeneralName(GeneralName.dNSName, dnsName);
        return issue(commonName, name, KeyPurposeId.id_kp_serverAuth, validity);
    }

    /**
     * A certificate as {@link #issueClient}, for somebody who keeps the key to itself.
     *
     * @return the chain, the leaf first
     */
    public List<X509Certificate> signClient(PublicKey holder, String commonName, String uri, Duration validity) {
        return List.of(sign(commonName, holder, uriName(uri), KeyPurposeId.id_kp_clientAuth, validity), certificate);
    }

    private static GeneralName uriName(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
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
                Date.from(now.minus(MutualTls.CLOCK_SKEW)),
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
