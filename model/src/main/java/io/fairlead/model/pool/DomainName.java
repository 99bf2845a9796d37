package io.fairlead.model.pool;

import java.net.IDN;
import java.util.Locale;

/**
 * Names of domains as pools are exclusive for them: in lower case and ASCII, without a dot at the end. A domain stands for its own name and for all names
 * under it (RFC 1034, section 3.1).
 */
public final class DomainName {

    /** Longest name, characters. */
    public static final int MOST_CHARS = 253;

    private static final int MOST_LABEL_CHARS = 63;

    private DomainName() {}

    /** Whether a host is the domain itself or under it. */
    public static boolean covers(String domain, String host) {
        return host.endsWith(domain)
                && (host.length() == domain.length() || host.charAt(host.length() - domain.length() - 1) == '.');
    }

    /** Whether any host is under both. */
    public static boolean overlap(String one, String other) {
        return covers(one, other) || covers(other, one);
    }

    /** What people write, as it has to be written where that is clear: lower case, ASCII, no dot at the end; else what they wrote. */
    public static String normalised(String written) {
        String name = written.strip().toLowerCase(Locale.ROOT);
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return ascii(name);
    }

    /** What to do that a name becomes one; empty: it is. */
    public static String remedy(String name) {
        if (name.contains("://") || name.contains("/") || name.contains("@")) {
            return "name the host alone, without scheme and path";
        }
        if (name.startsWith("*.") || name.startsWith(".")) {
            return "leave out what is before its first label: a domain stands for all names under it";
        }
        if (!name.equals(normalised(name))) {
            return "write it as " + normalised(name);
        }
        if (name.contains(":") || isAddress(name)) {
            return "name a domain without port: addresses belong to none";
        }
        if (name.length() > MOST_CHARS) {
            return "shorten it to at most " + MOST_CHARS + " characters";
        }
        String[] labels = name.split("\\.", -1);
        for (String label : labels) {
            if (!isLabel(label)) {
                return "write 1 to " + MOST_LABEL_CHARS
                        + " of a-z 0-9 - _ between dots, and no - at either end of these";
            }
        }
        return labels.length > 1
                ? ""
                : "name two labels at least, such as shop.example: a whole top-level domain is no target";
    }

    private static String ascii(String name) {
        if (name.chars().allMatch(c -> c < 0x80)) {
            return name;
        }
        try {
            return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
            return name; // it is said to be none by what it holds
        }
    }

    /** Resolvers take a name whose last label is a number for an address (WHATWG URL, ends in a number). */
    private static boolean isAddress(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return !last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isLabel(String label) {
        return !label.isEmpty()
                && label.length() <= MOST_LABEL_CHARS
                && label.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
                && label.charAt(0) != '-'
                && label.charAt(label.length() - 1) != '-';
    }
}
