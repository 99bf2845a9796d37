package io.fairlead.relay.client;

import io.fairlead.relay.link.LinkPath;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A relay server as this relay client knows it: the links that stand ready to it. Any thread. */
final class Parent {

    private final String address;
    private final List<LongLink> links = new ArrayList<>();
    private volatile String id = "";
    private int lostTold;

    Parent(InetSocketAddress server, EventLoopGroup loops, LinkTerms terms) {
        this.address = address(server);
        for (int each = 0; each < terms.settings().linksPerParent(); each++) {
            links.add(new LongLink(server, loops.next(), terms, this::fellSilent));
        }
    }

    private void fellSilent(LongLink silent) {
        links.stream().filter(link -> link != silent).forEach(LongLink::doubt);
    }

    /** As plans and settings write it, HOST:PORT; two that are written alike are one. */
    static String address(InetSocketAddress server) {
        String host = server.getHostString();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + server.getPort();
    }

    String address() {
        return address;
    }

    /** Edge id of the relay server; empty: not known yet. */
    String id() {
        return id;
    }

    void says(String edgeId) {
        if (!edgeId.isEmpty()) {
            id = edgeId;
        }
    }

    boolean up() {
        return links.stream().anyMatch(LongLink::up);
    }

    int linksUp() {
        return (int) links.stream().filter(LongLink::up).count();
    }

    /** The link that a room goes over: rooms are spread, so that one lost packet does not stop all. Null: there is none. */
    @Nullable
    LongLink link(String room) {
        int first = Math.floorMod(room.hashCode(), links.size());
        for (int each = 0; each < links.size(); each++) {
            LongLink link = links.get((first + each) % links.size());
            if (link.up()) {
                return link;
            }
        }
        return null;
    }

    /** Least round trip of its connections, µs; −1: not known. */
    long rttUs() {
        return links.stream()
                .map(LongLink::path)
                .mapToLong(LinkPath::rttUs)
                .filter(us -> us >= 0)
                .min()
                .orElse(-1);
    }

    /** Connections lost since it was last asked, by one thread. */
    int lostSince() {
        int all = links.stream().mapToInt(LongLink::lostWhileUp).sum();
        int since = all - lostTold;
        lostTold = all;
        return since;
    }

    /** Whether a stream is open on any of its links. */
    boolean busy() {
        return links.stream().anyMatch(LongLink::busy);
    }

    void close() {
        links.forEach(LongLink::close);
    }

    @Override
    public String toString() {
        return id.isEmpty() ? address : id + " (" + address + ")";
    }
}
