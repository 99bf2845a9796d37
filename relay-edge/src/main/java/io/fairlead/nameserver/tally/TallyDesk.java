package io.fairlead.nameserver.tally;

import io.fairlead.edge.publish.Telling;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.server.Asked;
import io.fairlead.nameserver.wire.Source;
import io.fairlead.schemas.telemetry.BeaconAsked;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.telemetry.RttSource;
import io.fairlead.schemas.telemetry.SubnetTally;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the counts of all event loops together and tells them: {@link #tell}, called every {@link TallySettings#intervalMs} by one thread. Round trips
 * of connections over TCP, as the kernel measured them, are told with them.
 */
public final class TallyDesk {

    private static final Logger LOG = LoggerFactory.getLogger(TallyDesk.class);
    private static final long LOOP_ANSWER_MS = 2_000;

    private final TallySettings settings;
    private final Telling telling;
    private final LongSupplier nanoClock;
    private final RandomGenerator.SplittableGenerator random;
    private final Map<EventLoop, LoopTally> loops = new ConcurrentHashMap<>();
    private final Map<InetAddress, List<Long>> rttUs = new ConcurrentHashMap<>();
    private final LongAdder told = new LongAdder();
    private final LongAdder overcounted = new LongAdder();
    private final LongAdder uncounted = new LongAdder();
    private final LongAdder ofOneLink = new LongAdder();
    private final LongAdder beaconsTold = new LongAdder();
    private final LongAdder beaconsUntold = new LongAdder();
    private long lastNanos;

    public TallyDesk(
            TallySettings settings,
            Telling telling,
            LongSupplier nanoClock,
            RandomGenerator.SplittableGenerator random) {
        this.settings = settings;
        this.telling = telling;
        this.nanoClock = nanoClock;
        this.random = random;
        this.lastNanos = nanoClock.getAsLong();
    }

    /** What counts the questions of an event loop. */
    public Asked of(EventLoop loop) {
        return loops.computeIfAbsent(loop, same -> {
            synchronized (random) {
                return new LoopTally(settings, random.split());
            }
        });
    }

    /** A question was answered over TCP: takes the round trip that the kernel has measured. On the connection's event loop. */
    public void answeredOverTcp(Channel channel, InetAddress from) {
        if (channel instanceof EpollSocketChannel socket) {
            EpollTcpInfo info = socket.tcpInfo();
            roundTrip(from, info.rtt());
        }
    }

    void roundTrip(InetAddress of, long us) {
        Source source = new Source();
        source.set(of);
        InetAddress from = source.address();
        if (us <= 0
                || !source.isKnownElsewhere()
                || (rttUs.size() >= settings.maxResolvers() && !rttUs.containsKey(from))) {
            return;
        }
        rttUs.compute(from, (same, before) -> {
            List<Long> all = before == null ? new ArrayList<>(4) : before;
            if (all.size() < settings.rttSamples()) {
                all.add(us);
            }
            return all;
        });
    }

    /** Tells what was counted since the last time. */
    public void tell() {
        long nowNanos = nanoClock.getAsLong();
        long intervalMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - lastNanos);
        lastNanos = nowNanos;
        List<LoopTally.Drained> drained = drained();
        collected(drained).values().forEach(count -> tell(count, intervalMs));
        drained.forEach(each -> each.beacons().forEach(this::tell));
        for (LoopTally.Drained each : drained) {
            beaconsUntold.add(each.beaconsUntold());
            uncounted.add(each.uncounted());
            ofOneLink.add(each.ofOneLink());
        }
        for (InetAddress from : List.copyOf(rttUs.keySet())) {
            List<Long> samples = rttUs.remove(from);
            if (samples != null) {
                tell(from, samples, intervalMs);
            }
        }
    }

    private record Key(boolean ipv6, long high, long low) {}

    private List<LoopTally.Drained> drained() {
        List<Future<LoopTally.Drained>> asked = new ArrayList<>();
        loops.forEach((loop, tally) -> asked.add(loop.submit(tally::drain)));
        List<LoopTally.Drained> all = new ArrayList<>();
        for (Future<LoopTally.Drained> each : asked) {
            try {
                all.add(each.get(LOOP_ANSWER_MS, TimeUnit.MILLISECONDS));
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("What an event loop has counted is not told: {}", e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return all;
            }
        }
        return all;
    }

    private Map<Key, ResolverCount> collected(List<LoopTally.Drained> drained) {
        Map<Key, ResolverCount> all = new HashMap<>();
        for (LoopTally.Drained each : drained) {
            each.resolvers()
                    .forEach(count -> all.merge(new Key(count.ipv6, count.high, count.low), count, (one, other) -> {
                        one.add(other, settings.maxSubnets());
                        return one;
                    }));
        }
        return all;
    }

    private void tell(LoopTally.BeaconSeen seen) {
        InetAddress resolver = Source.address(seen.ipv6(), seen.high(), seen.low());
        BeaconAsked asked = new BeaconAsked();
        asked.setBeacon(seen.beacon());
        asked.setResolver(resolver.getHostAddress());
        offer(resolver, asked);
        beaconsTold.increment();
    }

    private void tell(ResolverCount count, long intervalMs) {
        InetAddress address = Source.address(count.ipv6, count.high, count.low);
        ResolverTally tally = new ResolverTally();
        tally.setResolver(address.getHostAddress());
        tally.setIntervalMs(intervalMs);
        tally.setQuestions(count.questions);
        tally.setProvenQuestions(count.proven);
        tally.setTcpQuestions(count.tcp);
        tally.setChallenges(count.challenges);
        tally.setOvercount(count.overcount);
        tally.setSubnets(subnets(count));
        tally.setOtherSubnetQuestions(count.otherSubnets);
        offer(address, tally);
        overcounted.add(count.overcount);
    }

    private static List<SubnetTally> subnets(ResolverCount count) {
        return count.subnets.entrySet().stream()
                .map(entry -> new SubnetTally(text(entry.getKey()), entry.getValue()[0]))
                .sorted(Comparator.comparingLong(SubnetTally::getQuestions)
                        .reversed()
                        .thenComparing(SubnetTally::getPrefix))
                .toList();
    }

    private static String text(long subnet) {
        return new AddressPrefix((subnet & 0x80) != 0, subnet & ~0xFFL, (int) (subnet & 0x7F)).toString();
    }

    private void tell(InetAddress from, List<Long> samples, long intervalMs) {
        List<Long> sorted = samples.stream().sorted().toList();
        ResolverRtt rtt = new ResolverRtt();
        rtt.setSource(RttSource.TCP_DNS);
        rtt.setPrefix(from.getHostAddress() + (from.getAddress().length == 4 ? "/32" : "/128"));
        rtt.setGroupId("");
        rtt.setSamples((long) sorted.size());
        rtt.setMinUs(sorted.get(0));
        rtt.setMedianUs(sorted.get(sorted.size() / 2));
        rtt.setSentBytes(0L);
        rtt.setIntervalMs(intervalMs);
        offer(from, rtt);
    }

    private void offer(InetAddress from, SpecificRecord record) {
        String key = AddressPrefix.covering(from.getAddress(), Long.SIZE)
                .neighbourhood()
                .toString();
        if (telling.offer(Topics.TELEMETRY_RESOLVERS, key, record)) {
            told.increment();
        }
    }

    /** Shows it as meters {@code fairlead.dns.tally.*}. */
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("fairlead.dns.tally.told", told, LongAdder::sum)
                .description("Tallies and round trips of resolvers that were told")
                .register(registry);
        FunctionCounter.builder("fairlead.dns.tally.overcount", overcounted, LongAdder::sum)
                .description("Questions that may have been counted for another resolver: there were too many at once")
                .register(registry);
        FunctionCounter.builder("fairlead.dns.tally.uncounted", uncounted, LongAdder::sum)
                .tag("reason", "full")
                .description("Questions that were answered and not counted")
                .register(registry);
        FunctionCounter.builder("fairlead.dns.tally.uncounted", ofOneLink, LongAdder::sum)
                .tag("reason", "link")
                .description("Questions that were answered and not counted")
                .register(registry);
        FunctionCounter.builder("fairlead.dns.beacons.told", beaconsTold, LongAdder::sum)
                .description("Beacons that were told, with who asked for them")
                .register(registry);
        FunctionCounter.builder("fairlead.dns.beacons.untold", beaconsUntold, LongAdder::sum)
                .description("Beacons that were asked for and not told: there were too many at once")
                .register(registry);
    }
}
