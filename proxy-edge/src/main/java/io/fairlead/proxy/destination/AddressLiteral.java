package io.fairlead.proxy.destination;

import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * What a host of a target is: a name, an address in its one plain form, or one of the other spellings of an address
 * (decimal, octal, hexadecimal, shortened, with a zone) that some resolvers accept and filters overlook. Those are never
 * dialled: the plain form exists.
 *
 * @param kind what it is
 * @param address in network order, 4 or 16 bytes; null unless {@code ADDRESS}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never published
record AddressLiteral(Kind kind, byte @Nullable [] address) {

    enum Kind {
        NAME,
        ADDRESS,
        DISGUISED
    }

    private static final AddressLiteral NAME = new AddressLiteral(Kind.NAME, null);
    private static final AddressLiteral DISGUISED = new AddressLiteral(Kind.DISGUISED, null);

    static AddressLiteral of(String host) {
        if (host.indexOf('%') >= 0) {
            return DISGUISED; // zones and percent-escapes
        }
        if (host.indexOf(':') >= 0) {
            byte[] v6 = NetUtil.createByteArrayFromIpAddressString(host);
            return v6 == null ? DISGUISED : new AddressLiteral(Kind.ADDRESS, v6);
        }
        if (!endsInNumber(host)) {
            return NAME;
        }
        byte[] v4 = plainV4(host);
        return v4 == null ? DISGUISED : new AddressLiteral(Kind.ADDRESS, v4);
    }

    /** The WHATWG URL rule: a host whose last label is a number is an IPv4 address, or nothing. */
    private static boolean endsInNumber(String host) {
        int end = host.endsWith(".") ? host.length() - 1 : host.length();
        String last = host.substring(host.lastIndexOf('.', end - 1) + 1, end);
        if (last.isEmpty()) {
            return host.endsWith("..") || end == 0;
        }
        if (last.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return true;
        }
        return last.length() >= 2
                && last.charAt(0) == '0'
                && (last.charAt(1) | 0x20) == 'x'
                && last.chars().skip(2).allMatch(c -> Character.digit(c, 16) >= 0);
    }

    /** Four decimal numbers 0–255 without leading zeros, nothing else. */
    private static byte @Nullable [] plainV4(String host) {
        byte[] out = new byte[4];
        int at = 0;
        for (int part = 0; part < 4; part++) {
            int value = 0;
            int digits = 0;
            while (at < host.length() && host.charAt(at) >= '0' && host.charAt(at) <= '9') {
                value = value * 10 + host.charAt(at++) - '0';
                if (++digits > 3) {
                    return null;
                }
            }
            boolean leadingZero = digits > 1 && host.charAt(at - digits) == '0';
            if (digits == 0 || value > 255 || leadingZero) {
                return null;
            }
            out[part] = (byte) value;
            if (part < 3 && (at >= host.length() || host.charAt(at++) != '.')) {
                return null;
            }
        }
        return at == host.length() ? out : null;
    }
}
