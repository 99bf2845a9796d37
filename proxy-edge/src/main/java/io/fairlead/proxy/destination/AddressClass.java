package io.fairlead.proxy.destination;

import java.net.InetAddress;

/**
 * What kind of network an address belongs to, by the IANA special-purpose registries (RFC 6890 and its updates). Only
 * {@link #PUBLIC} may be dialled without an explicit allowance. For IPv6 everything outside of 2000::/3 is special, so a
 * range that is assigned tomorrow is refused until it is listed.
 */
public enum AddressClass {
    PUBLIC("public"),
    UNSPECIFIED("unspecified"),
    LOOPBACK("loopback"),
    PRIVATE("private"),
    LINK_LOCAL("link-local"),
    CARRIER_NAT("carrier-grade NAT"),
    METADATA("cloud metadata"),
    UNIQUE_LOCAL("unique local"),
    MULTICAST("multicast"),
    BROADCAST("broadcast"),
    EMBEDDED("IPv4 embedded in IPv6"),
    RESERVED("reserved");

    private final String words;

    AddressClass(String words) {
        this.words = words;
    }

    /** For messages: "loopback", "private", … */
    public String words() {
        return words;
    }

    /** Class of an address. IPv4-mapped IPv6 addresses reach us as IPv4 (the JDK turns them) and are judged as that. */
    public static AddressClass of(InetAddress address) {
        return of(address.getAddress());
    }

    /** Class of an address in network order, 4 or 16 bytes. Here a mapped address is seen as one. */
    public static AddressClass of(byte[] address) {
        if (address.length == 4) {
            return ofV4(word(address, 0));
        }
        if (address.length != 16) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + address.length);
        }
        return ofV6(address);
    }

    private static AddressClass ofV4(int a) {
        if (a == 0) {
            return UNSPECIFIED;
        }
        if (a == 0xffff_ffff) {
            return BROADCAST;
        }
        if (within(a, 0xa9fe_a9fe, 32)
                || within(a, 0xa83f_8110, 32)
                || within(a, 0x6464_64c8, 32)
                || within(a, 0xc000_00c0, 32)) {
            return METADATA; // 169.254.169.254, Azure 168.63.129.16, Alibaba 100.100.100.200, Oracle 192.0.0.192
        }
        if (within(a, 0x7f00_0000, 8)) {
            return LOOPBACK;
        }
        if (within(a, 0x0a00_0000, 8) || within(a, 0xac10_0000, 12) || within(a, 0xc0a8_0000, 16)) {
            return PRIVATE;
        }
        if (within(a, 0xa9fe_0000, 16)) {
            return LINK_LOCAL;
        }
        if (within(a, 0x6440_0000, 10)) {
            return CARRIER_NAT;
        }
        if (within(a, 0xe000_0000, 4)) {
            return MULTICAST;
        }
        boolean reserved = within(a, 0x0000_0000, 8) // "this network"
                || within(a, 0xc000_0000, 24) // protocol assignments
                || within(a, 0xc000_0200, 24) // documentation
                || within(a, 0xc058_6300, 24) // 6to4 relays
                || within(a, 0xc612_0000, 15) // benchmarks
                || within(a, 0xc633_6400, 24) // documentation
                || within(a, 0xcb00_7100, 24) // documentation
                || within(a, 0xf000_0000, 4);
        return reserved ? RESERVED : PUBLIC;
    }

    private static AddressClass ofV6(byte[] b) {
        int w0 = word(b, 0);
        int w1 = word(b, 4);
        int w2 = word(b, 8);
        int w3 = word(b, 12);
        if (w0 == 0 && w1 == 0) {
            if (w2 == 0 && w3 == 0) {
                return UNSPECIFIED;
            }
            if (w2 == 0 && w3 == 1) {
                return LOOPBACK;
            }
            return EMBEDDED; // ::a.b.c.d, ::ffff:a.b.c.d, ::ffff:0:a.b.c.d
        }
        if (within(w0, 0xff00_0000, 8)) {
            return MULTICAST;
        }
        if (w0 == 0xfd00_0ec2 && w1 == 0 && w2 == 0 && w3 == 0x254) {
            return METADATA; // fd00:ec2::254
        }
        if (within(w0, 0xfc00_0000, 7)) {
            return UNIQUE_LOCAL;
        }
        if (within(w0, 0xfe80_0000, 10)) {
            return LINK_LOCAL;
        }
        if (within(w0, 0xfec0_0000, 10)) {
            return PRIVATE; // site-local, deprecated, still routed in places
        }
        boolean nat64 = w0 == 0x0064_ff9b;
        boolean sixToFour = within(w0, 0x2002_0000, 16);
        boolean teredo = w0 == 0x2001_0000;
        boolean isatap = (w2 & 0xfdff_ffff) == 0x0000_5efe;
        if (nat64 || sixToFour || teredo || isatap) {
            return EMBEDDED;
        }
        boolean global = within(w0, 0x2000_0000, 3)
                && !within(w0, 0x2001_0000, 23) // protocol assignments
                && w0 != 0x2001_0db8 // documentation
                && !within(w0, 0x3fff_0000, 20); // documentation
        return global ? PUBLIC : RESERVED;
    }

    private static boolean within(int address, int network, int bits) {
        return ((address ^ network) >>> (32 - bits)) == 0;
    }

    private static int word(byte[] b, int at) {
        return (b[at] & 0xff) << 24 | (b[at + 1] & 0xff) << 16 | (b[at + 2] & 0xff) << 8 | (b[at + 3] & 0xff);
    }
}
