package io.fairlead.proxy.agent;

import io.fairlead.proxy.destination.Addresses;
import io.fairlead.proxy.link.Sockets;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Names to addresses, where the agent is: one resolver an event loop, one cache for all. */
final class NameLookup implements AutoCloseable {

    private static final int LONGEST_TTL_SECONDS = 60;
    private static final int NEGATIVE_TTL_SECONDS = 5;
    private static final int QUERY_TIMEOUT_MS = 2_500;
    private static final int MOST_QUERIES = 8;

    private final EventLoopGroup loops;
    private final DefaultDnsCache cache = new DefaultDnsCache(0, LONGEST_TTL_SECONDS, NEGATIVE_TTL_SECONDS);
    private final ConcurrentHashMap<EventLoop, DnsNameResolver> resolvers = new ConcurrentHashMap<>();

    NameLookup(EventLoopGroup loops) {
        this.loops = loops;
    }

    /** All addresses of a name, or the one that it spells. Completes on {@code loop}. */
    Future<List<InetAddress>> all(String host, EventLoop loop) {
        InetAddress literal = Addresses.literal(host);
        if (literal != null) {
            return loop.newSucceededFuture(List.of(literal));
        }
        return resolvers.computeIfAbsent(loop, this::resolver).resolveAll(host);
    }

    private DnsNameResolver resolver(EventLoop loop) {
        return new DnsNameResolverBuilder(loop)
                .datagramChannelType(Sockets.datagrams(loops))
                .socketChannelType(Sockets.dialling(loops))
                .resolveCache(cache)
                .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
                .queryTimeoutMillis(QUERY_TIMEOUT_MS)
                .maxQueriesPerResolve(MOST_QUERIES)
                .build();
    }

    @Override
    public void close() {
        resolvers.values().forEach(DnsNameResolver::close);
        resolvers.clear();
    }
}
