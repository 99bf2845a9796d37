package io.fairlead.model.map;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A part of the network as the map names it: 192.0.2.0/24, 2001:db8::/48. Of IPv6 only the first 64 bits are looked at.
 *
 * @param ipv6 else IPv4
 * @param address its first address, in the upper bits, as {@link PrefixTable} has it
 * @param length in bits, 0 to 32 or 0 to 64
 */
public record AddressPrefix(boolean ipv6, long address, int length) {

    /** Longest prefix of IPv4. */
    public static final int IPV4_BITS = 32;

    /** Longest prefix of IPv6. */
    public static final int IPV6_BITS = 64;

    private static final int MAPPED_BITS = 96;
    private static final byte[] MAPPED = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    public AddressPrefix {
        int longest = ipv6 ? IPV6_BITS : IPV4_BITS;
        if (length < 0 || length > longest) {
            throw new IllegalArgumentException("a prefix of " + (ipv6 ? "IPv6" : "IPv4") + " has 0 to " + longest
                    + " bits, but one has " + length);
        }
        if ((address & ~mask(length)) != 0) {
            throw new IllegalArgumentException("prefix " + text(ipv6, address) + "/" + length
                    + " has bits beyond its length; write " + text(ipv6, address & mask(length)) + "/" + length);
        }
    }

    /**
     * Reads ADDRESS/LENGTH, or an address alone, which is then a prefix as long as can be. IPv4 within IPv6 (::ffff:192.0.2.7) is taken for IPv4.
     *
     * @throws IllegalArgumentException with a sentence, if it is none
     */
    public static AddressPrefix parse(String text) {
        int slash = text.indexOf('/');
        String addressText = slash < 0 ? text : text.substring(0, slash);
        byte[] address = address(addressText);
        boolean ipv6 = address.length == 16;
        int longest = ipv6 ? IPV6_BITS : IPV4_BITS;
        if (slash < 0) {
            return covering(address, longest);
        }
        String lengthText = text.substring(slash + 1);
        int length = number(lengthText, 0, lengthText.length());
        if (length < 0) {
            throw new IllegalArgumentException("'" + text + "' is no prefix: its length must be a number from 0 to "
                    + longest + ", but is '" + lengthText + "'");
        }
        return isMapped(address) && length >= MAPPED_BITS
                ? new AddressPrefix(false, bits(unmapped(address)), length - MAPPED_BITS)
                : new AddressPrefix(ipv6, bits(address), length);
    }

    /**
     * The bytes of an address as text, 4 or 16. No name is looked up.
     *
     * @throws IllegalArgumentException with a sentence, if it is none
     */
    public static byte[] address(String text) {
        if (text.indexOf(':') < 0) {
            return ipv4(text);
        }
        if (!HEXADECIMAL.matcher(text).matches()) {
            throw noAddress(text);
        }
        try {
            byte[] bytes = InetAddress.getByName(text).getAddress();
            return bytes.length == 16 ? bytes : mapped(bytes);
        } catch (UnknownHostException e) {
            throw noAddress(text);
        }
    }

    /** Without a regular expression, for a map has a million. */
    private static byte[] ipv4(String text) {
        byte[] bytes = new byte[4];
        int at = 0;
        for (int i = 0; i < 4; i++) {
            int end = i < 3 ? text.indexOf('.', at) : text.length();
            int octet = end < 0 ? -1 : number(text, at, end);
            if (octet < 0 || octet > 255) {
                throw noAddress(text);
            }
            bytes[i] = (byte) octet;
            at = end + 1;
        }
        return bytes;
    }

    /** Of one to three digits; −1: it is none. */
    private static int number(String text, int from, int end) {
        if (end <= from || end > from + 3) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < end; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = 10 * number + digit - '0';
        }
        return number;
    }

    private static IllegalArgumentException noAddress(String text) {
        return new IllegalArgumentException("'" + text + "' is no address; write one such as 192.0.2.7 or 2001:db8::7");
    }

    /** The platform makes IPv4 of ::ffff:192.0.2.7. */
    private static byte[] mapped(byte[] ipv4) {
        byte[] bytes = new byte[16];
        bytes[10] = (byte) 0xFF;
        bytes[11] = (byte) 0xFF;
        System.arraycopy(ipv4, 0, bytes, 12, 4);
        return bytes;
    }

    private static boolean isMapped(byte[] address) {
        return address.length == 16 && bits(address) == 0 && Arrays.equals(address, 8, 12, MAPPED, 0, MAPPED.length);
    }

    private static byte[] unmapped(byte[] address) {
        return Arrays.copyOfRange(address, 12, 16);
    }

    /** The prefix of a length around an address of 4 or 16 bytes, or as long as can be. IPv4 within IPv6 is taken for IPv4. */
    public static AddressPrefix covering(byte[] address, int length) {
        if (isMapped(address)) {
            return covering(unmapped(address), length);
        }
        boolean ipv6 = address.length == 16;
        int most = Math.min(length, ipv6 ? IPV6_BITS : IPV4_BITS);
        return new AddressPrefix(ipv6, bits(address) & mask(most), most);
    }

    /**
     * Whether an address means a host on one link only (169.254.0.0/16, fe80::/10; RFC 3927, 4291): another one elsewhere may have the same, so nothing can be told of it.
     *
     * @param bits its upper bits, as {@link #bits} has them
     */
    public static boolean isOfOneLink(boolean ipv6, long bits) {
        return ipv6 ? bits >>> 54 == 0xFE80 >>> 6 : bits >>> 48 == 0xA9FE;
    }

    /** Whether all of it means hosts on one link only. */
    public boolean isOfOneLink() {
        return length >= (ipv6 ? 10 : 16) && isOfOneLink(ipv6, address);
    }

    /** The upper bits of an address of 4 or 16 bytes, as {@link PrefixTable} looks it up. */
    public static long bits(byte[] address) {
        long bits = 0;
        for (int i = 0; i < 8; i++) {
            bits = bits << 8 | (i < address.length ? address[i] & 0xFF : 0);
        }
        return bits;
    }

    private static long mask(int length) {
        return length == 0 ? 0 : -1L << (Long.SIZE - length);
    }

    /** The prefix of a shorter length around this one. */
    public AddressPrefix widened(int toLength) {
        int shorter = Math.min(length, toLength);
        return new AddressPrefix(ipv6, address & mask(shorter), shorter);
    }

    /** Whether the other one lies in it, or is the same. */
    public boolean contains(AddressPrefix other) {
        return ipv6 == other.ipv6 && length <= other.length && (other.address & mask(length)) == address;
    }

    /** Its neighbourhood, by which telemetry is keyed: the /24 of IPv4, the /48 of IPv6. */
    public AddressPrefix neighbourhood() {
        return widened(ipv6 ? 48 : 24);
    }

    /** ADDRESS/LENGTH, IPv6 in lower case with its tail of zeros as {@code ::}: one text for each prefix. */
    @Override
    public String toString() {
        return text(ipv6, address) + "/" + length;
    }

    private static String text(boolean ipv6, long address) {
        StringBuilder text = new StringBuilder(24);
        if (!ipv6) {
            for (int i = 0; i < 4; i++) {
                text.append(i == 0 ? "" : ".").append(address >>> (56 - 8 * i) & 0xFF);
            }
            return text.toString();
        }
        for (int i = 0; i < 4 && address << (16 * i) != 0; i++) {
            text.append(i == 0 ? "" : ":").append(Long.toHexString(address >>> (48 - 16 * i) & 0xFFFF));
        }
        return text.append("::").toString();
    }
}
