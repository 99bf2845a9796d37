package io.fairlead.nameserver.wire;

import io.fairlead.model.map.AddressPrefix;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Address that a question came from, as numbers. Filled anew for each question by its one owner. IPv4 within IPv6 is taken for IPv4. */
public final class Source {

    private boolean ipv6;
    private long high;
    private long low;

    /** Takes an address in. */
    public void set(InetAddress address) {
        byte[] bytes = address.getAddress();
        ipv6 = bytes.length == 16;
        high = number(bytes, 0);
        low = ipv6 ? number(bytes, 8) : 0;
        if (ipv6 && high == 0 && low >>> 32 == 0xFFFF) {
            ipv6 = false;
            high = low << 32;
            low = 0;
        }
    }

    private static long number(byte[] bytes, int from) {
        long value = 0;
        for (int i = from; i < from + 8; i++) {
            value = value << 8 | (i < bytes.length ? bytes[i] & 0xFF : 0);
        }
        return value;
    }

    public boolean ipv6() {
        return ipv6;
    }

    /** Its first 64 bits; of IPv4 all 32, in the upper half. */
    public long high() {
        return high;
    }

    /** The last 64 bits of IPv6; else 0. */
    public long low() {
        return low;
    }

    /**
     * It is an address that a host can have: not one of none (0.0.0.0/8, ::), of many (multicast) or of all (255.255.255.255). Who sends from another gets no answer (RFC 1122 §3.2.1.3).
     */
    public boolean isHost() {
        return ipv6
                ? high >>> 56 != 0xFF && (high | low) != 0
                : high >>> 56 != 0 && high >>> 60 != 0xE && high >>> 32 != 0xFFFF_FFFFL;
    }

    /** Others know it by this address, too: it is not one of this link only. */
    public boolean isKnownElsewhere() {
        return !AddressPrefix.isOfOneLink(ipv6, high);
    }

    /** Its address, without what this machine calls the link that it came over. */
    public InetAddress address() {
        return address(ipv6, high, low);
    }

    /** Its network, by which answers are limited: the /24 of IPv4, the /56 of IPv6. */
    public long network() {
        return ipv6 ? high & (-1L << 8) : (high & (-1L << 40)) | 1;
    }

    /** An address of these numbers. */
    public static InetAddress address(boolean ipv6, long high, long low) {
        byte[] bytes = new byte[ipv6 ? 16 : 4];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ((i < 8 ? high : low) >>> (56 - 8 * (i % 8)));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes was refused", e);
        }
    }
}
