package io.fairlead.nameserver.zone;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times to live: seconds, or numbers with s, m, h, d, w as BIND writes them. */
final class Ttl {

    /** Longest (RFC 2181 §8). */
    static final long MAX_S = Integer.MAX_VALUE;

    private static final Pattern PART = Pattern.compile("(\\d{1,10})([smhdwSMHDW])");

    private Ttl() {}

    static boolean looksLikeOne(String text) {
        return text.matches("\\d{1,10}|(\\d{1,10}[smhdwSMHDW])+");
    }

    /** @throws IllegalArgumentException with a sentence */
    static long parse(String text, String field) {
        if (!looksLikeOne(text)) {
            throw new IllegalArgumentException(
                    field + " is '" + text + "' but must be seconds, or a time such as 1h30m");
        }
        long seconds = 0;
        Matcher parts = PART.matcher(text);
        if (text.matches("\\d+")) {
            seconds = Long.parseLong(text);
        }
        while (parts.find()) {
            seconds += Long.parseLong(parts.group(1))
                    * switch (Character.toLowerCase(parts.group(2).charAt(0))) {
                        case 'm' -> 60;
                        case 'h' -> 3_600;
                        case 'd' -> 86_400;
                        case 'w' -> 604_800;
                        default -> 1;
                    };
        }
        if (seconds > MAX_S) {
            throw new IllegalArgumentException(field + " is " + seconds + " s but may be " + MAX_S);
        }
        return seconds;
    }
}
