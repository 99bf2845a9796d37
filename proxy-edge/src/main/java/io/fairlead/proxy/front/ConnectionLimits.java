package io.fairlead.proxy.front;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;

/** Counts open user connections, in all and per source (an IPv4 address, an IPv6 /64). Thread-safe. */
final class ConnectionLimits {

    private final FrontSettings settings;
    private final FrontCounters counters;
    private final ConcurrentHashMap<Long, Integer> bySource = new ConcurrentHashMap<>();

    ConnectionLimits(FrontSettings settings, FrontCounters counters) {
        this.settings = settings;
        this.counters = counters;
    }

    /** Counts one more; false: it is one too many in all, and has not been counted. */
    boolean enter() {
        if (counters.open.incrementAndGet() > settings.maxConnections()) {
            counters.open.decrementAndGet();
            counters.overTotal.increment();
            return false;
        }
        counters.accepted.increment();
        return true;
    }

    /** Counts one that has entered for its source; false: it is one too many there, and has not been counted. */
    boolean enter(InetAddress source) {
        boolean[] counted = new boolean[1];
        bySource.compute(key(source), (key, have) -> {
            int open = have == null ? 0 : have;
            counted[0] = open < settings.maxConnectionsPerSource();
            return counted[0] ? Integer.valueOf(open + 1) : have;
        });
        if (!counted[0]) {
            counters.overSource.increment();
        }
        return counted[0];
    }

    void leave() {
        counters.open.decrementAndGet();
    }

    void leave(InetAddress source) {
        bySource.compute(key(source), (key, have) -> have == null || have == 1 ? null : Integer.valueOf(have - 1));
    }

    int sources() {
        return bySource.size();
    }

    private static Long key(InetAddress source) {
        byte[] address = source.getAddress();
        return address.length == 4
                ? (long) ByteBuffer.wrap(address).getInt()
                : ByteBuffer.wrap(address).getLong();
    }
}
