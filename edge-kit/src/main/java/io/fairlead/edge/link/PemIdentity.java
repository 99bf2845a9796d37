package io.fairlead.edge.link;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Reads certificates and keys in PEM, and looks whether they belong together. */
public final class PemIdentity {

    private PemIdentity() {}

    /**
     * A certificate chain and the key of its first.
     *
     * @param chainFile where the chain is from, for messages; so is {@code keyFile}
     * @throws IOException if they can't be used now: no PEM, not each other's, or out of their time; the message says why
     */
    public static LinkIdentity read(Path chainFile, byte[] chainPem, Path keyFile, byte[] keyPem, Instant now)
            throws IOException {
        List<X509Certificate> chain = chain(chainFile, chainPem);
        PrivateKey key = key(keyFile, keyPem);
        X509Certificate leaf = chain.get(0);
        if (!belong(key, leaf)) {
            throw new IOException("the key " + keyFile + " does not belong to the certificate in " + chainFile + " ("
                    + leaf.getSubjectX500Principal() + ")");
        }
        Instant notAfter = leaf.getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            throw new IOException("the certificate " + chainFile + " has expired at " + notAfter);
        }
        Instant notBefore = leaf.getNotBefore().toInstant();
        if (now.isBefore(notBefore)) {
            throw new IOException("the certificate " + chainFile + " is not valid before " + notBefore);
        }
        return new LinkIdentity(key, chain);
    }

    /**
     * Certificates, at least one.
     *
     * @throws IOException if there are none
     */
    public static List<X509Certificate> chain(Path file, byte[] pem) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .forEach(each -> chain.add((X509Certificate) each));
        } catch (CertificateException e) {
            throw new IOException("the certificate " + file + " is no PEM certificate: " + e.getMessage(), e);
        }
        if (chain.isEmpty()) {
            throw new IOException("the certificate " + file + " holds no certificate");
        }
        return chain;
    }

    private static PrivateKey key(Path file, byte[] pem) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(new String(pem, StandardCharsets.US_ASCII)))) {
            for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
                if (each instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter()
                            .getPrivateKey(pair.getPrivateKeyInfo()); // it may lack the public one
                }
                if (each instanceof PrivateKeyInfo info) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
            }
        } catch (PEMException e) {
            throw new IOException("the key " + file + " is no PEM key: " + e.getMessage(), e);
        }
        throw new IOException("the key " + file + " holds no private key that is not encrypted");
    }

    /** Whether what this key signs is what the certificate's verifies. */
    private static boolean belong(PrivateKey key, X509Certificate certificate) throws IOException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC", "ECDSA" -> "SHA256withECDSA";
                    default ->
                        throw new IOException(
                                "the key is of kind " + key.getAlgorithm() + "; RSA and EC are understood");
                };
        try {
            byte[] text = certificate.getEncoded();
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(text);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false; // keys of two kinds
        }
    }
}
