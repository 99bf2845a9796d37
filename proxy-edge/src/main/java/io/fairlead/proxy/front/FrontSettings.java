package io.fairlead.proxy.front;

import io.fairlead.proxy.destination.AddressBlock;
import io.fairlead.proxy.lease.LeaseSettings;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the user side. Begin with {@link #DEFAULTS} and change what differs.
 *
 * @param maxRequestLineBytes longest request line, and longest block of trailers
 * @param maxHeadBytes longest head, request line included
 * @param maxFields most field lines in a head
 * @param maxChunkLineBytes longest size line of a chunk, extensions included
 * @param headTimeoutMs from the first byte of a head to its last
 * @param keepAliveIdleMs a connection may wait this long for its next request, ms
 * @param responseIdleMs a request in flight may pass this long without a byte in either direction, ms
 * @param tunnelIdleMs the same for tunnels
 * @param lingerMs a connection that is closed while its user still sends is read for this long at most, so that the answer arrives
 * @param maxConnections user connections in all; over it new ones are reset
 * @param maxConnectionsPerSource the same for one IPv4 address or IPv6 /64
 * @param maxIdleTunnelsPerExit tunnels kept open for the next request, per exit; never more than its capacity leaves over
 * @param maxIdleTunnels the same in all
 * @param idleTunnelMs how long one is kept, ms
 * @param exitHeader answers carry {@code X-Fairlead-Exit} with the exit's id, and in a session {@code X-Fairlead-Session-Ttl}
 * @param sessions limits of them
 * @param tlsHandshakeTimeoutMs a handshake of TLS must be done after this time, ms
 * @param streams limits of HTTP/2
 * @param certificate certificate for users who speak TLS to the proxy; null: TLS is not spoken
 * @param proxyProtocolFrom load balancers: connections from there must begin with a PROXY header
 * @param pressure when the edge sheds load
 */
public record FrontSettings(
        int maxRequestLineBytes,
        int maxHeadBytes,
        int maxFields,
        int maxChunkLineBytes,
        int headTimeoutMs,
        int keepAliveIdleMs,
        int responseIdleMs,
        int tunnelIdleMs,
        int lingerMs,
        int maxConnections,
        int maxConnectionsPerSource,
        int maxIdleTunnelsPerExit,
        int maxIdleTunnels,
        int idleTunnelMs,
        boolean exitHeader,
        LeaseSettings sessions,
        int tlsHandshakeTimeoutMs,
        StreamLimits streams,
        @Nullable UserCertificateFiles certificate,
        List<AddressBlock> proxyProtocolFrom,
        PressureSettings pressure) {

    public static final FrontSettings DEFAULTS = new FrontSettings(
            8 << 10,
            32 << 10,
            200,
            256,
            10_000,
            60_000,
            60_000,
            600_000,
            2_000,
            20_000,
            2_000,
            64,
            4_096,
            10_000,
            true,
            LeaseSettings.DEFAULTS,
            10_000,
            StreamLimits.DEFAULTS,
            null,
            List.of(),
            PressureSettings.DEFAULTS);

    public FrontSettings {
        proxyProtocolFrom = List.copyOf(proxyProtocolFrom);
        positive("maxRequestLineBytes", maxRequestLineBytes);
        positive("maxHeadBytes", maxHeadBytes);
        positive("maxFields", maxFields);
        positive("maxChunkLineBytes", maxChunkLineBytes);
        positive("headTimeoutMs", headTimeoutMs);
        positive("keepAliveIdleMs", keepAliveIdleMs);
        positive("responseIdleMs", responseIdleMs);
        positive("tunnelIdleMs", tunnelIdleMs);
        positive("lingerMs", lingerMs);
        positive("maxConnections", maxConnections);
        positive("maxConnectionsPerSource", maxConnectionsPerSource);
        if (maxIdleTunnelsPerExit < 0 || maxIdleTunnels < 0) {
            throw new IllegalArgumentException("maxIdleTunnelsPerExit is " + maxIdleTunnelsPerExit + ", maxIdleTunnels "
                    + maxIdleTunnels + "; they must not be negative (0 keeps none)");
        }
        positive("idleTunnelMs", idleTunnelMs);
        positive("tlsHandshakeTimeoutMs", tlsHandshakeTimeoutMs);
    }

    public FrontSettings withTimeouts(
            int newHeadTimeoutMs, int newKeepAliveIdleMs, int newResponseIdleMs, int newTunnelIdleMs) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                newHeadTimeoutMs,
                newKeepAliveIdleMs,
                newResponseIdleMs,
                newTunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                exitHeader,
                sessions,
                tlsHandshakeTimeoutMs,
                streams,
                certificate,
                proxyProtocolFrom,
                pressure);
    }

    public FrontSettings withMaxConnections(int all, int perSource) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                all,
                perSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                exitHeader,
                sessions,
                tlsHandshakeTimeoutMs,
                streams,
                certificate,
                proxyProtocolFrom,
                pressure);
    }

    public FrontSettings withIdleTunnels(int perExit, int all, int ms) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                perExit,
                all,
                ms,
                exitHeader,
                sessions,
                tlsHandshakeTimeoutMs,
                streams,
                certificate,
                proxyProtocolFrom,
                pressure);
    }

    public FrontSettings withSessions(LeaseSettings limits) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                exitHeader,
                limits,
                tlsHandshakeTimeoutMs,
                streams,
                certificate,
                proxyProtocolFrom,
                pressure);
    }

    public FrontSettings withExitHeader(boolean told) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                told,
                sessions,
                tlsHandshakeTimeoutMs,
                streams,
                certificate,
                proxyProtocolFrom,
                pressure);
    }

    public FrontSettings withTlsHandshakeTimeoutMs(int other) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                exitHeader,
                sessions,
                other,
                streams,
                certificate,
                proxyProtocolFrom,
                pressure);
    }

    public FrontSettings withStreams(StreamLimits other) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                exitHeader,
                sessions,
                tlsHandshakeTimeoutMs,
                other,
                certificate,
                proxyProtocolFrom,
                pressure);
    }

    public FrontSettings withCertificate(UserCertificateFiles other) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                exitHeader,
                sessions,
                tlsHandshakeTimeoutMs,
                streams,
                other,
                proxyProtocolFrom,
                pressure);
    }

    public FrontSettings withProxyProtocolFrom(List<AddressBlock> other) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                exitHeader,
                sessions,
                tlsHandshakeTimeoutMs,
                streams,
                certificate,
                other,
                pressure);
    }

    public FrontSettings withPressure(PressureSettings other) {
        return new FrontSettings(
                maxRequestLineBytes,
                maxHeadBytes,
                maxFields,
                maxChunkLineBytes,
                headTimeoutMs,
                keepAliveIdleMs,
                responseIdleMs,
                tunnelIdleMs,
                lingerMs,
                maxConnections,
                maxConnectionsPerSource,
                maxIdleTunnelsPerExit,
                maxIdleTunnels,
                idleTunnelMs,
                exitHeader,
                sessions,
                tlsHandshakeTimeoutMs,
                streams,
                certificate,
                proxyProtocolFrom,
                other);
    }

    /** Whether connections from this address must begin with a {@link ProxyHeader}. */
    boolean announces(InetAddress peer) {
        return !proxyProtocolFrom.isEmpty() && proxyProtocolFrom.stream().anyMatch(block -> block.contains(peer));
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("front setting " + name + " is " + value + "; it must be positive");
        }
    }
}
