package io.fairlead.proxy.link;

import io.fairlead.proxy.exit.TunnelSettlement;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Joins what the supernode has counted of a tunnel with what its agent says, whichever comes first. What is not joined within
 * {@value #WAIT_S} s, or is more than {@value #MOST}, is forgotten: agents that don't tell cost that much and no more. Confined to the
 * link's event loop.
 */
final class Settlements implements TunnelEnds {

    static final int MOST = 1_024;
    static final int WAIT_S = 30;

    private record Half(@Nullable TunnelSettlement told, long up, long down, boolean clean, long sinceNanos) {}

    private final LongSupplier nanoClock;
    private final Map<Integer, Half> halves = new LinkedHashMap<>();

    Settlements(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public void ended(Http2StreamChannel stream, long read, long written, boolean clean) {
        TunnelSettlement told = stream.attr(TunnelSettlement.OF_TUNNEL).getAndSet(null);
        if (told == null) {
            return;
        }
        Half agents = halves.remove(stream.stream().id());
        if (agents == null) {
            keep(stream.stream().id(), new Half(told, written, read, clean, nanoClock.getAsLong()));
        } else {
            told.settled(written, read, agents.up, agents.down, clean);
        }
    }

    /** The agent says so. What it says of streams that never were is forgotten like the rest. */
    void told(List<List<Long>> tunnels) {
        for (List<Long> tunnel : tunnels) {
            int stream = Math.toIntExact(tunnel.get(0));
            Half ours = halves.get(stream);
            TunnelSettlement told = ours == null ? null : ours.told;
            if (ours == null) {
                keep(stream, new Half(null, tunnel.get(1), tunnel.get(2), false, nanoClock.getAsLong()));
            } else if (told != null) {
                halves.remove(stream);
                told.settled(ours.up, ours.down, tunnel.get(1), tunnel.get(2), ours.clean);
            }
        }
    }

    private void keep(int stream, Half half) {
        long oldest = half.sinceNanos - TimeUnit.SECONDS.toNanos(WAIT_S);
        Iterator<Half> each = halves.values().iterator();
        while (each.hasNext() && (each.next().sinceNanos - oldest < 0 || halves.size() >= MOST)) {
            each.remove();
        }
        halves.put(stream, half);
    }
}
