package io.fairlead.proxy.enrol;

import io.fairlead.proxy.link.ExitIds;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What an operator hands to an exit's owner: all that an agent needs to get its first certificate, in one word. Whoever holds
 * it before it is used may become this exit: it is a secret.
 *
 * @param exitId whom it makes
 * @param issuer {@code host:port} of the issuer, as agents reach it
 * @param authorityPin SHA-256 of the authority's certificate, hex: by it the agent knows the issuer
 * @param secret 256 bits, base64url; the issuer keeps only its digest
 */
public record EnrolmentToken(String exitId, String issuer, String authorityPin, String secret) {

    private static final String PREFIX = "fle1.";
    private static final int SECRET_BYTES = 32;
    private static final int CHECK_BYTES = 4;
    private static final int LONGEST = 1_024;
    private static final SecureRandom RANDOM = new SecureRandom();

    public EnrolmentToken {
        ExitIds.check(exitId);
        int colon = issuer.lastIndexOf(':');
        if (colon < 1 || issuer.length() > 300 || !issuer.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("the issuer's address '" + issuer + "' is not HOST:PORT");
        }
        if (!authorityPin.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("the pin of the authority is no SHA-256 in hex");
        }
        if (!secret.matches("[A-Za-z0-9_-]{43}")) {
            throw new IllegalArgumentException("the secret is not 256 bits in base64url");
        }
    }

    /** A new one, with a secret of its own. */
    public static EnrolmentToken create(String exitId, String issuer, byte[] authorityCertificate) {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return new EnrolmentToken(
                exitId,
                issuer,
                digest(authorityCertificate),
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /** The word that is handed over: letters, digits, {@code . _ -}. */
    public String text() {
        byte[] body = String.join("\n", exitId, issuer, authorityPin, secret).getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(body, body.length + CHECK_BYTES);
        System.arraycopy(sha256(body), 0, whole, body.length, CHECK_BYTES);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /**
     * Reads the word.
     *
     * @throws IllegalArgumentException that says what is wrong, and holds nothing of the word
     */
    public static EnrolmentToken parse(String text) {
        String word = text.strip();
        if (!word.startsWith(PREFIX) || word.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "this is no enrolment token: one begins with " + PREFIX + "; `fairlead exits enrol` prints one");
        }
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(word.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the enrolment token holds characters that none has; copy it anew", e);
        }
        int length = whole.length - CHECK_BYTES;
        if (length < 1
                || !Arrays.equals(
                        Arrays.copyOfRange(whole, length, whole.length),
                        Arrays.copyOf(sha256(Arrays.copyOf(whole, length)), CHECK_BYTES))) {
            throw new IllegalArgumentException("the enrolment token is cut off or mistyped; copy it anew");
        }
        String[] parts = new String(whole, 0, length, StandardCharsets.UTF_8).split("\n", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("the enrolment token has " + parts.length + " parts, not 4");
        }
        return new EnrolmentToken(parts[0], parts[1], parts[2], parts[3]);
    }

    /** Under what the issuer knows this secret. */
    static String digest(String secret) {
        return digest(secret.getBytes(StandardCharsets.UTF_8));
    }

    static String digest(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes));
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return "enrolment token of exit " + exitId + " at " + issuer;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
