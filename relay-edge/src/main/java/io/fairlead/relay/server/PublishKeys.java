package io.fairlead.relay.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keys by room, as SHA-256 digests, so that nobody who reads the settings can publish; a room without a key takes nobody. Compared in
 * constant time, and a room that is not known takes as long. Keys should be random: a digest without salt protects no word of a dictionary.
 */
public final class PublishKeys implements RoomAccess {

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final byte[] NOBODY = new byte[32];

    private final Map<String, byte[]> digests = new TreeMap<>();

    /**
     * @param digests by room, 64 hexadecimal digits each
     * @throws IllegalArgumentException if one is none
     */
    public PublishKeys(Map<String, String> digests) {
        digests.forEach((room, digest) -> {
            if (!DIGEST.matcher(digest).matches()) {
                throw new IllegalArgumentException("the digest for the room " + room + " is \"" + digest
                        + "\"; it must be the SHA-256 of the key in 64 hexadecimal digits, in small letters");
            }
            this.digests.put(room, HexFormat.of().parseHex(digest));
        });
    }

    /** The digest of a key, as settings have it. */
    public static String digest(String key) {
        return HexFormat.of().formatHex(sha256(key));
    }

    @Override
    public boolean mayPublish(String room, @Nullable String key) {
        byte[] expected = digests.getOrDefault(room, NOBODY);
        return MessageDigest.isEqual(expected, sha256(key == null ? "" : key)) && key != null;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
