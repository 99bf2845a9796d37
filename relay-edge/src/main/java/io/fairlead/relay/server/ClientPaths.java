package io.fairlead.relay.server;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.RttSource;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Round trips of viewers' connections by the network (/24, /48) that they come from, as the kernel has measured them (TCP_INFO; only where the transport is epoll), and what was
 * written to each network. Every event loop looks at its own connections every {@link Reports#pathMs} and tells what it saw; a connection on which nothing was acknowledged since
 * the last look says nothing, and one that ends before it was ever looked at, as that of a beacon does, what its handshake took. Loops share nothing, and a write costs one addition.
 */
final class ClientPaths {

    /** Round trips of one network that a median is taken of. */
    private static final int MOST_SAMPLES = 64;

    private final Reports reports;
    private final int maxNetworks;
    private final Map<EventLoop, OfLoop> loops = new ConcurrentHashMap<>();
    private final LongAdder told = new LongAdder();
    private final LongAdder untold = new LongAdder();

    /** @param maxNetworks that an event loop tells of at once; over it a further one is left out, and counted */
    ClientPaths(Reports reports, int maxNetworks) {
        this.reports = reports;
        this.maxNetworks = maxNetworks;
    }

    /** Watches a connection until it ends. On its event loop, before anything is written. */
    void follow(SocketChannel connection) {
        InetSocketAddress from = connection.remoteAddress();
        if (!reports.silent() && connection instanceof EpollSocketChannel socket && from != null) {
            AddressPrefix network = network(from);
            if (!network.isOfOneLink()) {
                loops.computeIfAbsent(connection.eventLoop(), OfLoop::new).follow(socket, network);
            }
        }
    }

    /** The network that an address lies in. */
    static AddressPrefix network(InetSocketAddress of) {
        return AddressPrefix.covering(of.getAddress().getAddress(), Long.SIZE).neighbourhood();
    }

    /** The connections of one event loop; touched by it alone. */
    private final class OfLoop {

        private final Set<Meter> meters = new LinkedHashSet<>();
        private final Map<AddressPrefix, Network> networks = new HashMap<>();
        private final EpollTcpInfo info = new EpollTcpInfo();

        private OfLoop(EventLoop loop) {
            loop.scheduleAtFixedRate(this::tell, reports.pathMs(), reports.pathMs(), TimeUnit.MILLISECONDS);
        }

        private void follow(EpollSocketChannel socket, AddressPrefix from) {
            Meter meter = new Meter(socket, from, this);
            meters.add(meter);
            socket.pipeline().addFirst(meter);
            socket.closeFuture().addListener(closed -> {
                meters.remove(meter);
                Network network = network(from);
                if (network != null) {
                    network.bytes += meter.takeBytes();
                    network.sample(meter.takeRttUs());
                }
            });
        }

        private @Nullable Network network(AddressPrefix prefix) {
            Network known = networks.get(prefix);
            if (known == null && networks.size() < maxNetworks) {
                known = new Network();
                networks.put(prefix, known);
            } else if (known == null) {
                untold.increment();
            }
            return known;
        }

        /** Round trip of a connection as the kernel knows it, µs; 0: nothing was acknowledged of late. */
        private long rttUs(EpollSocketChannel socket) {
            try {
                socket.tcpInfo(info);
            } catch (ChannelException e) {
                return 0; // closed, and about to be told so
            }
            return info.lastAckRecv() <= reports.pathMs() ? info.rtt() : 0;
        }

        private void tell() {
            for (Meter meter : meters) {
                Network network = network(meter.from);
                if (network != null) {
                    network.bytes += meter.takeBytes();
                    meter.look();
                    network.sample(meter.takeRttUs());
                }
            }
            networks.forEach((prefix, network) -> {
                if (network.samples > 0) {
                    offer(prefix, network);
                }
            });
            networks.clear();
        }
    }

    private void offer(AddressPrefix prefix, Network network) {
        ResolverRtt rtt = new ResolverRtt();
        rtt.setSource(RttSource.CLIENT);
        rtt.setPrefix(prefix.toString());
        rtt.setGroupId(reports.groupId());
        rtt.setSamples(network.samples);
        rtt.setMinUs(network.leastUs);
        rtt.setMedianUs(network.medianUs());
        rtt.setSentBytes(network.bytes);
        rtt.setIntervalMs((long) reports.pathMs());
        if (reports.telling().offer(Topics.TELEMETRY_RESOLVERS, prefix.toString(), rtt)) {
            told.increment();
        }
    }

    /** Shows it as meters {@code fairlead.relay.paths.*}. */
    void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("fairlead.relay.paths.told", told, LongAdder::sum)
                .description("Round trips and bytes of networks of viewers that were told")
                .register(registry);
        FunctionCounter.builder("fairlead.relay.paths.untold", untold, LongAdder::sum)
                .description("Connections whose round trip was not told: they come from too many networks")
                .register(registry);
    }

    /** What was seen of one network since it was told last. */
    private static final class Network {

        private final long[] kept = new long[MOST_SAMPLES];
        private long samples;
        private long leastUs = Long.MAX_VALUE;
        private long bytes;

        /** @param us 0: there is none */
        void sample(long us) {
            if (us <= 0) {
                return;
            }
            if (samples < MOST_SAMPLES) {
                kept[(int) samples] = us;
            }
            samples++;
            leastUs = Math.min(leastUs, us);
        }

        long medianUs() {
            int count = (int) Math.min(MOST_SAMPLES, samples);
            long[] sorted = Arrays.copyOf(kept, count);
            Arrays.sort(sorted);
            return sorted[count / 2];
        }
    }

    /** Counts what is written to one connection, and keeps its round trip until that is taken; the last that a write passes. */
    private static final class Meter extends ChannelOutboundHandlerAdapter {

        private final EpollSocketChannel socket;
        private final AddressPrefix from;
        private final OfLoop loop;
        private boolean looked;
        private long rttUs;
        private long bytes;

        Meter(EpollSocketChannel socket, AddressPrefix from, OfLoop loop) {
            this.socket = socket;
            this.from = from;
            this.loop = loop;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (!looked) {
                look();
            }
            if (message instanceof ByteBuf written) {
                bytes += written.readableBytes();
            }
            ctx.write(message, promise);
        }

        void look() {
            looked = true;
            rttUs = loop.rttUs(socket);
        }

        long takeRttUs() {
            long taken = rttUs;
            rttUs = 0;
            return taken;
        }

        long takeBytes() {
            long taken = bytes;
            bytes = 0;
            return taken;
        }
    }
}
