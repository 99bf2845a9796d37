package io.fairlead.proxy.tenant;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A user name and a secret, as Basic authentication (RFC 7617) or RFC 1929 carries them.
 *
 * @param userName tenant and targeting
 * @param secret never logged
 */
public record Credentials(String userName, String secret) {

    private static final String SCHEME = "basic ";
    private static final int LONGEST_FIELD = 2048;

    /** Reads a {@code Proxy-Authorization} field; null if it is not Basic, or not well-formed. */
    public static @Nullable Credentials ofBasic(String field) {
        if (field.length() > LONGEST_FIELD || !field.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        byte[] decoded;
        try {
            decoded =
                    Base64.getDecoder().decode(field.substring(SCHEME.length()).strip());
        } catch (IllegalArgumentException e) {
            return null;
        }
        String text = new String(decoded, StandardCharsets.UTF_8);
        int colon = text.indexOf(':');
        return colon < 0 ? null : of(text.substring(0, colon), text.substring(colon + 1));
    }

    /** Takes what came; null if it is not well-formed. */
    public static @Nullable Credentials of(String userName, String secret) {
        boolean wellFormed = !userName.isEmpty() && isPlain(userName) && isPlain(secret);
        return wellFormed ? new Credentials(userName, secret) : null;
    }

    private static boolean isPlain(String text) {
        return text.chars().noneMatch(c -> c < ' ' || c == 0x7f);
    }

    @Override
    public String toString() {
        return "Credentials[" + userName + ", …]";
    }
}
