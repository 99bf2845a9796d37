package io.fairlead.nameserver.server;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.sign.SigningSettings;
import io.fairlead.nameserver.wire.Cookies;
import io.fairlead.nameserver.wire.Source;
import java.util.HexFormat;
import java.util.List;

/**
 * Bounds and habits of a name server. Begin with {@link #DEFAULTS} and change what differs.
 *
 * @param udpSockets for each address, each on an event loop of its own; 0: one for each processor
 * @param batch datagrams that are taken from the kernel, and given to it, at once (1–64)
 * @param maxUdpBytes of an answer over UDP (512–4 096); more is truncated
 * @param maxTcpClients in all
 * @param maxTcpClientsPerSource of one address
 * @param tcpIdleMs a connection that is silent this long, or doesn't take its answers, is ended
 * @param answersPerSecond of one kind to one network (/24, /56) that has not proven itself; 0: no limit
 * @param slip one of so many over that is answered empty and truncated; 0: none
 * @param rateSlots pairs of network and kind that are remembered; a power of 2
 * @param cookieSecret 32 hexadecimal digits, the same at name servers behind one address; empty: made up at the start
 * @param explainTo networks whose questions about mapped names are answered with the reason, as an extended error (RFC 8914)
 * @param signing bounds of signing, for zones that are signed
 */
public record NameServerSettings(
        int udpSockets,
        int batch,
        int maxUdpBytes,
        int maxTcpClients,
        int maxTcpClientsPerSource,
        int tcpIdleMs,
        int answersPerSecond,
        int slip,
        int rateSlots,
        String cookieSecret,
        List<AddressPrefix> explainTo,
        SigningSettings signing) {

    /** What counts where nothing else is said. */
    public static final NameServerSettings DEFAULTS = new NameServerSettings(
            0, 32, 1_232, 10_000, 200, 10_000, 200, 2, 65_536, "", List.of(), SigningSettings.DEFAULTS);

    private static final int LONGEST_MS = 600_000;

    public NameServerSettings {
        explainTo = List.copyOf(explainTo);
        within("udpSockets", udpSockets, 0, 256);
        within("batch", batch, 1, 64);
        within("maxUdpBytes", maxUdpBytes, 512, 4_096);
        within("maxTcpClients", maxTcpClients, 1, 1_000_000);
        within("maxTcpClientsPerSource", maxTcpClientsPerSource, 1, 1_000_000);
        within("tcpIdleMs", tcpIdleMs, 100, LONGEST_MS);
        within("answersPerSecond", answersPerSecond, 0, 1_000_000);
        within("slip", slip, 0, 100);
        within("rateSlots", rateSlots, 1, 1 << 24);
        if (Integer.bitCount(rateSlots) != 1) {
            throw new IllegalArgumentException("rateSlots is " + rateSlots + " but must be a power of 2");
        }
        if (!cookieSecret.matches("([0-9A-Fa-f]{32})?")) {
            throw new IllegalArgumentException(
                    "the secret of cookies must have 32 hexadecimal digits, or be empty; it has "
                            + cookieSecret.length() + " characters");
        }
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + " but must be " + least + " to " + most);
        }
    }

    public NameServerSettings withUdpSockets(int sockets) {
        return new NameServerSettings(
                sockets,
                batch,
                maxUdpBytes,
                maxTcpClients,
                maxTcpClientsPerSource,
                tcpIdleMs,
                answersPerSecond,
                slip,
                rateSlots,
                cookieSecret,
                explainTo,
                signing);
    }

    public NameServerSettings withMaxUdpBytes(int bytes) {
        return new NameServerSettings(
                udpSockets,
                batch,
                bytes,
                maxTcpClients,
                maxTcpClientsPerSource,
                tcpIdleMs,
                answersPerSecond,
                slip,
                rateSlots,
                cookieSecret,
                explainTo,
                signing);
    }

    public NameServerSettings withTcp(int clients, int clientsPerSource, int idleMs) {
        return new NameServerSettings(
                udpSockets,
                batch,
                maxUdpBytes,
                clients,
                clientsPerSource,
                idleMs,
                answersPerSecond,
                slip,
                rateSlots,
                cookieSecret,
                explainTo,
                signing);
    }

    public NameServerSettings withBatch(int datagrams) {
        return new NameServerSettings(
                udpSockets,
                datagrams,
                maxUdpBytes,
                maxTcpClients,
                maxTcpClientsPerSource,
                tcpIdleMs,
                answersPerSecond,
                slip,
                rateSlots,
                cookieSecret,
                explainTo,
                signing);
    }

    public NameServerSettings withRateSlots(int slots) {
        return new NameServerSettings(
                udpSockets,
                batch,
                maxUdpBytes,
                maxTcpClients,
                maxTcpClientsPerSource,
                tcpIdleMs,
                answersPerSecond,
                slip,
                slots,
                cookieSecret,
                explainTo,
                signing);
    }

    public NameServerSettings withRate(int perSecond, int oneOf) {
        return new NameServerSettings(
                udpSockets,
                batch,
                maxUdpBytes,
                maxTcpClients,
                maxTcpClientsPerSource,
                tcpIdleMs,
                perSecond,
                oneOf,
                rateSlots,
                cookieSecret,
                explainTo,
                signing);
    }

    public NameServerSettings withCookieSecret(String hexadecimal) {
        return new NameServerSettings(
                udpSockets,
                batch,
                maxUdpBytes,
                maxTcpClients,
                maxTcpClientsPerSource,
                tcpIdleMs,
                answersPerSecond,
                slip,
                rateSlots,
                hexadecimal,
                explainTo,
                signing);
    }

    public NameServerSettings withExplainTo(List<AddressPrefix> networks) {
        return new NameServerSettings(
                udpSockets,
                batch,
                maxUdpBytes,
                maxTcpClients,
                maxTcpClientsPerSource,
                tcpIdleMs,
                answersPerSecond,
                slip,
                rateSlots,
                cookieSecret,
                networks,
                signing);
    }

    public NameServerSettings withSigning(SigningSettings other) {
        return new NameServerSettings(
                udpSockets,
                batch,
                maxUdpBytes,
                maxTcpClients,
                maxTcpClientsPerSource,
                tcpIdleMs,
                answersPerSecond,
                slip,
                rateSlots,
                cookieSecret,
                explainTo,
                other);
    }

    Cookies cookies(java.util.random.RandomGenerator random) {
        byte[] secret = new byte[Cookies.SECRET_BYTES];
        if (cookieSecret.isEmpty()) {
            random.nextBytes(secret);
        } else {
            secret = HexFormat.of().parseHex(cookieSecret);
        }
        return new Cookies(secret);
    }

    boolean explains(Source source) {
        for (AddressPrefix network : explainTo) {
            if (network.ipv6() == source.ipv6()
                    && (network.length() == 0
                            || (network.address() ^ source.high()) >>> (Long.SIZE - network.length()) == 0)) {
                return true;
            }
        }
        return false;
    }
}
