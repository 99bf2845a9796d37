package io.fairlead.proxy.link;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Reads an agent's certificate request (PKCS #10, RFC 2986), which comes from a stranger. */
final class AgentRequest {

    private AgentRequest() {}

    /** The key that asks, after it has proven that it is its own, and that it asks to be this exit and nobody else. */
    static PublicKey publicKey(String pem, String exitId) {
        JcaPKCS10CertificationRequest request = read(pem);
        try {
            if (!request.getSubjectPublicKeyInfo()
                            .getAlgorithm()
                            .getAlgorithm()
                            .equals(X9ObjectIdentifiers.id_ecPublicKey)
                    || !X9ObjectIdentifiers.prime256v1.equals(
                            request.getSubjectPublicKeyInfo().getAlgorithm().getParameters())) {
                throw new IllegalArgumentException("the request's key is no EC P-256 key; make one of that kind");
            }
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("the request is not signed by the key it holds");
            }
            refuseOtherNames(request, exitId);
            return key;
        } catch (GeneralSecurityException | OperatorCreationException | PKCSException | IllegalStateException e) {
            throw new IllegalArgumentException("the request's key or signature can't be read: " + e.getMessage(), e);
        }
    }

    private static JcaPKCS10CertificationRequest read(String pem) {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            if (parser.readObject() instanceof PKCS10CertificationRequest request) {
                return new JcaPKCS10CertificationRequest(request);
            }
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("the request is no PKCS #10 in PEM: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("the request is no PKCS #10 in PEM");
    }

    private static void refuseOtherNames(PKCS10CertificationRequest request, String exitId) {
        RDN[] names = request.getSubject().getRDNs();
        boolean itself = names.length == 1
                && names[0].size() == 1
                && names[0].getFirst().getType().equals(BCStyle.CN)
                && exitId.equals(IETFUtils.valueToString(names[0].getFirst().getValue()));
        if (!itself) {
            throw new IllegalArgumentException("the request asks to be '"
                    + printable(request.getSubject().toString()) + "', it may only be CN=" + exitId);
        }
        Extensions asked = request.getRequestedExtensions();
        if (asked == null) {
            return;
        }
        for (var id : asked.getExtensionOIDs()) {
            if (!id.equals(Extension.subjectAlternativeName)) {
                throw new IllegalArgumentException("the request asks for an extension (" + id
                        + "); what a certificate may be used for is not for the agent to say");
            }
        }
        for (GeneralName name : GeneralNames.fromExtensions(asked, Extension.subjectAlternativeName)
                .getNames()) {
            boolean own = name.getTagNo() == GeneralName.uniformResourceIdentifier
                    && name.getName().toString().equals(LinkAuthority.EXIT_PREFIX + exitId);
            if (!own) {
                throw new IllegalArgumentException("the request asks for the name '" + printable(name.toString())
                        + "', it may only be " + LinkAuthority.EXIT_PREFIX + exitId);
            }
        }
    }

    private static String printable(String text) {
        String clean = text.replaceAll("[^ -~]", "?");
        return clean.length() <= 100 ? clean : clean.substring(0, 100);
    }
}
