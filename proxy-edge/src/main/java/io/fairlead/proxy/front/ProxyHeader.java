package io.fairlead.proxy.front;

import io.fairlead.proxy.destination.Addresses;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The header by which a load balancer in front says where a connection comes from: the PROXY protocol, versions 1 and 2 (haproxy.org,
 * doc/proxy-protocol.txt).
 */
sealed interface ProxyHeader {

    /** The user's address; null: the balancer speaks for itself, as in its health checks, so its own counts. */
    record Source(@Nullable InetAddress address) implements ProxyHeader {}

    /** It is not whole yet. */
    record Incomplete() implements ProxyHeader {}

    /** It is none, or not well-formed. */
    record Malformed(String detail) implements ProxyHeader {}

    ProxyHeader INCOMPLETE = new Incomplete();

    String SIGNATURE_2 = "\r\n\r\n\0\r\nQUIT\n";
    String SIGNATURE_1 = "PROXY ";

    /** Longest header of version 2 that is taken, with whatever extensions come in it. */
    int LONGEST_2 = 2_048;

    /** Longest line of version 1, CR LF included. */
    int LONGEST_1 = 107;

    int FIXED_2 = 16;
    int LOCAL = 0x20;
    int PROXY = 0x21;
    int TCP_IPV4 = 0x11;
    int TCP_IPV6 = 0x21;

    /** Reads a header. The bytes of one that is whole are taken, and no others. */
    static ProxyHeader read(ByteBuf bytes) {
        if (startsWith(bytes, SIGNATURE_2)) {
            return bytes.readableBytes() < FIXED_2 ? INCOMPLETE : version2(bytes);
        }
        return startsWith(bytes, SIGNATURE_1)
                ? version1(bytes)
                : new Malformed("it does not begin with a PROXY header");
    }

    /** Whether it begins so, as far as there are bytes. */
    private static boolean startsWith(ByteBuf bytes, String signature) {
        int length = Math.min(bytes.readableBytes(), signature.length());
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != signature.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static ProxyHeader version2(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int command = bytes.getUnsignedByte(start + 12);
        int family = bytes.getUnsignedByte(start + 13);
        int length = bytes.getUnsignedShort(start + 14);
        if (command != LOCAL && command != PROXY) {
            return new Malformed("version and command of its PROXY header are 0x" + Integer.toHexString(command));
        }
        if (FIXED_2 + length > LONGEST_2) {
            return new Malformed("its PROXY header has " + length + " bytes");
        }
        if (bytes.readableBytes() < FIXED_2 + length) {
            return INCOMPLETE;
        }
        int addressBytes = family == TCP_IPV4 ? 4 : family == TCP_IPV6 ? 16 : 0;
        if (command == PROXY && (addressBytes == 0 || length < 2 * addressBytes + 4)) {
            return new Malformed("its PROXY header holds no TCP address over IPv4 or IPv6");
        }
        byte[] address = new byte[addressBytes];
        bytes.getBytes(start + FIXED_2, address);
        bytes.skipBytes(FIXED_2 + length);
        return new Source(command == LOCAL ? null : Addresses.of(address));
    }

    private static ProxyHeader version1(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int most = Math.min(bytes.readableBytes(), LONGEST_1);
        int lf = bytes.indexOf(start, start + most, (byte) '\n');
        if (lf < 0) {
            return most < LONGEST_1 ? INCOMPLETE : new Malformed("the line of its PROXY header does not end");
        }
        String line = bytes.toString(start, lf - start, StandardCharsets.US_ASCII);
        String[] words = line.split(" ", -1);
        if (!line.endsWith("\r")) {
            return new Malformed("the line of its PROXY header does not end in CR LF");
        }
        boolean unknown = words.length >= 2 && words[1].strip().equals("UNKNOWN");
        boolean known = words.length == 6 && (words[1].equals("TCP4") || words[1].equals("TCP6"));
        InetAddress address = known ? Addresses.literal(words[2]) : null;
        boolean fits = address != null && (address.getAddress().length == 4) == words[1].equals("TCP4");
        if (!unknown && !fits) {
            return new Malformed("the line of its PROXY header is not 'PROXY TCP4|TCP6 source destination port port'");
        }
        bytes.readerIndex(lf + 1);
        return new Source(unknown ? null : address);
    }
}
