package io.fairlead.proxy.destination;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address, or a network of them.
 *
 * @param network its first address
 * @param prefixBits bits that all its addresses have in common
 */
public record AddressBlock(InetAddress network, int prefixBits) {

    /**
     * Reads {@code 192.0.2.7}, {@code 192.0.2.0/24} or {@code 2001:db8::/32}.
     *
     * @return null: it is no address in plain form
     * @throws IllegalArgumentException if the prefix length is none
     */
    public static @Nullable AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = Addresses.literal(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int longest = address.getAddress().length * 8;
        String digits = slash < 0 ? String.valueOf(longest) : text.substring(slash + 1);
        int bits = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
        if (bits < 0 || bits > longest) {
            throw new IllegalArgumentException(
                    "'" + text + "' has prefix length '" + digits + "', which is not in 0 to " + longest);
        }
        return new AddressBlock(address, bits);
    }

    /** Whether this address is one of them. */
    public boolean contains(InetAddress address) {
        byte[] block = network.getAddress();
        byte[] other = address.getAddress();
        if (block.length != other.length) {
            return false;
        }
        int whole = prefixBits >> 3;
        for (int i = 0; i < whole; i++) {
            if (block[i] != other[i]) {
                return false;
            }
        }
        int rest = prefixBits & 7;
        return rest == 0 || ((block[whole] ^ other[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixBits;
    }
}
