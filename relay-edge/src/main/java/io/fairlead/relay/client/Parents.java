package io.fairlead.relay.client;

import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay servers in the order in which rooms are taken from them, with links to all: those behind the first stand by warm. Those of the plan come first while
 * it counts, then those of the settings; otherwise those of the settings, then those that the plan had. Links of one that is in neither any more are closed when
 * no stream is left on them. Asked from any thread, changed by one.
 */
final class Parents {

    /** Relay servers that are linked for the plan, at most: those that serve single rooms come last. */
    static final int MOST_PLANNED = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Parents.class);

    /** @param pinned by room */
    private record Order(List<Parent> all, Map<String, Parent> pinned, boolean planned) {}

    private final List<InetSocketAddress> settled;
    private final EventLoopGroup loops;
    private final LinkTerms terms;
    private final Map<String, Parent> linked = new HashMap<>();
    private final List<Parent> leaving = new ArrayList<>();
    private ParentPlan plan = ParentPlan.NONE;
    private volatile Order order;

    Parents(List<InetSocketAddress> settled, EventLoopGroup loops, LinkTerms terms) {
        this.settled = List.copyOf(settled);
        this.loops = loops;
        this.terms = terms;
        this.order = order(false);
    }

    /**
     * Takes a plan in.
     *
     * @param counts whether it is to be followed: it is not when those who made it are silent
     */
    synchronized void follow(ParentPlan next, boolean counts) {
        boolean planned = counts && !next.parents().isEmpty();
        if (next.equals(plan) && planned == order.planned) {
            return;
        }
        plan = next;
        order = order(planned);
        LOG.info("rooms are taken from {}{}", order.all, planned ? " as planned" : ", as the settings say");
    }

    private Order order(boolean planned) {
        LinkedHashMap<String, Parent> all = new LinkedHashMap<>();
        if (!planned) {
            settled.forEach(server -> add(server, all));
        }
        for (ParentPlan.Server server : plan.parents()) {
            add(server.address(), all).says(server.id());
        }
        if (planned) {
            settled.forEach(server -> add(server, all));
        }
        Map<String, Parent> pinned = new HashMap<>();
        plan.rooms().forEach((room, server) -> {
            if (all.size() < settled.size() + MOST_PLANNED || all.containsKey(Parent.address(server.address()))) {
                Parent parent = add(server.address(), all);
                parent.says(server.id());
                pinned.put(room, parent);
            }
        });
        linked.values().removeIf(parent -> {
            boolean gone = !all.containsKey(parent.address());
            if (gone) {
                leaving.add(parent);
            }
            return gone;
        });
        return new Order(List.copyOf(all.values()), Map.copyOf(pinned), planned);
    }

    private Parent add(InetSocketAddress server, Map<String, Parent> all) {
        String address = Parent.address(server);
        Parent parent = linked.computeIfAbsent(address, a -> new Parent(server, loops, terms));
        all.putIfAbsent(address, parent);
        return parent;
    }

    /** Closes links that nothing comes over any more. */
    synchronized void sweep() {
        leaving.removeIf(parent -> {
            boolean done = !parent.busy();
            if (done) {
                parent.close();
            }
            return done;
        });
    }

    /** All that are linked, the preferred first. */
    List<Parent> all() {
        return order.all;
    }

    /**
     * The relay server for a room.
     *
     * @param present the one that it has now, which it keeps for as long as there is a link to it
     * @param without these have said that they don't have it
     * @return null if there is a link to none
     */
    @Nullable
    Parent choose(@Nullable Parent present, String room, Set<Parent> without) {
        if (present != null && present.up() && !without.contains(present)) {
            return present;
        }
        Order now = order;
        Parent pinned = now.pinned.get(room);
        if (pinned != null && pinned.up() && !without.contains(pinned)) {
            return pinned;
        }
        return now.all.stream()
                .filter(parent -> parent.up() && !without.contains(parent))
                .findFirst()
                .orElse(null);
    }

    /** The relay server that a room should be at by the plan; null: no plan counts, or there is no link to it. */
    @Nullable
    Parent planned(String room) {
        Order now = order;
        if (!now.planned) {
            return null;
        }
        Parent pinned = now.pinned.get(room);
        Parent wanted = pinned == null ? now.all.get(0) : pinned;
        return wanted.up() ? wanted : null;
    }

    /** Whether those who plan are heard, and have planned something. */
    boolean planCounts() {
        return order.planned;
    }

    /** Relay servers that can be reached now. */
    int reachable() {
        return (int) order.all.stream().filter(Parent::up).count();
    }

    synchronized void close() {
        linked.values().forEach(Parent::close);
        leaving.forEach(Parent::close);
    }
}
