package io.fairlead.proxy.destination;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One entry of an allow list: {@code example.org}, {@code .example.org} (the name and all under it), {@code 10.1.2.0/24},
 * {@code 127.0.0.1}, {@code [fd00::]/8}, each with an optional {@code :port} at the end.
 */
public final class DestinationPattern {

    private static final int ANY_PORT = 0;

    private final String text;
    private final String name;
    private final @Nullable AddressBlock block;
    private final int port;

    private DestinationPattern(String text, String name, @Nullable AddressBlock block, int port) {
        this.text = text;
        this.name = name;
        this.block = block;
        this.port = port;
    }

    /** Reads one entry; throws {@link IllegalArgumentException} that says what is wrong with it. */
    public static DestinationPattern parse(String text) {
        String rest = text.strip().toLowerCase(Locale.ROOT);
        int port = ANY_PORT;
        boolean bareV6 = rest.indexOf(':') != rest.lastIndexOf(':') && rest.indexOf('[') < 0;
        int colon = rest.lastIndexOf(':');
        if (!bareV6 && colon > rest.lastIndexOf(']')) {
            port = number(text, rest.substring(colon + 1), 1, 65_535, "port");
            rest = rest.substring(0, colon);
        }
        rest = rest.replace("[", "").replace("]", "");
        int slash = rest.indexOf('/');
        String host = slash < 0 ? rest : rest.substring(0, slash);
        AddressBlock parsed = block(text, rest);
        if (parsed != null) {
            return new DestinationPattern(text, "", parsed, port);
        }
        boolean nameLike =
                !host.isEmpty() && host.chars().allMatch(c -> c == '.' || c == '-' || c == '_' || isLetterOrDigit(c));
        if (slash >= 0
                || !nameLike
                || host.equals(".")
                || AddressLiteral.of(host).kind() != AddressLiteral.Kind.NAME) {
            throw new IllegalArgumentException(
                    "destination '" + text
                            + "' is neither a host name, a .suffix nor an address block such as 10.1.2.0/24, with an optional :port");
        }
        return new DestinationPattern(text, host, null, port);
    }

    /** Whether the entry covers this host (as asked for), address (as resolved) and port. */
    public boolean covers(String host, InetAddress address, int askedPort) {
        if (port != ANY_PORT && port != askedPort) {
            return false;
        }
        AddressBlock addresses = block;
        return addresses == null ? coversName(host) : addresses.contains(address);
    }

    /** Whether the entry names its port itself: then it overrides the list of ports, too. */
    boolean namesPort() {
        return port != ANY_PORT;
    }

    private boolean coversName(String host) {
        String asked = host.toLowerCase(Locale.ROOT);
        if (asked.endsWith(".")) {
            asked = asked.substring(0, asked.length() - 1);
        }
        if (name.startsWith(".")) {
            return asked.endsWith(name) || asked.equals(name.substring(1));
        }
        return asked.equals(name);
    }

    private static @Nullable AddressBlock block(String text, String block) {
        try {
            return AddressBlock.parse(block);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("destination '" + text + "': " + e.getMessage(), e);
        }
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static int number(String text, String digits, int least, int most, String what) {
        boolean plain =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int value = plain ? Integer.parseInt(digits) : -1;
        if (value < least || value > most) {
            throw new IllegalArgumentException("destination '" + text + "' has " + what + " '" + digits
                    + "', which is not in " + least + " to " + most);
        }
        return value;
    }

    @Override
    public String toString() {
        AddressBlock addresses = block;
        return addresses == null ? text : addresses + (port == ANY_PORT ? "" : ":" + port);
    }
}
