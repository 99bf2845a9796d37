package io.fairlead.model.popularity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Names of beacons: a first label of {@value #DIGITS} hexadecimal digits, drawn by the page that fetches it. 128 bits: nobody draws another's, and nobody guesses
 * one that is under way.
 */
public final class BeaconName {

    /** Hexadecimal digits of a name. */
    public static final int DIGITS = 32;

    private BeaconName() {}

    /**
     * The beacon that a host's name begins with, in lower case.
     *
     * @param host with or without a port; in any case, since resolvers may change that
     * @return null: it is none
     */
    public static @Nullable String of(@Nullable String host) {
        if (host == null || host.length() <= DIGITS || host.charAt(DIGITS) != '.') {
            return null;
        }
        for (int i = 0; i < DIGITS; i++) {
            if (!isDigit(host.charAt(i))) {
                return null;
            }
        }
        return host.substring(0, DIGITS).toLowerCase(Locale.ROOT);
    }

    private static boolean isDigit(char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f') || (letter >= 'A' && letter <= 'F');
    }
}
