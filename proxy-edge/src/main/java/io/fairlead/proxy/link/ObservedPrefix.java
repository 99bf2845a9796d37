package io.fairlead.proxy.link;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** The network that a peer's address lies in, coarse enough to say little about one household: /24 or /48. */
public final class ObservedPrefix {

    private ObservedPrefix() {}

    /** Empty: the address is not known. */
    public static String of(@Nullable InetSocketAddress peer) {
        return of(peer == null ? null : peer.getAddress());
    }

    /** Empty: the address is not known. */
    public static String of(@Nullable InetAddress address) {
        if (address == null) {
            return "";
        }
        byte[] bytes = address.getAddress();
        int bits = bytes.length == 4 ? 24 : 48;
        for (int i = bits / 8; i < bytes.length; i++) {
            bytes[i] = 0;
        }
        try {
            return InetAddress.getByAddress(bytes).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }
}
