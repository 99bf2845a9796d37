package io.fairlead.nameserver.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Addresses of a group in the order in which they are told, as bytes. Immutable: neither array is changed by anybody. */
public final class GroupAddresses {

    /** Addresses of each family in an answer. */
    public static final int TOLD = 2;

    private final String groupId;
    private final byte[] ipv4;
    private final byte[] ipv6;

    /** @param addresses of 4 or 16 bytes, the first first; of each family {@value #TOLD} are told */
    public GroupAddresses(String groupId, List<byte[]> addresses) {
        this.groupId = groupId;
        this.ipv4 = joined(addresses, 4);
        this.ipv6 = joined(addresses, 16);
    }

    private static byte[] joined(List<byte[]> addresses, int length) {
        List<byte[]> some = addresses.stream()
                .filter(address -> address.length == length)
                .limit(TOLD)
                .toList();
        byte[] joined = new byte[some.size() * length];
        for (int i = 0; i < some.size(); i++) {
            System.arraycopy(some.get(i), 0, joined, i * length, length);
        }
        return joined;
    }

    public String groupId() {
        return groupId;
    }

    /** Those that are told, as text. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (int at = 0; at < ipv4.length; at += 4) {
            texts.add(text(Arrays.copyOfRange(ipv4, at, at + 4)));
        }
        for (int at = 0; at < ipv6.length; at += 16) {
            texts.add(text(Arrays.copyOfRange(ipv6, at, at + 16)));
        }
        return texts;
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + address.length + " bytes was refused", e);
        }
    }

    byte[] ipv4() {
        return ipv4;
    }

    byte[] ipv6() {
        return ipv6;
    }
}
