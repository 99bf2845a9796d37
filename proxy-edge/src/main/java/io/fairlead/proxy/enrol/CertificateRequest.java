package io.fairlead.proxy.enrol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Writes an agent's certificate request: PKCS #10 (RFC 2986) for an EC key, with the exit's id as common name and no
 * attributes. The JDK has no public writer of these, and a library that has would be four times the agent.
 */
final class CertificateRequest {

    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int UTF8_STRING = 0x0c;
    private static final int BIT_STRING = 0x03;
    private static final int NO_ATTRIBUTES = 0xa0;
    private static final byte[] VERSION_0 = {2, 1, 0};
    /** 2.5.4.3 */
    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");
    /** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 (RFC 5758) */
    private static final byte[] ECDSA_SHA256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");

    private CertificateRequest() {}

    /** In PEM, signed by the key itself. */
    static String pem(KeyPair keys, String exitId) {
        byte[] name = wrap(
                SEQUENCE,
                wrap(SET, wrap(SEQUENCE, COMMON_NAME, wrap(UTF8_STRING, exitId.getBytes(StandardCharsets.UTF_8)))));
        byte[] asked = wrap(SEQUENCE, VERSION_0, name, keys.getPublic().getEncoded(), wrap(NO_ATTRIBUTES));
        byte[] request = wrap(SEQUENCE, asked, ECDSA_SHA256, wrap(BIT_STRING, new byte[] {0}, signature(keys, asked)));
        return "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(request)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }

    private static byte[] signature(KeyPair keys, byte[] what) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(what);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK can't sign with SHA256withECDSA: " + e.getMessage(), e);
        }
    }

    /** Tag, length, parts (DER, X.690 8.1.3). */
    private static byte[] wrap(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (byte[] part : parts) {
            out.write(part, 0, part.length);
        }
        return out.toByteArray();
    }
}
