package io.fairlead.dashboards.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A token as it is kept: by its digest alone. Secrets are 256 bits of chance, which a plain digest guards as well as a slow one would.
 *
 * @param name whose it is; the author of what he changes
 * @param digest SHA-256 of the secret, 64 hexadecimal digits
 * @param endsAt from when on it lets nobody in
 */
public record AccessToken(String name, Role role, String digest, Instant endsAt) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** @throws IllegalArgumentException saying what is wrong */
    public AccessToken {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' names nobody; give 1 to 64 letters, digits, '.', '_', '@' or '-'.");
        }
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException("The digest of the token '" + name
                    + "' is not 64 hexadecimal digits; make the token anew: fairlead console token add " + name + ".");
        }
    }

    /** What is kept of a secret. */
    public static String digest(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    public boolean hasEnded(Instant now) {
        return !now.isBefore(endsAt);
    }
}
