package io.fairlead.relay;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.TableListener;
import io.fairlead.relay.client.ParentPlan;
import io.fairlead.schemas.decisions.RelayParent;
import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.decisions.RoomParent;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of all plans and hands on the one of this relay client. A relay server with an address that is none is left out. */
final class PlanListener implements TableListener<Decision<RelayPlan>> {

    private static final Logger LOG = LoggerFactory.getLogger(PlanListener.class);
    private static final int PORT_MAX = 65_535;

    private final String client;
    private final Consumer<ParentPlan> follower;

    PlanListener(String client, Consumer<ParentPlan> follower) {
        this.client = client;
        this.follower = follower;
    }

    @Override
    public void put(String key, Decision<RelayPlan> decision) {
        if (!key.equals(client)) {
            return;
        }
        List<ParentPlan.Server> parents = new ArrayList<>();
        for (RelayParent each : decision.value().getParents()) {
            add(each.getRelayServerId(), each.getAddress(), parents::add);
        }
        Map<String, ParentPlan.Server> rooms = new HashMap<>();
        for (RoomParent each : decision.value().getRooms()) {
            add(each.getRelayServerId(), each.getAddress(), server -> rooms.put(each.getRoom(), server));
        }
        follower.accept(new ParentPlan(parents, rooms));
    }

    @Override
    public void removed(String key) {
        if (key.equals(client)) {
            follower.accept(ParentPlan.NONE);
        }
    }

    private static void add(String id, String text, Consumer<ParentPlan.Server> to) {
        InetSocketAddress address = address(text);
        if (address == null) {
            LOG.warn("the plan has the relay server {} at '{}', which is no HOST:PORT; it is left out", id, text);
        } else {
            to.accept(new ParentPlan.Server(id, address));
        }
    }

    /** To be looked up when it is dialled; null: it is none. */
    static @Nullable InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
            return null;
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        return host.isEmpty() || port < 1 || port > PORT_MAX ? null : InetSocketAddress.createUnresolved(host, port);
    }
}
