package io.fairlead.relay.client;

import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The relay servers, the preferred one first, with links to all of them: those behind it stand by warm. Any thread. */
final class Parents {

    private final List<List<LongLink>> links = new ArrayList<>();

    Parents(List<InetSocketAddress> servers, EventLoopGroup loops, LinkTerms terms) {
        for (InetSocketAddress server : servers) {
            List<LongLink> ofServer = new ArrayList<>();
            for (int each = 0; each < terms.settings().linksPerParent(); each++) {
                ofServer.add(new LongLink(server, loops.next(), terms));
            }
            links.add(ofServer);
        }
    }

    /**
     * The relay server for a room.
     *
     * @param present the one that it has now, which it keeps for as long as there is a link to it; −1: none
     * @return −1 if there is a link to none
     */
    int choose(int present) {
        if (present >= 0 && links.get(present).stream().anyMatch(LongLink::up)) {
            return present;
        }
        for (int each = 0; each < links.size(); each++) {
            if (links.get(each).stream().anyMatch(LongLink::up)) {
                return each;
            }
        }
        return -1;
    }

    /** The link of that relay server that a room goes over: rooms are spread, so that one lost packet does not stop all. */
    @Nullable
    LongLink link(int parent, String room) {
        List<LongLink> ofServer = links.get(parent);
        int first = Math.floorMod(room.hashCode(), ofServer.size());
        for (int each = 0; each < ofServer.size(); each++) {
            LongLink link = ofServer.get((first + each) % ofServer.size());
            if (link.up()) {
                return link;
            }
        }
        return null;
    }

    /** Relay servers that can be reached now. */
    int reachable() {
        return (int) links.stream()
                .filter(ofServer -> ofServer.stream().anyMatch(LongLink::up))
                .count();
    }

    void close() {
        links.forEach(ofServer -> ofServer.forEach(LongLink::close));
    }
}
