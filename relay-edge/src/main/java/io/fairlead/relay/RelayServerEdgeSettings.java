package io.fairlead.relay;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.PullSettings;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.ServerSettings;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a relay server as an edge.
 *
 * @param address where publishers connect, and viewers who are behind no relay client
 * @param adminAddress of health and metrics
 * @param book terms of rooms; what {@code config.rooms} says is put into it
 * @param admission who may watch
 * @param pull where rooms come from that nobody publishes here; null: there are none
 * @param links where relay clients dial in
 * @param announced where relay clients reach that, HOST:PORT, as its reports say it; empty: only those come whose settings name it
 * @param certificate that relay clients are shown
 * @param kit what all edges share; null: there is no Kafka
 */
public record RelayServerEdgeSettings(
        InetSocketAddress address,
        InetSocketAddress adminAddress,
        RoomBook book,
        Admission admission,
        @Nullable PullSettings pull,
        ServerSettings server,
        RoomSettings rooms,
        LinkPort links,
        String announced,
        RelayCertificate certificate,
        @Nullable EdgeKitSettings kit) {

    /** Kind that its reports say. */
    public static final String KIND = "relay-server";
}
