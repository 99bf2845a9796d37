package io.fairlead.relay.client;

import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.ServerSettings;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What makes a relay client.
 *
 * @param id its identifier, as in its certificate
 * @param viewers where viewers connect; port 0: any that is free
 * @param viewerTls for those of them that speak TLS, at the same port; null: none may
 * @param parents relay servers, the preferred one first; those of a plan come before them
 * @param tls as {@link io.fairlead.edge.link.MutualTls#dialling} with {@link RelayNames#SERVER}; asked for each link that is dialled
 * @param moves how running rooms follow a plan
 */
public record ClientSettings(
        String id,
        InetSocketAddress viewers,
        @Nullable Supplier<SslContext> viewerTls,
        List<InetSocketAddress> parents,
        Supplier<SslContext> tls,
        LongLinkSettings links,
        ServerSettings server,
        RoomSettings rooms,
        MoveSettings moves) {

    /** With the usual pace for rooms that follow a plan, and no TLS for viewers. */
    public ClientSettings(
            String id,
            InetSocketAddress viewers,
            List<InetSocketAddress> parents,
            Supplier<SslContext> tls,
            LongLinkSettings links,
            ServerSettings server,
            RoomSettings rooms) {
        this(id, viewers, null, parents, tls, links, server, rooms, MoveSettings.DEFAULTS);
    }

    /** With TLS for viewers that speak it. */
    public ClientSettings withViewerTls(@Nullable Supplier<SslContext> terms) {
        return new ClientSettings(id, viewers, terms, parents, tls, links, server, rooms, moves);
    }

    /** With TLS that stays as it is. */
    public ClientSettings(
            String id,
            InetSocketAddress viewers,
            List<InetSocketAddress> parents,
            SslContext tls,
            LongLinkSettings links,
            ServerSettings server,
            RoomSettings rooms) {
        this(id, viewers, parents, () -> tls, links, server, rooms);
    }

    public ClientSettings {
        RelayNames.check(id);
        parents = List.copyOf(parents);
        if (parents.isEmpty()) {
            throw new IllegalArgumentException("a relay client needs at least one relay server; name it by --parent");
        }
    }
}
