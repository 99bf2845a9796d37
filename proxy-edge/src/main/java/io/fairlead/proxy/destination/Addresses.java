package io.fairlead.proxy.destination;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Addresses from bytes and literals, without ever asking a name service. */
public final class Addresses {

    private Addresses() {}

    /** The address with these 4 or 16 bytes, in network order. */
    public static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length, e);
        }
    }

    /** The address that a host spells in plain form; null if it is a name or a disguised number. */
    public static @Nullable InetAddress literal(String host) {
        byte[] bytes = AddressLiteral.of(host).address();
        return bytes == null ? null : of(bytes);
    }
}
