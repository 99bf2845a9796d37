package io.fairlead.relay.server;

/**
 * Settings of the HTTP side. Begin with {@link #DEFAULTS} and change what differs.
 *
 * @param maxConnections connections in all; over it new ones are reset
 * @param maxRooms rooms that are open; over it publishers get 503
 * @param maxRequestLineBytes longest request line
 * @param maxHeadBytes longest head
 * @param headTimeoutMs a connection must have sent a whole head after this time
 * @param publisherIdleMs a publisher that sends nothing for so long is ended
 * @param maxHlsViewers viewers by HLS; over it new ones get 503
 * @param hlsIdleMs a viewer by HLS that asks for nothing for so long has left
 * @param hlsWaitMs what is to come is waited for so long
 * @param maxPaths networks of viewers whose round trips an event loop tells at once
 * @param maxBeaconsPerSecond beacons that are told in a second
 */
public record ServerSettings(
        int maxConnections,
        int maxRooms,
        int maxRequestLineBytes,
        int maxHeadBytes,
        int headTimeoutMs,
        int publisherIdleMs,
        int maxHlsViewers,
        int hlsIdleMs,
        int hlsWaitMs,
        int maxPaths,
        int maxBeaconsPerSecond) {

    public static final ServerSettings DEFAULTS =
            new ServerSettings(50_000, 10_000, 4 << 10, 16 << 10, 10_000, 30_000, 20_000, 30_000, 10_000, 10_000, 200);

    public ServerSettings {
        positive("maxConnections", maxConnections);
        positive("maxRooms", maxRooms);
        positive("maxRequestLineBytes", maxRequestLineBytes);
        positive("maxHeadBytes", maxHeadBytes);
        positive("headTimeoutMs", headTimeoutMs);
        positive("publisherIdleMs", publisherIdleMs);
        positive("maxHlsViewers", maxHlsViewers);
        positive("hlsIdleMs", hlsIdleMs);
        positive("hlsWaitMs", hlsWaitMs);
        positive("maxPaths", maxPaths);
        positive("maxBeaconsPerSecond", maxBeaconsPerSecond);
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + " but must be at least 1");
        }
    }

    /** With other bounds for connections and rooms. */
    public ServerSettings withMost(int connections, int rooms) {
        return new ServerSettings(
                connections,
                rooms,
                maxRequestLineBytes,
                maxHeadBytes,
                headTimeoutMs,
                publisherIdleMs,
                maxHlsViewers,
                hlsIdleMs,
                hlsWaitMs,
                maxPaths,
                maxBeaconsPerSecond);
    }

    /** With other times for heads and silent publishers. */
    public ServerSettings withTimeouts(int newHeadTimeoutMs, int newPublisherIdleMs) {
        return new ServerSettings(
                maxConnections,
                maxRooms,
                maxRequestLineBytes,
                maxHeadBytes,
                newHeadTimeoutMs,
                newPublisherIdleMs,
                maxHlsViewers,
                hlsIdleMs,
                hlsWaitMs,
                maxPaths,
                maxBeaconsPerSecond);
    }

    /** With other bounds for viewers by HLS. */
    public ServerSettings withHls(int viewers, int idleMs, int waitMs) {
        return new ServerSettings(
                maxConnections,
                maxRooms,
                maxRequestLineBytes,
                maxHeadBytes,
                headTimeoutMs,
                publisherIdleMs,
                viewers,
                idleMs,
                waitMs,
                maxPaths,
                maxBeaconsPerSecond);
    }

    /** With other bounds for what is told of viewers' networks. */
    public ServerSettings withNetworks(int paths, int beaconsPerSecond) {
        return new ServerSettings(
                maxConnections,
                maxRooms,
                maxRequestLineBytes,
                maxHeadBytes,
                headTimeoutMs,
                publisherIdleMs,
                maxHlsViewers,
                hlsIdleMs,
                hlsWaitMs,
                paths,
                beaconsPerSecond);
    }
}
