package io.fairlead.nameserver;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.tally.TallySettings;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Settings of a name server with its map.
 *
 * @param listen addresses for questions
 * @param server bounds and habits of the server
 * @param map how groups are watched
 * @param tally how questions are counted
 * @param kit what all edges share
 */
public record NameServerEdgeSettings(
        List<InetSocketAddress> listen,
        NameServerSettings server,
        MapSettings map,
        TallySettings tally,
        EdgeKitSettings kit) {

    /** Kind that its reports say. */
    public static final String KIND = "name-server";

    public NameServerEdgeSettings {
        listen = List.copyOf(listen);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("No address to listen on is given; name at least one.");
        }
    }
}
