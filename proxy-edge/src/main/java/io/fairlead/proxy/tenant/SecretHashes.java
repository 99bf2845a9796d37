package io.fairlead.proxy.tenant;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.nio.charset.StandardCharsets;

/** Salted slow hashes of secrets: bcrypt, which reads 72 bytes of a secret. */
public final class SecretHashes {

    /** Cost of new hashes: some 60 ms on a server core of 2025. */
    public static final int COST = 10;

    private SecretHashes() {}

    /** A new hash for {@link io.fairlead.schemas.config.Tenant}'s {@code secretHashes}. */
    public static String hash(String secret) {
        return hash(secret, COST);
    }

    static String hash(String secret, int cost) {
        byte[] hash = BCrypt.with(LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A))
                .hash(cost, secret.getBytes(StandardCharsets.UTF_8));
        return new String(hash, StandardCharsets.US_ASCII);
    }

    /** Cost of a well-formed hash: each step doubles the time. */
    static int costOf(String hash) {
        return Integer.parseInt(hash, 4, 6, 10);
    }

    /** Takes as long as the hash's cost says, whatever the answer. */
    static boolean matches(String secret, String hash) {
        return BCrypt.verifyer(BCrypt.Version.VERSION_2A, LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A))
                .verify(secret.getBytes(StandardCharsets.UTF_8), hash.getBytes(StandardCharsets.US_ASCII))
                .verified;
    }
}
