package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Names;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key that signs a zone: ECDSA with P-256 and SHA-256 (RFC 6605, number 13), one for keys and for data (flags 257). In a file it stands as two PEM blocks, private and
 * public. Immutable; {@link #signer} is asked by each thread for its own.
 */
public final class ZoneKey {

    /** Number of ECDSA P-256 with SHA-256. */
    public static final int ALGORITHM = 13;

    /** Time to live of the DNSKEY records, s. */
    static final int TTL_S = 3_600;

    private static final int FLAGS = 257;
    private static final int PROTOCOL = 3;
    private static final int COORDINATE_BYTES = 32;
    private static final int FILE_BYTES_MAX = 16_384;
    private static final int DIGEST_SHA_256 = 2;
    private static final String CURVE = "secp256r1";
    private static final String FORM = "SHA256withECDSAinP1363Format";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN (PRIVATE|PUBLIC) KEY-----([A-Za-z0-9+/=\\s]+)-----END \\1 KEY-----");

    private final PrivateKey secret;
    private final PublicKey open;
    private final byte[] data;

    private ZoneKey(PrivateKey secret, PublicKey open) {
        this.secret = secret;
        this.open = open;
        this.data = data((ECPublicKey) open);
    }

    private static byte[] data(ECPublicKey key) {
        byte[] data = new byte[4 + 2 * COORDINATE_BYTES];
        data[0] = FLAGS >>> 8;
        data[1] = FLAGS & 0xFF;
        data[2] = PROTOCOL;
        data[3] = ALGORITHM;
        put(key.getW().getAffineX(), data, 4);
        put(key.getW().getAffineY(), data, 4 + COORDINATE_BYTES);
        return data;
    }

    private static void put(BigInteger number, byte[] to, int at) {
        byte[] bytes = number.toByteArray(); // with a zero before it, or shorter
        int length = Math.min(COORDINATE_BYTES, bytes.length);
        System.arraycopy(bytes, bytes.length - length, to, at + COORDINATE_BYTES - length, length);
    }

    /** Makes a new one. */
    public static ZoneKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            KeyPair pair = generator.generateKeyPair();
            return new ZoneKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + CURVE, e);
        }
    }

    /**
     * Reads one.
     *
     * @throws IOException if the file can't be read, or holds no such key
     */
    public static ZoneKey load(Path file) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IOException(file + " has " + Files.size(file) + " bytes; a key has under " + FILE_BYTES_MAX);
        }
        byte[] secret = {};
        byte[] open = {};
        Matcher blocks = BLOCK.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        while (blocks.find()) {
            byte[] der = Base64.getMimeDecoder().decode(blocks.group(2));
            if (blocks.group(1).equals("PRIVATE")) {
                secret = der;
            } else {
                open = der;
            }
        }
        try {
            KeyFactory keys = KeyFactory.getInstance("EC");
            ZoneKey key = new ZoneKey(
                    keys.generatePrivate(new PKCS8EncodedKeySpec(secret)),
                    keys.generatePublic(new X509EncodedKeySpec(open)));
            key.check();
            return key;
        } catch (GeneralSecurityException | ClassCastException e) {
            throw new IOException(
                    file + " holds no key of a zone; make one with fairlead nameserver key --zone NAME --out FILE", e);
        }
    }

    /** Both halves belong together, and to the curve. */
    private void check() throws GeneralSecurityException {
        byte[] text = {1, 2, 3};
        Signature verifier = Signature.getInstance(FORM);
        verifier.initVerify(open);
        verifier.update(text);
        byte[] signature = sign(signer(), text);
        if (signature.length != 2 * COORDINATE_BYTES || !verifier.verify(signature)) {
            throw new InvalidKeyException("the public half is that of another key, or of another curve");
        }
    }

    /**
     * Writes it, for its owner alone.
     *
     * @throws FileAlreadyExistsException a key is never written over
     */
    public void save(Path file) throws IOException {
        Base64.Encoder base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
        String text = "-----BEGIN PRIVATE KEY-----\n" + base64.encodeToString(secret.getEncoded())
                + "\n-----END PRIVATE KEY-----\n-----BEGIN PUBLIC KEY-----\n" + base64.encodeToString(open.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text, StandardOpenOption.WRITE);
        } else {
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        }
    }

    /** Of one thread. */
    public Signature signer() {
        try {
            Signature signature = Signature.getInstance(FORM);
            signature.initSign(secret);
            return signature;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java can't sign by " + FORM, e);
        }
    }

    /** The 64 bytes of a signature, as RRSIG has them. */
    public static byte[] sign(Signature signer, byte[] text) {
        try {
            signer.update(text);
            return signer.sign();
        } catch (SignatureException e) {
            throw new IllegalStateException("a key that signed before does not sign any more", e);
        }
    }

    /** Data of its DNSKEY record. */
    public byte[] data() {
        return data.clone();
    }

    /** RFC 4034, appendix B. */
    public int tag() {
        int sum = 0;
        for (int i = 0; i < data.length; i++) {
            sum += i % 2 == 0 ? (data[i] & 0xFF) << 8 : data[i] & 0xFF;
        }
        return (sum + (sum >>> 16)) & 0xFFFF;
    }

    /** Its DNSKEY record, as a zone file has it. */
    public String dnskey(String zone) {
        return zone + " " + TTL_S + " IN DNSKEY " + FLAGS + " " + PROTOCOL + " " + ALGORITHM + " "
                + Base64.getEncoder().encodeToString(java.util.Arrays.copyOfRange(data, 4, data.length));
    }

    /** The DS record that the parent of the zone is to have (RFC 4034 §5, SHA-256). */
    public String ds(String zone) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Names.lower(Names.parse(zone, new byte[1])));
            digest.update(data);
            return zone + " " + TTL_S + " IN DS " + tag() + " " + ALGORITHM + " " + DIGEST_SHA_256 + " "
                    + HexFormat.of().formatHex(digest.digest()).toUpperCase(Locale.ROOT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
