package io.fairlead.proxy.destination;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * Says which destinations may be dialled. Asked twice: {@link #checkName} before a name is resolved, so that hopeless
 * targets cost no question, and {@link #checkAddress} with each resolved address, right before that very address is
 * dialled. Nothing is resolved again in between, so a name that changes its mind gains nothing.
 *
 * <p>Immutable; any thread.
 */
public final class DestinationRules {

    /** Mail in all its forms: the ports by which an exit gets its address onto block lists. */
    private static final Set<Integer> MAIL_PORTS = Set.of(25, 110, 143, 465, 587, 993, 995, 2525);

    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    private final List<DestinationPattern> allowed;
    private final Set<InetAddress> ownAddresses;

    private DestinationRules(List<DestinationPattern> allowed, Set<InetAddress> ownAddresses) {
        this.allowed = List.copyOf(allowed);
        this.ownAddresses = Set.copyOf(ownAddresses);
    }

    /** Public addresses only, ports 80, 443 and 1024 upwards, less mail. */
    public static DestinationRules publicOnly() {
        return new DestinationRules(List.of(), Set.of());
    }

    /** Public addresses, and what these entries (see {@link DestinationPattern}) cover. */
    public static DestinationRules allowing(List<String> entries) {
        return new DestinationRules(
                entries.stream().map(DestinationPattern::parse).toList(), Set.of());
    }

    /** The same, but never these addresses, unless an entry covers them: those of the process itself. */
    public DestinationRules refusing(Set<InetAddress> own) {
        return new DestinationRules(allowed, own);
    }

    /** Judges what can be judged before resolving: the port, and hosts that are addresses in a spelling of their own. */
    public Verdict checkName(String host, int port) {
        AddressLiteral literal = AddressLiteral.of(host);
        if (literal.kind() == AddressLiteral.Kind.DISGUISED) {
            return Verdict.refused(
                    "host '" + host + "' is a number that is no plain address; write it as 192.0.2.1 or 2001:db8::1");
        }
        byte[] address = literal.address();
        if (address != null) {
            return checkBytes(host, address, port);
        }
        if (!portOpen(port) && allowed.stream().noneMatch(DestinationPattern::namesPort)) {
            return refusedPort(port);
        }
        return Verdict.ALLOWED;
    }

    /** Judges one resolved address of {@code host}. */
    public Verdict checkAddress(String host, InetAddress address, int port) {
        for (DestinationPattern pattern : allowed) {
            if (pattern.covers(host, address, port) && (pattern.namesPort() || portOpen(port))) {
                return Verdict.ALLOWED;
            }
        }
        AddressClass kind = AddressClass.of(address);
        if (kind != AddressClass.PUBLIC) {
            return Verdict.refused("address " + NetUtil.toAddressString(address) + " is " + kind.words()
                    + "; only public addresses are allowed here");
        }
        if (ownAddresses.contains(address)) {
            return Verdict.refused("address " + NetUtil.toAddressString(address) + " is this proxy's own");
        }
        return portOpen(port) ? Verdict.ALLOWED : refusedPort(port);
    }

    /** As bytes, because the JDK hides that an IPv4-mapped literal was written as one. */
    private Verdict checkBytes(String host, byte[] address, int port) {
        if (address.length == 16 && AddressClass.of(address) == AddressClass.EMBEDDED) {
            return Verdict.refused(
                    "address " + host + " is " + AddressClass.EMBEDDED.words() + "; write the IPv4 address itself");
        }
        return checkAddress(host, Addresses.of(address), port);
    }

    private static boolean portOpen(int port) {
        return port == 80 || port == 443 || (port >= FIRST_UNPRIVILEGED_PORT && !MAIL_PORTS.contains(port));
    }

    private static Verdict refusedPort(int port) {
        return Verdict.refused("port " + port + " is not among the allowed ones (80, 443, 1024 and up, no mail)");
    }

    /**
     * @param allowed may be dialled
     * @param reason one sentence; empty if allowed
     */
    public record Verdict(boolean allowed, String reason) {

        static final Verdict ALLOWED = new Verdict(true, "");

        static Verdict refused(String reason) {
            return new Verdict(false, reason);
        }
    }
}
