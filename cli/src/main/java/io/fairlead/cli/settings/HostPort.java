package io.fairlead.cli.settings;

import io.fairlead.cli.UserError;
import java.net.InetSocketAddress;

/** Addresses as settings write them: HOST:PORT, IPv6 in brackets. */
public final class HostPort {

    private static final int PORT_MAX = 65_535;

    private HostPort() {}

    /**
     * An address to listen on, looked up now.
     *
     * @throws UserError if it is none
     */
    public static InetSocketAddress here(String text) {
        InetSocketAddress address = elsewhere(text);
        return new InetSocketAddress(address.getHostString(), address.getPort());
    }

    /**
     * An address to dial, looked up when it is dialled.
     *
     * @throws UserError if it is none
     */
    public static InetSocketAddress elsewhere(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
            throw new UserError(
                    "'" + text + "' is no address; write HOST:PORT, such as 192.0.2.53:53 or [2001:db8::53]:53.");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port > PORT_MAX) {
            throw new UserError("'" + text + "' has port " + port + " but ports end at " + PORT_MAX + ".");
        }
        return InetSocketAddress.createUnresolved(host, port);
    }

    /** As settings would write it. */
    public static String text(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
