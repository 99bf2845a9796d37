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
        if (colon < 1 || text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            return null;
        }
        return new Credentials(text.substring(0, colon), text.substring(colon + 1));
    }

    @Override
    public String toString() {
        return "Credentials[" + userName + ", …]";
    }
}
