package io.fairlead.relay.client;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * Where a relay client shall take rooms from.
 *
 * @param parents the preferred first
 * @param rooms by room, the relay server that alone has it
 */
public record ParentPlan(List<Server> parents, Map<String, Server> rooms) {

    /** Nothing was planned. */
    public static final ParentPlan NONE = new ParentPlan(List.of(), Map.of());

    /**
     * A relay server.
     *
     * @param id its edge id
     * @param address where it takes relay clients; looked up when it is dialled
     */
    public record Server(String id, InetSocketAddress address) {}

    public ParentPlan {
        parents = List.copyOf(parents);
        rooms = Map.copyOf(rooms);
    }
}
