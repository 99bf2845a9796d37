package io.fairlead.proxy.exit;

/**
 * Where a tunnel leads. The host is a name or an address literal (IPv6 without brackets); names are resolved at the exit.
 *
 * @param host name or address, 1–253 characters
 * @param port 1–65535
 */
public record Target(String host, int port) {

    private static final int LONGEST_NAME = 253;

    public Target {
        if (host.isEmpty() || host.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "target host has " + host.length() + " characters; it must have 1 to " + LONGEST_NAME);
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '[' || c == ']' || c == '/' || c == '@' || c == '\\') {
                throw new IllegalArgumentException("target host '" + printable(host)
                        + "' holds a character that no host name or address has at position " + i
                        + "; give a name in its ASCII form or a bare address");
            }
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("target port " + port + " is not in 1 to 65535");
        }
    }

    /** {@code host:port} as in an HTTP authority: IPv6 addresses in brackets. */
    public String authority() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    @Override
    public String toString() {
        return authority();
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
