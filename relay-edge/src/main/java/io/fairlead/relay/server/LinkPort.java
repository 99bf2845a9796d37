package io.fairlead.relay.server;

import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.function.Predicate;

/**
 * Where a relay server takes relay clients.
 *
 * @param address port 0: any that is free
 * @param tls as {@link io.fairlead.edge.link.MutualTls#listening}
 * @param mergeable by room: whether viewers of one relay client may share a stream
 */
public record LinkPort(
        InetSocketAddress address,
        SslContext tls,
        LongLinkSettings links,
        LegSettings legs,
        Predicate<String> mergeable) {}
