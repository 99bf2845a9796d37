package io.fairlead.proxy.upstream;

import io.fairlead.edge.link.Backoff;
import io.fairlead.proxy.destination.NameLookup;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelAborted;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.proxy.link.ObservedPrefix;
import io.fairlead.schemas.config.UpstreamKind;
import io.fairlead.schemas.pools.PoolTypes;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upstream exit: whether it answers, and the tunnels through it.
 *
 * <p>States: away → online, when it takes a connection and its password is known → away, when a connection is refused, or two in a row are not
 * taken in time. Away it is tried again with pauses that grow; online it is looked at once an interval, and a tunnel that connected meanwhile
 * counts as a look. Ended by the operator it tells that it is gone, and cuts its tunnels.
 *
 * <p>State belongs to its event loop; {@link #open} may be called from any thread, and its tunnels live on others.
 */
final class UpstreamExit {

    private static final Logger LOG = LoggerFactory.getLogger(UpstreamExit.class);
    private static final int MISSES_TO_BE_AWAY = 2;
    private static final double JITTER = 0.2;

    private final Upstreams shared;
    private final EventLoop loop;
    private final Set<OpenTunnel> tunnels = ConcurrentHashMap.newKeySet();
    private final AtomicInteger running = new AtomicInteger();
    private final Backoff backoff;

    private volatile UpstreamTerms terms;
    private volatile @Nullable Login login;
    private volatile boolean online;
    private volatile long pingNanos;
    private volatile long connectedAtNanos;

    private volatile boolean ended;

    private boolean checking;
    private int misses;
    private String linkId = "";
    private long toldEpochMs;
    private @Nullable ExitInfo told;
    private @Nullable InetAddress seenAt;
    private long onlineSinceNanos;
    private String lastComplaint = "";
    private @Nullable ScheduledFuture<?> next;

    private record OpenTunnel(SocketTunnel tunnel, EventLoop loop) {}

    UpstreamExit(UpstreamTerms terms, Upstreams shared, EventLoop loop) {
        this.terms = terms;
        this.shared = shared;
        this.loop = loop;
        this.backoff =
                new Backoff(shared.settings().firstPauseMs(), shared.settings().mostPauseMs(), shared.random());
    }

    // ---- from the control thread

    /** Looks at it for the first time, within this time. */
    void start(int spreadMs) {
        loop.execute(() -> checkIn(1L + shared.random().nextInt(Math.max(1, spreadMs))));
    }

    /** Takes other terms. Through another door it is another proxy: what is open through the former one ends. */
    void change(UpstreamTerms now) {
        loop.execute(() -> changeHere(now));
    }

    private void changeHere(UpstreamTerms now) {
        UpstreamTerms before = terms;
        if (ended || now.equals(before)) {
            return;
        }
        terms = now;
        if (!now.sameDoor(before)) {
            goAway(DisconnectReason.SUPERSEDED);
            cutTunnels("the operator has changed where this exit leads");
            backoff.reset();
            login = null;
            pingNanos = 0;
        } else if (online && !sameToOthers(before.info(), now.info())) {
            tellDisconnected(DisconnectReason.SUPERSEDED);
            tellOnline();
        }
        checkIn(1);
    }

    /** Whether nobody but its session number would see a difference. */
    private static boolean sameToOthers(ExitInfo before, ExitInfo now) {
        return before.poolType() == now.poolType()
                && before.location().equals(now.location())
                && before.consent() == now.consent()
                && before.declaredCapacityRequests() == now.declaredCapacityRequests();
    }

    /** It is none any more. */
    void end(DisconnectReason reason, String why) {
        loop.execute(() -> {
            if (ended) {
                return;
            }
            ended = true;
            cancelNext();
            goAway(reason);
            cutTunnels(why);
        });
    }

    private void cutTunnels(String why) {
        TunnelAborted cut = new TunnelAborted(Outcome.EXIT_LINK_LOST, FaultLayer.EDGE, why);
        tunnels.forEach(open -> open.loop.execute(() -> open.tunnel.cut(cut)));
    }

    // ---- looking whether it answers

    private void checkIn(long ms) {
        cancelNext();
        if (!ended) {
            next = loop.schedule(this::check, ms, TimeUnit.MILLISECONDS);
        }
    }

    private void cancelNext() {
        ScheduledFuture<?> planned = next;
        if (planned != null) {
            planned.cancel(false);
            next = null;
        }
    }

    private void check() {
        if (ended || checking) {
            return;
        }
        checking = true;
        UpstreamTerms asked = terms;
        shared.login(asked, loop).addListener((Future<Login> found) -> {
            if (!asked.equals(terms) || ended) {
                checked(asked, false);
            } else if (!found.isSuccess()) {
                login = null;
                shared.counters().withoutSecret();
                complain("has no password here: " + found.cause().getMessage());
                goAway(DisconnectReason.UNKNOWN);
                checked(asked, false);
            } else {
                login = found.getNow();
                look(asked);
            }
        });
    }

    private void look(UpstreamTerms asked) {
        long now = shared.nanoClock().getAsLong();
        long intervalNanos = TimeUnit.MILLISECONDS.toNanos(shared.settings().checkIntervalMs());
        if (online && misses == 0 && now - connectedAtNanos < intervalNanos / 2) {
            answered(asked);
            return;
        }
        address(asked, loop).addListener((Future<InetSocketAddress> found) -> {
            if (!found.isSuccess()) {
                missed(asked, false, "can't be resolved: " + found.cause().getMessage());
                return;
            }
            long begun = shared.nanoClock().getAsLong();
            shared.connect(found.getNow(), loop, shared.settings().checkTimeoutMs(), new ChannelInboundHandlerAdapter())
                    .addListener((ChannelFuture done) -> {
                        shared.counters().checked(done.isSuccess());
                        if (done.isSuccess()) {
                            seenAt = found.getNow().getAddress();
                            reached(shared.nanoClock().getAsLong() - begun);
                            done.channel().close();
                            answered(asked);
                        } else {
                            String why = String.valueOf(done.cause().getMessage());
                            missed(asked, why.toLowerCase(Locale.ROOT).contains("refused"), "does not answer: " + why);
                        }
                    });
        });
    }

    private void answered(UpstreamTerms asked) {
        if (asked.equals(terms) && !ended) {
            misses = 0;
            backoff.reset();
            if (online) {
                heartbeat();
            } else {
                tellOnline();
                heartbeat();
            }
        }
        checked(asked, true);
    }

    private void missed(UpstreamTerms asked, boolean refused, String why) {
        if (asked.equals(terms) && !ended) {
            misses++;
            if (refused || misses >= MISSES_TO_BE_AWAY) {
                complain(why);
                goAway(refused ? DisconnectReason.LINK_LOST : DisconnectReason.SILENT);
            }
        }
        checked(asked, false);
    }

    /** A look is over: plans the next. */
    private void checked(UpstreamTerms asked, boolean answered) {
        checking = false;
        if (!asked.equals(terms)) {
            checkIn(1);
        } else if (answered) {
            double factor = 1 + JITTER * (2 * shared.random().nextDouble() - 1);
            checkIn((long) (shared.settings().checkIntervalMs() * factor));
        } else {
            checkIn(online ? shared.settings().firstPauseMs() : backoff.nextMs());
        }
    }

    private void complain(String what) {
        if (!what.equals(lastComplaint)) {
            lastComplaint = what;
            LOG.warn("upstream exit {} {}", terms.exitId(), what);
        }
    }

    // ---- what is told

    private void tellOnline() {
        ExitInfo declared = terms.info();
        ExitInfo info = shared.locations().judged(declared, seenAt);
        online = true;
        told = info;
        lastComplaint = "";
        linkId = shared.nextLinkId();
        toldEpochMs = info.agentEpochMs();
        onlineSinceNanos = shared.nanoClock().getAsLong();
        shared.listeners().forEach(listener -> listener.online(info));
        ExitConnected record = new ExitConnected();
        record.setExitId(info.exitId());
        record.setLinkId(linkId);
        record.setAgentEpochMs(info.agentEpochMs());
        record.setPoolType(PoolTypes.write(info.poolType()));
        record.setCountry(info.country());
        record.setRegion(info.region());
        record.setCity(info.city());
        record.setAsn(info.asn());
        record.setOs(info.os());
        record.setConnectionType("upstream-" + terms.kind().name().toLowerCase(Locale.ROOT));
        record.setConsent(info.consent());
        record.setDeclaredCapacityRequests(info.declaredCapacityRequests());
        record.setDeclaredCountry(declared.country());
        record.setDeclaredRegion(declared.region());
        record.setDeclaredCity(declared.city());
        record.setDeclaredAsn(declared.asn());
        record.setObservedPrefix(ObservedPrefix.of(seenAt));
        record.setAgentVersion("");
        shared.telemetry().tell(info.exitId(), record);
        LOG.info("upstream exit {} is online as {}", info.exitId(), linkId);
    }

    private void heartbeat() {
        ExitInfo info = told == null ? terms.info() : told;
        int requests = running.get();
        long pingUs = Math.max(1, TimeUnit.NANOSECONDS.toMicros(pingNanos));
        ExitLoad load = new ExitLoad(
                info.exitId(),
                linkId,
                pingUs,
                requests,
                requests,
                info.declaredCapacityRequests(),
                info.consent(),
                false,
                -1,
                false);
        shared.listeners().forEach(listener -> listener.heartbeat(load));
        ExitHeartbeat record = new ExitHeartbeat();
        record.setExitId(info.exitId());
        record.setLinkId(linkId);
        record.setAgentEpochMs(info.agentEpochMs());
        record.setPoolType(PoolTypes.write(info.poolType()));
        record.setAsn(info.asn());
        record.setPingUs(pingUs);
        record.setRunningRequests(requests);
        record.setRunningHereRequests(requests);
        record.setAgentCapacityRequests(info.declaredCapacityRequests());
        record.setConsent(info.consent());
        record.setOwnerActive(false);
        record.setBatteryPercent(-1);
        record.setLinkQueueBytes(0L);
        record.setObjection("");
        shared.telemetry().tell(info.exitId(), record);
    }

    private void goAway(DisconnectReason reason) {
        if (!online) {
            return;
        }
        online = false;
        misses = 0;
        seenAt = null;
        shared.listeners().forEach(listener -> listener.offline(terms.exitId(), reason));
        tellDisconnected(reason);
    }

    private void tellDisconnected(DisconnectReason reason) {
        long upMs = TimeUnit.NANOSECONDS.toMillis(shared.nanoClock().getAsLong() - onlineSinceNanos);
        ExitDisconnected record = new ExitDisconnected();
        record.setExitId(terms.exitId());
        record.setLinkId(linkId);
        record.setAgentEpochMs(toldEpochMs);
        record.setReason(reason);
        record.setConnectedMs(upMs);
        record.setLinksLeft(0);
        shared.telemetry().tell(terms.exitId(), record);
        LOG.info("upstream exit {} was online for {} ms: {}", terms.exitId(), upMs, reason);
    }

    // ---- tunnels, any thread

    boolean online() {
        return online;
    }

    /** Tunnels that are being opened or are open. */
    int running() {
        return running.get();
    }

    /** As {@link io.fairlead.proxy.exit.ExitTunnels#open}; on the event loop that the tunnel is to live on. */
    void open(Target target, TunnelOptions options, EventLoop on, Promise<Channel> promise) {
        UpstreamTerms now = terms;
        Login known = login;
        if (!online || known == null) {
            promise.tryFailure(new TunnelException(
                    Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "the upstream of exit " + now.exitId() + " is away"));
            return;
        }
        count(promise);
        new UpstreamDial(this, shared, now, known, target, options, on, promise).begin();
    }

    /** Where the proxy is. Completes on {@code on}. */
    Future<InetSocketAddress> address(UpstreamTerms of, EventLoop on) {
        Promise<InetSocketAddress> promise = on.newPromise();
        shared.names().all(of.address().host(), on).addListener((Future<List<InetAddress>> found) -> {
            if (!found.isSuccess()) {
                promise.tryFailure(
                        NameLookup.timedOut(found.cause())
                                ? new UnknownHostException("the name servers did not answer")
                                : found.cause());
                return;
            }
            InetSocketAddress address =
                    new InetSocketAddress(found.getNow().get(0), of.address().port());
            if (shared.isOurs(address)) {
                promise.tryFailure(new UnknownHostException(
                        "that address and port are this edge's own; requests would go round in circles"));
            } else {
                promise.trySuccess(address);
            }
        });
        return promise;
    }

    /** Counts a tunnel from the call for it to its end. */
    private void count(Promise<Channel> opening) {
        running.incrementAndGet();
        opening.addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                shared.counters().tunnel(Outcome.OK);
                done.getNow().closeFuture().addListener(closed -> running.decrementAndGet());
                return;
            }
            running.decrementAndGet();
            shared.counters()
                    .tunnel(
                            done.cause() instanceof TunnelException refused
                                    ? refused.outcome()
                                    : Outcome.CLIENT_ABORTED);
        });
    }

    /** A socket has connected to the proxy: that is as good as a look. */
    void reached(long tookNanos) {
        pingNanos = Math.max(1, tookNanos);
        connectedAtNanos = shared.nanoClock().getAsLong();
    }

    /** A tunnel's socket could not connect to the proxy: looks at it soon. */
    void notReached() {
        loop.execute(() -> {
            if (online && !checking && misses == 0) {
                misses = 1;
                checkIn(1);
            }
        });
    }

    /** Knows of an open tunnel until it ends, so that it can be cut. On the tunnel's event loop. */
    void opened(SocketTunnel tunnel, Channel socket, UpstreamTerms through) {
        OpenTunnel open = new OpenTunnel(tunnel, socket.eventLoop());
        tunnels.add(open);
        socket.closeFuture().addListener(closed -> tunnels.remove(open));
        if (ended || !terms.sameDoor(through)) {
            tunnel.cut(new TunnelAborted(
                    Outcome.EXIT_LINK_LOST, FaultLayer.EDGE, "the operator has just taken this upstream out"));
        }
    }

    static Handshake handshake(UpstreamTerms terms, Login login, Target target) {
        return terms.kind() == UpstreamKind.SOCKS5
                ? new SocksHandshake(target, login)
                : new HttpHandshake(target, login);
    }
}
