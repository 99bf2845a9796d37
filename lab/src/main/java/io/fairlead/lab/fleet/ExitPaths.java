package io.fairlead.lab.fleet;

import io.fairlead.proxy.agent.DialPath;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** All ways out of one exit: to its supernode, and to every target it has dialled. All are equally bad. */
final class ExitPaths implements DialPath, AutoCloseable {

    /** Targets that have a path at once; further ones are dialled directly. */
    static final int MAX_TARGETS = 256;

    private final EventLoopGroup loops;
    private final RandomGenerator random;
    private final ImpairedPath link;
    private final Map<InetSocketAddress, ImpairedPath> targets = new ConcurrentHashMap<>();
    private volatile Impairment impairment;
    private volatile boolean closed;

    ExitPaths(EventLoopGroup loops, InetSocketAddress supernode, Impairment impairment, RandomGenerator random)
            throws IOException {
        this.loops = loops;
        this.impairment = impairment;
        this.random = random;
        // A link that is not up can't be told of: it is only slow, or cut.
        this.link = ImpairedPath.open(loops, supernode, () -> this.impairment.withFailures(0), random);
        churn();
    }

    /** What the agent dials instead of its supernode. */
    InetSocketAddress supernode() {
        return link.address();
    }

    Impairment impairment() {
        return impairment;
    }

    /** Counts at once, for what is under way, too. */
    void impair(Impairment other) {
        impairment = other;
    }

    /** Loses all links now, unannounced. */
    void cutLinks() {
        link.cut();
    }

    @Override
    public InetSocketAddress via(InetSocketAddress target) {
        ImpairedPath known = targets.get(target);
        if (known != null) {
            return known.address();
        }
        if (targets.size() >= MAX_TARGETS) {
            return target;
        }
        return targets.computeIfAbsent(target, this::open).address();
    }

    private ImpairedPath open(InetSocketAddress target) {
        try {
            return ImpairedPath.open(loops, target, this::impairment, random);
        } catch (IOException e) {
            throw new UncheckedIOException("no path to " + target + " can be opened", e);
        }
    }

    /** Looks every second whether the exit goes away. */
    private void churn() {
        loops.next()
                .schedule(
                        () -> {
                            if (closed) {
                                return;
                            }
                            int churnMs = impairment.churnMs();
                            if (churnMs > 0 && random.nextDouble() < 1_000.0 / churnMs) {
                                cutLinks();
                            }
                            churn();
                        },
                        1,
                        TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        closed = true;
        link.close();
        targets.values().forEach(ImpairedPath::close);
    }
}
