package io.fairlead.proxy.exit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The exits that are online here: one registry for the process, whatever event loop their links live on.
 *
 * <p>An exit is one agent process and its links. A newer process of the same identity (greater {@code agentEpochMs})
 * supersedes the older one: all its links are closed. An older process is refused while a newer one has a link. A link
 * with the number of an existing one takes its place, so that an agent that lost a link before we noticed is not kept out.
 *
 * <p>An exit that lost its last link is remembered for {@link #RESUME_WITHIN}: only the same process may come back until then, or a
 * newer one. So an older process, or a copy with the same keys, can't slip in while the right one dials again.
 *
 * <p>Look-ups take no lock. Changes of one exit are serialised, listeners included, so that they see them in order;
 * listeners must not change the registry.
 */
public final class ExitRegistry implements ExitTunnels {

    /** How long a process that lost its links keeps its place. */
    public static final Duration RESUME_WITHIN = Duration.ofSeconds(60);

    private final ConcurrentHashMap<String, Exit> exits = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, OperatorTerms> operatorTerms = new ConcurrentHashMap<>();
    private final List<ExitEvents> listeners = new CopyOnWriteArrayList<>();
    private final int maxLinksPerExit;
    private final int maxExits;
    private final Cache<String, Departed> departed;
    private final LongAdder resumed = new LongAdder();

    /**
     * @param maxLinksPerExit links an exit may hold, 1 or more
     * @param maxExits exits in all; over it new ones are refused
     */
    public ExitRegistry(int maxLinksPerExit, int maxExits) {
        if (maxLinksPerExit < 1 || maxExits < 1) {
            throw new IllegalArgumentException("a registry of " + maxExits + " exits with " + maxLinksPerExit
                    + " links each can hold nothing; both must be at least 1");
        }
        this.maxLinksPerExit = maxLinksPerExit;
        this.maxExits = maxExits;
        this.departed = Caffeine.newBuilder()
                .expireAfterWrite(RESUME_WITHIN)
                .maximumSize(maxExits)
                .executor(Runnable::run)
                .build();
    }

    /** Adds a listener; it is told of changes from now on. */
    public void listen(ExitEvents listener) {
        listeners.add(listener);
    }

    /** What became of a link that asked to be registered. */
    public sealed interface Admission {

        /** It is in. */
        record Admitted(int links) implements Admission {}

        /** It is not; the reason is one sentence for the agent. */
        record Refused(DisconnectReason reason, String detail) implements Admission {}
    }

    /** Registers a link, with the whole of what its agent said. */
    public Admission register(ExitInfo info, ExitLink link) {
        Exchange exchange = new Exchange();
        exits.compute(info.exitId(), (id, present) -> exchange.admit(info, link, present));
        exchange.retired.forEach(old -> {
            if (exchange.inPeace) {
                old.relieved(exchange.whyRetired);
            } else {
                old.close(exchange.reason, exchange.whyRetired);
            }
        });
        return exchange.admission;
    }

    /**
     * Takes a link out, for a reason that is told when it was the last one.
     *
     * @return links of the exit that are left here; -1 if this link was not (or no longer) registered
     */
    public int remove(String exitId, ExitLink link, DisconnectReason reason) {
        int[] left = {-1};
        exits.computeIfPresent(exitId, (id, exit) -> {
            if (!exit.links.contains(link)) {
                return exit;
            }
            List<ExitLink> rest = new ArrayList<>(exit.links);
            rest.remove(link);
            left[0] = rest.size();
            if (rest.isEmpty()) {
                departed.put(id, new Departed(exit.info.agentEpochMs(), link.process()));
                listeners.forEach(listener -> listener.offline(id, reason));
                return null;
            }
            return new Exit(exit.info, List.copyOf(rest));
        });
        return left[0];
    }

    /** Tells the listeners of a heartbeat. */
    public void heard(ExitLoad load) {
        exits.computeIfPresent(load.exitId(), (id, exit) -> {
            listeners.forEach(listener -> listener.heartbeat(load));
            return exit;
        });
    }

    /** Tells the listeners what an exit runs for others. */
    public void shared(ExitShare share) {
        exits.computeIfPresent(share.exitId(), (id, exit) -> {
            listeners.forEach(listener -> listener.shared(share));
            return exit;
        });
    }

    /** Takes what the operator lays down for an exit, online or not, and has its agent told. */
    public void operatorTerms(String exitId, OperatorTerms terms) {
        OperatorTerms before =
                terms.equals(OperatorTerms.NONE) ? operatorTerms.remove(exitId) : operatorTerms.put(exitId, terms);
        Exit exit = exits.get(exitId);
        if (exit != null && !terms.equals(before)) {
            exit.links.forEach(ExitLink::operatorTermsChanged);
        }
    }

    /** What the operator lays down for an exit. */
    public OperatorTerms operatorTerms(String exitId) {
        return operatorTerms.getOrDefault(exitId, OperatorTerms.NONE);
    }

    /** Closes all links of an exit, as when the operator takes it out. */
    public void disconnect(String exitId, DisconnectReason reason, String detail) {
        Exit exit = exits.get(exitId);
        if (exit != null) {
            exit.links.forEach(link -> link.close(reason, detail));
        }
    }

    /** Closes the links of an exit whose certificates were issued before, as when they were revoked. */
    public void disconnectIssuedBefore(String exitId, Instant issued, DisconnectReason reason, String detail) {
        Exit exit = exits.get(exitId);
        if (exit != null) {
            exit.links.stream()
                    .filter(link -> link.issuedAt().isBefore(issued))
                    .forEach(link -> link.close(reason, detail));
        }
    }

    /**
     * Tells all agents to stand elsewhere soon; their links go on.
     *
     * @param waitMs gives for each agent how long it waits before it dials, ms
     */
    public void announceEnd(String detail, IntSupplier waitMs) {
        exits.values().forEach(exit -> exit.links.forEach(link -> link.announceEnd(detail, waitMs.getAsInt())));
    }

    /** Exits that came back as the same process after they had lost all links. */
    public long resumedCount() {
        return resumed.sum();
    }

    /** Sends all agents elsewhere; their open tunnels go on until they end. */
    public void drain(String detail) {
        exits.values().forEach(exit -> exit.links.forEach(link -> link.drain(detail)));
    }

    /** What the exit said of itself; null while it is offline. */
    public @Nullable ExitInfo info(String exitId) {
        Exit exit = exits.get(exitId);
        return exit == null ? null : exit.info;
    }

    /** Ids of the exits that are online now. */
    public Set<String> online() {
        return Set.copyOf(exits.keySet());
    }

    public int exitCount() {
        return exits.size();
    }

    public int linkCount() {
        int links = 0;
        for (Exit exit : exits.values()) {
            links += exit.links.size();
        }
        return links;
    }

    /** Tunnels through this exit that are being opened or open, over all its links here. */
    public int tunnels(String exitId) {
        Exit exit = exits.get(exitId);
        return exit == null
                ? 0
                : exit.links.stream().mapToInt(ExitLink::tunnels).sum();
    }

    @Override
    public Future<Channel> open(String exitId, Target target, TunnelOptions options, @Nullable EventLoop preferred) {
        Exit exit = exits.get(exitId);
        if (exit == null) {
            EventExecutor notifying = preferred == null ? GlobalEventExecutor.INSTANCE : preferred;
            return notifying.newFailedFuture(new TunnelException(
                    Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "exit " + exitId + " has no link to this edge"));
        }
        ExitLink link = leastLoaded(exit.links, preferred);
        Promise<Channel> promise = link.eventLoop().newPromise();
        link.open(target, options, promise);
        return promise;
    }

    /** The link with the fewest bytes in its queue, then the preferred event loop, then the fewest tunnels. */
    private static ExitLink leastLoaded(List<ExitLink> links, @Nullable EventLoop preferred) {
        ExitLink best = links.get(0);
        for (int i = 1; i < links.size(); i++) {
            ExitLink other = links.get(i);
            int byBytes = Long.compare(other.queuedBytes(), best.queuedBytes());
            boolean otherIsNear = other.eventLoop() == preferred;
            boolean bestIsNear = best.eventLoop() == preferred;
            boolean better = byBytes != 0
                    ? byBytes < 0
                    : otherIsNear != bestIsNear ? otherIsNear : other.tunnels() < best.tunnels();
            if (better) {
                best = other;
            }
        }
        return best;
    }

    private record Exit(ExitInfo info, List<ExitLink> links) {

        String process() {
            return links.get(0).process();
        }
    }

    private record Departed(long agentEpochMs, String process) {}

    /** One registration: what is decided under the exit's lock, and what is left to do outside of it. */
    private final class Exchange {

        private Admission admission = new Admission.Refused(DisconnectReason.UNKNOWN, "not decided");
        private List<ExitLink> retired = List.of();
        private String whyRetired = "";
        private DisconnectReason reason = DisconnectReason.SUPERSEDED;
        private boolean inPeace;

        @Nullable
        Exit admit(ExitInfo info, ExitLink link, @Nullable Exit present) {
            if (present == null) {
                return admitFirst(info, link);
            }
            if (info.agentEpochMs() < present.info.agentEpochMs()) {
                admission = older(info, present.info.agentEpochMs());
                return present;
            }
            if (info.agentEpochMs() == present.info.agentEpochMs()
                    && !link.process().equals(present.process())) {
                admission = copy(info);
                return present;
            }
            if (info.agentEpochMs() > present.info.agentEpochMs()) {
                retired = present.links;
                whyRetired = "a newer process of exit " + info.exitId() + " has taken over";
                return enter(info, List.of(link));
            }
            return join(info, link, present);
        }

        private Admission older(ExitInfo info, long newerEpochMs) {
            return new Admission.Refused(
                    DisconnectReason.SUPERSEDED,
                    "a newer process of exit " + info.exitId() + " (started at " + newerEpochMs
                            + ") is linked here; this one started at " + info.agentEpochMs());
        }

        private Admission copy(ExitInfo info) {
            return new Admission.Refused(
                    DisconnectReason.SUPERSEDED,
                    "another process of exit " + info.exitId() + " that started at the same moment is linked here");
        }

        private @Nullable Exit admitFirst(ExitInfo info, ExitLink link) {
            Departed former = departed.getIfPresent(info.exitId());
            if (former != null && info.agentEpochMs() < former.agentEpochMs) {
                admission = older(info, former.agentEpochMs);
                return null;
            }
            boolean sameStart = former != null && info.agentEpochMs() == former.agentEpochMs;
            if (former != null && sameStart && !link.process().equals(former.process)) {
                admission = copy(info);
                return null;
            }
            if (sameStart) {
                resumed.increment();
            }
            if (exits.mappingCount() >= maxExits) {
                admission = new Admission.Refused(
                        DisconnectReason.EDGE_DRAINED,
                        "this edge holds its " + maxExits + " exits already; try another");
                return null;
            }
            return enter(info, List.of(link));
        }

        private Exit enter(ExitInfo info, List<ExitLink> links) {
            admission = new Admission.Admitted(links.size());
            departed.invalidate(info.exitId());
            listeners.forEach(listener -> listener.online(info));
            return new Exit(info, links);
        }

        private Exit join(ExitInfo info, ExitLink link, Exit present) {
            List<ExitLink> links = new ArrayList<>(present.links);
            List<ExitLink> sameNumber = links.stream()
                    .filter(other -> other.number() == link.number())
                    .toList();
            links.removeAll(sameNumber);
            if (links.size() >= maxLinksPerExit) {
                admission = new Admission.Refused(
                        DisconnectReason.PROTOCOL_ERROR,
                        "exit " + info.exitId() + " has its " + maxLinksPerExit + " links already");
                return present;
            }
            retired = sameNumber;
            inPeace = link.relieves();
            reason = DisconnectReason.LINK_LOST; // the agent knew before we did
            whyRetired = "link " + link.number() + " of the same process has taken its place";
            links.add(link);
            admission = new Admission.Admitted(links.size());
            return new Exit(present.info, List.copyOf(links));
        }
    }
}
