package io.fairlead.proxy.destination;

import io.fairlead.edge.link.Sockets;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Names to addresses, where this process is: one resolver an event loop, one cache of bounded size for all. */
public final class NameLookup implements AutoCloseable {

    private static final int MOST_NAMES = 10_000;
    private static final int LONGEST_TTL_SECONDS = 60;
    private static final int NEGATIVE_TTL_SECONDS = 5;
    private static final int QUERY_TIMEOUT_MS = 2_500;
    private static final int MOST_QUERIES = 8;

    private final EventLoopGroup loops;
    private final DnsServerAddressStreamProvider servers;
    private final NameCache cache = new NameCache(MOST_NAMES, LONGEST_TTL_SECONDS, NEGATIVE_TTL_SECONDS);
    private final ConcurrentHashMap<EventLoop, DnsNameResolver> resolvers = new ConcurrentHashMap<>();

    /** Asks the name servers that this machine asks. */
    public NameLookup(EventLoopGroup loops) {
        this(loops, DnsServerAddressStreamProviders.platformDefault());
    }

    /** @param servers whom to ask */
    public NameLookup(EventLoopGroup loops, DnsServerAddressStreamProvider servers) {
        this.loops = loops;
        this.servers = servers;
    }

    /** All addresses of a name, or the one that it spells. Completes on {@code loop}. */
    public Future<List<InetAddress>> all(String host, EventLoop loop) {
        InetAddress literal = Addresses.literal(host);
        if (literal != null) {
            return loop.newSucceededFuture(List.of(literal));
        }
        return resolvers.computeIfAbsent(loop, this::resolver).resolveAll(host);
    }

    /** Whether a look-up failed because no name server answered, not because of what one said. */
    public static boolean timedOut(Throwable failure) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (one instanceof DnsNameResolverTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private DnsNameResolver resolver(EventLoop loop) {
        return new DnsNameResolverBuilder(loop)
                .datagramChannelType(Sockets.datagrams(loops))
                .socketChannelType(Sockets.dialling(loops))
                .nameServerProvider(servers)
                .resolveCache(cache)
                .cnameCache(NoopDnsCnameCache.INSTANCE)
                .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
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
