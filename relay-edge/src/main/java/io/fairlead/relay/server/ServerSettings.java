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
 */
public record ServerSettings(
        int maxConnections,
        int maxRooms,
        int maxRequestLineBytes,
        int maxHeadBytes,
        int headTimeoutMs,
        int publisherIdleMs) {

    public static final ServerSettings DEFAULTS = new ServerSettings(50_000, 10_000, 4 << 10, 16 << 10, 10_000, 30_000);

    public ServerSettings {
        positive("maxConnections", maxConnections);
        positive("maxRooms", maxRooms);
        positive("maxRequestLineBytes", maxRequestLineBytes);
        positive("maxHeadBytes", maxHeadBytes);
        positive("headTimeoutMs", headTimeoutMs);
        positive("publisherIdleMs", publisherIdleMs);
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + " but must be at least 1");
        }
    }

    /** With other bounds for connections and rooms. */
    public ServerSettings withMost(int connections, int rooms) {
        return new ServerSettings(
                connections, rooms, maxRequestLineBytes, maxHeadBytes, headTimeoutMs, publisherIdleMs);
    }

    /** With other times for heads and silent publishers. */
    public ServerSettings withTimeouts(int newHeadTimeoutMs, int newPublisherIdleMs) {
        return new ServerSettings(
                maxConnections, maxRooms, maxRequestLineBytes, maxHeadBytes, newHeadTimeoutMs, newPublisherIdleMs);
    }
}
