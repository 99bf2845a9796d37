package io.fairlead.relay.server;

import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Where a relay server takes relay clients.
 *
 * @param address port 0: any that is free
 * @param tls as {@link io.fairlead.edge.link.MutualTls#listening}; asked for each link that comes up
 * @param mergeable by room: whether viewers of one relay client may share a stream
 */
public record LinkPort(
        InetSocketAddress address,
        Supplier<SslContext> tls,
        LongLinkSettings links,
        LegSettings legs,
        Predicate<String> mergeable) {

    /** With TLS that stays as it is. */
    public LinkPort(
            InetSocketAddress address,
            SslContext tls,
            LongLinkSettings links,
            LegSettings legs,
            Predicate<String> mergeable) {
        this(address, () -> tls, links, legs, mergeable);
    }
}
