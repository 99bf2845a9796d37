package io.fairlead.relay.server;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.popularity.BeaconName;
import io.fairlead.schemas.telemetry.BeaconFetched;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where beacons are fetched: {@code GET /beacon} of a host that begins with the name of one. Tells the name and the network that it was fetched from, over a connection
 * that nobody can open with another's address. Any thread.
 */
final class Beacons {

    /** What a page fetches. */
    static final String PATH = "/beacon";

    /** The script that a page has to do so. */
    static final String SCRIPT_PATH = "/beacon.js";

    private static final long NANOS_PER_S = 1_000_000_000;

    private final Reports reports;
    private final int mostPerSecond;
    private final LongSupplier nanoClock;
    private final String script;
    private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong toldInSecond = new AtomicLong();
    private final LongAdder told = new LongAdder();
    private final LongAdder untold = new LongAdder();

    /** @param mostPerSecond that are told; further ones are answered, and counted */
    Beacons(Reports reports, int mostPerSecond, LongSupplier nanoClock) {
        this.reports = reports;
        this.mostPerSecond = mostPerSecond;
        this.nanoClock = nanoClock;
        this.script = read();
    }

    private static String read() {
        try (InputStream in = Objects.requireNonNull(Beacons.class.getResourceAsStream("beacon.js"), "beacon.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String script() {
        return script;
    }

    /**
     * A beacon was fetched.
     *
     * @param host as the request names it
     */
    void fetched(Channel connection, @Nullable String host) {
        String beacon = BeaconName.of(host);
        if (beacon == null
                || reports.silent()
                || !(connection.remoteAddress() instanceof InetSocketAddress from)
                || from.getAddress() == null) {
            return;
        }
        AddressPrefix network = ClientPaths.network(from);
        BeaconFetched fetched = new BeaconFetched();
        fetched.setBeacon(beacon);
        fetched.setPrefix(network.toString());
        if (!network.isOfOneLink()
                && within()
                && reports.telling().offer(Topics.TELEMETRY_RESOLVERS, network.toString(), fetched)) {
            told.increment();
        } else {
            untold.increment();
        }
    }

    /** Whether one more may be told in this second. Two threads at its turn may tell a few more. */
    private boolean within() {
        long now = Math.floorDiv(nanoClock.getAsLong(), NANOS_PER_S);
        long before = second.get();
        if (now != before && second.compareAndSet(before, now)) {
            toldInSecond.set(0);
        }
        return toldInSecond.incrementAndGet() <= mostPerSecond;
    }

    /** Shows it as meters {@code fairlead.relay.beacons.*}. */
    void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("fairlead.relay.beacons.told", told, LongAdder::sum)
                .description("Beacons that were fetched and told")
                .register(registry);
        FunctionCounter.builder("fairlead.relay.beacons.untold", untold, LongAdder::sum)
                .description(
                        "Beacons that were fetched and not told: too many in a second, of a network that others can't know, or telemetry took none")
                .register(registry);
    }
}
