package io.fairlead.proxy.link;

import io.fairlead.edge.link.FrameWatch;
import io.fairlead.edge.link.LinkVitals;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLink;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.exit.ExitShare;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.proxy.link.LinkCounters.Rejection;
import io.fairlead.schemas.pools.PoolTypes;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ConnectionPrefaceAndSettingsFrameWrittenEvent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The supernode's end of one link, from the TLS handshake to its end. Lives at the end of the pipeline of the accepted
 * channel, on its event loop.
 *
 * <p>States: proving (the control stream is open, the hello awaited) → linked (registered, tunnels may be opened) →
 * leaving (no new tunnels) → closed. Rubbish in any of them closes the link, with the reason in the GOAWAY.
 */
final class SupernodeLink extends ChannelInboundHandlerAdapter
        implements ExitLink, LinkVitals.Listener, ControlStream.Listener {

    private enum State {
        PROVING,
        LINKED,
        LEAVING,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(SupernodeLink.class);

    private final SocketChannel channel;
    private final String linkId;
    private final String provenExitId;
    private final LinkListener.Shared shared;
    private final Instant issuedAt;
    private final WriteBufferWaterMark tunnelWaterMark;
    private final Settlements settlements;
    private final AtomicInteger tunnels = new AtomicInteger();

    private State state = State.PROVING;
    private int number = 1;
    private volatile String process = "";
    private boolean relieves;
    private boolean announced;
    private DisconnectReason reason = DisconnectReason.LINK_LOST;
    private @Nullable LinkVitals vitals;
    private @Nullable Hello hello;
    private @Nullable ExitInfo info;
    private @Nullable ScheduledFuture<?> helloDeadline;
    private long linkedNanos;
    private long pingNanos;
    private long pingPayload;
    private int linesSinceHeartbeat;
    private String objection = "";
    private @Nullable OperatorTerms termsTold = OperatorTerms.NONE;

    SupernodeLink(
            SocketChannel channel, String linkId, String provenExitId, Instant issuedAt, LinkListener.Shared shared) {
        this.channel = channel;
        this.linkId = linkId;
        this.provenExitId = provenExitId;
        this.shared = shared;
        this.issuedAt = issuedAt;
        this.settlements = new Settlements(shared.nanoClock());
        this.tunnelWaterMark = new WriteBufferWaterMark(
                shared.settings().tunnelLowWaterBytes(), shared.settings().tunnelHighWaterBytes());
    }

    /** Given once, before the first frame. */
    void vitals(LinkVitals given) {
        vitals = given;
    }

    // ---- proving

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof Http2ConnectionPrefaceAndSettingsFrameWrittenEvent) {
            requireVitals().start();
            ControlStream control = new ControlStream(this);
            new Http2StreamChannelBootstrap(channel).handler(control).open().addListener(opened -> {
                if (!opened.isSuccess()) {
                    reject(Rejection.RUBBISH, "the control stream can't be opened");
                }
            });
            helloDeadline = ctx.executor()
                    .schedule(
                            () -> reject(
                                    Rejection.HELLO_TIMEOUT,
                                    "no hello within " + shared.settings().helloTimeoutMs() + " ms"),
                            shared.settings().helloTimeoutMs(),
                            TimeUnit.MILLISECONDS);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void hello(Hello said) {
        if (state != State.PROVING) {
            return;
        }
        if (!said.exitId().equals(provenExitId)) {
            reject(
                    Rejection.IDENTITY_LIE,
                    "the hello says exit " + said.exitId() + ", the certificate says " + provenExitId);
            return;
        }
        number = said.link();
        process = said.process();
        relieves = Boolean.TRUE.equals(said.relieves());
        ExitInfo judged =
                shared.locations().judged(said.info(), channel.remoteAddress().getAddress());
        if (shared.registry().register(judged, this) instanceof ExitRegistry.Admission.Refused refused) {
            boolean older = refused.reason() == DisconnectReason.SUPERSEDED;
            reject(older ? Rejection.OLDER_PROCESS : Rejection.TOO_MANY, refused.detail());
            return;
        }
        cancelDeadline();
        state = State.LINKED;
        hello = said;
        info = judged;
        linkedNanos = shared.nanoClock().getAsLong();
        shared.counters().wasEstablished();
        shared.counters().leaveUnproven();
        shared.telemetry().tell(provenExitId, connected(said, judged));
        tellOperatorTerms(); // before any tunnel can be opened: that takes this event loop, too
        LOG.info("exit {} linked as {} ({} of {})", provenExitId, linkId, said.link(), said.links());
    }

    @Override
    public void rubbish(String detail) {
        if (state == State.PROVING) {
            reject(Rejection.RUBBISH, detail);
        } else {
            close(DisconnectReason.PROTOCOL_ERROR, detail);
        }
    }

    /** What is wrong with the agent's frames. */
    FrameWatch.Complaints complaints() {
        return new FrameWatch.Complaints() {
            @Override
            public void flooded() {
                rubbish("too many frames that lead nowhere");
            }

            @Override
            public void violated(Http2Error code, String detail) {
                rubbish(detail);
            }
        };
    }

    private void reject(Rejection why, String detail) {
        if (state != State.PROVING) {
            return;
        }
        state = State.CLOSED;
        cancelDeadline();
        shared.counters().rejected(why);
        shared.counters().leaveUnproven();
        LOG.warn("link of exit {} from {} refused: {}", provenExitId, channel.remoteAddress(), detail);
        Farewell.Kind kind =
                switch (why) {
                    case OLDER_PROCESS -> Farewell.Kind.SUPERSEDED;
                    case TOO_MANY -> Farewell.Kind.GO_ELSEWHERE;
                    case TLS, NO_IDENTITY, NOT_ADMITTED, RUBBISH, IDENTITY_LIE, HELLO_TIMEOUT -> Farewell.Kind.ENDED;
                };
        sayGoodbye(
                why == Rejection.RUBBISH ? Http2Error.PROTOCOL_ERROR : Http2Error.INADEQUATE_SECURITY,
                new Farewell(kind, 0, detail));
    }

    // ---- heartbeats

    @Override
    public void answered(long payload, long roundTripNanos) {
        pingPayload = payload;
        pingNanos = roundTripNanos;
        linesSinceHeartbeat = 0;
    }

    @Override
    public void asked(long payload) {
        // The agent looks after the link from its side; the codec has answered.
    }

    @Override
    public void load(LoadLine line) {
        Hello said = hello;
        if (said == null || state == State.CLOSED) {
            return;
        }
        if (++linesSinceHeartbeat > ControlStream.MOST_LINES_A_HEARTBEAT) {
            close(
                    DisconnectReason.PROTOCOL_ERROR,
                    "more than " + ControlStream.MOST_LINES_A_HEARTBEAT + " load lines between two heartbeats");
            return;
        }
        if (!line.objection().equals(objection)) {
            objection = line.objection();
            LOG.info(
                    "exit {} {}",
                    provenExitId,
                    objection.isEmpty() ? "takes requests again" : "takes no requests: " + objection);
        }
        tellOperatorTerms(); // where they could not be told when they changed
        if (pingNanos == 0) {
            return; // sent before the first heartbeat was answered: the next one has all of it
        }
        if (line.heartbeat() == LoadLine.OF_SHARES) {
            tellShare(line);
            return;
        }
        int here = shared.registry().tunnels(provenExitId);
        long pingUs = TimeUnit.NANOSECONDS.toMicros(pingNanos);
        shared.registry()
                .heard(new ExitLoad(
                        provenExitId,
                        linkId,
                        pingUs,
                        line.runningRequests(),
                        here,
                        line.capacityRequests(),
                        line.consent(),
                        line.ownerActive(),
                        line.batteryPercent(),
                        Boolean.TRUE.equals(line.onBattery())));
        tellShare(line);
        if (line.heartbeat() == pingPayload || line.heartbeat() == 0) {
            shared.counters().heartbeat();
            shared.telemetry().tell(provenExitId, heartbeat(said, line, pingUs, here));
        }
    }

    private void tellShare(LoadLine line) {
        Integer elsewhere = line.elsewhereRequests();
        Integer supernodes = line.supernodes();
        Integer turn = line.turn();
        if (elsewhere != null && supernodes != null && turn != null) {
            shared.registry().shared(new ExitShare(provenExitId, elsewhere, supernodes, turn));
        }
    }

    @Override
    public void settled(SettledLine line) {
        if (++linesSinceHeartbeat > ControlStream.MOST_LINES_A_HEARTBEAT) {
            close(
                    DisconnectReason.PROTOCOL_ERROR,
                    "more than " + ControlStream.MOST_LINES_A_HEARTBEAT + " control lines between two heartbeats");
        } else {
            settlements.told(line.settled());
        }
    }

    @Override
    public void silent(long quietMs) {
        LOG.info("link {} of exit {} is silent since {} ms: closing", linkId, provenExitId, quietMs);
        close(DisconnectReason.SILENT, "nothing was heard for " + quietMs + " ms");
    }

    // ---- the operator's terms

    @Override
    public void operatorTermsChanged() {
        channel.eventLoop().execute(this::tellOperatorTerms);
    }

    /** Tells the agent what counts now, unless it has been told. */
    private void tellOperatorTerms() {
        OperatorTerms now = shared.registry().operatorTerms(provenExitId);
        if (state != State.LINKED || now.equals(termsTold)) {
            return;
        }
        termsTold = now;
        TermsStream telling = new TermsStream(now, this::termsAnswered, () -> termsTold = null);
        new Http2StreamChannelBootstrap(channel).handler(telling).open().addListener(opened -> {
            if (!opened.isSuccess()) {
                termsTold = null;
            }
        });
    }

    private void termsAnswered(String status) {
        if (!status.equals("204")) {
            LOG.info(
                    "the agent of exit {} does not take its operator's terms (status {}): this edge alone holds to them",
                    provenExitId,
                    status);
        }
    }

    // ---- tunnels

    @Override
    public void open(Target target, TunnelOptions options, Promise<Channel> promise) {
        tunnels.incrementAndGet();
        promise.addListener(done -> {
            if (done.cause() instanceof TunnelException refused) {
                shared.counters().tunnel(refused.outcome());
            } else {
                shared.counters().tunnel(done.isSuccess() ? Outcome.OK : Outcome.CLIENT_ABORTED);
            }
        });
        if (channel.eventLoop().inEventLoop()) {
            openHere(target, options, promise);
        } else {
            channel.eventLoop().execute(() -> openHere(target, options, promise));
        }
    }

    private void openHere(Target target, TunnelOptions options, Promise<Channel> promise) {
        if (state != State.LINKED || !channel.isActive()) {
            tunnels.decrementAndGet();
            promise.tryFailure(new TunnelException(
                    Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "the link to exit " + provenExitId + " has just ended"));
            return;
        }
        TunnelOpening opening = new TunnelOpening(target, options, promise, requireVitals(), settlements);
        new Http2StreamChannelBootstrap(channel)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, tunnelWaterMark)
                .handler(opening)
                .open()
                .addListener(opened -> {
                    if (opened.isSuccess()) {
                        Channel stream = (Channel) opened.getNow();
                        stream.closeFuture().addListener(closed -> tunnelEnded());
                        requireVitals().wake();
                    } else {
                        tunnelEnded();
                        promise.tryFailure(new TunnelException(
                                Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "no stream on the link: " + opened.cause()));
                    }
                });
    }

    private void tunnelEnded() {
        if (tunnels.decrementAndGet() == 0 && state == State.LEAVING) {
            channel.close();
        }
    }

    // ---- leaving

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2GoAwayFrame goAway) {
            agentLeaves(goAway);
        }
        ReferenceCountUtil.release(frame);
    }

    /** The agent announced that it goes: its tunnels may end in peace, nothing new is opened. */
    private void agentLeaves(Http2GoAwayFrame goAway) {
        if (state != State.LINKED) {
            return;
        }
        boolean clean = goAway.errorCode() == Http2Error.NO_ERROR.code();
        LOG.info(
                "exit {} leaves link {}: {}",
                provenExitId,
                linkId,
                goAway.content().toString(StandardCharsets.UTF_8).replaceAll("[^ -~]", "?"));
        reason = clean ? DisconnectReason.ANNOUNCED : DisconnectReason.PROTOCOL_ERROR;
        state = State.LEAVING;
        unregister();
        if (tunnels.get() == 0) {
            channel.close();
        }
    }

    @Override
    public void announceEnd(String detail, int waitMs) {
        channel.eventLoop().execute(() -> {
            if (state == State.LINKED && !announced) {
                announced = true;
                channel.writeAndFlush(
                        goAway(Http2Error.NO_ERROR, new Farewell(Farewell.Kind.GO_ELSEWHERE, waitMs, detail)));
            }
        });
    }

    @Override
    public void drain(String detail) {
        endInPeace(DisconnectReason.EDGE_DRAINED, new Farewell(Farewell.Kind.GO_ELSEWHERE, 0, detail));
    }

    @Override
    public void relieved(String detail) {
        endInPeace(DisconnectReason.ANNOUNCED, new Farewell(Farewell.Kind.RELIEVED, 0, detail));
    }

    private void endInPeace(DisconnectReason why, Farewell farewell) {
        channel.eventLoop().execute(() -> {
            if (state != State.LINKED) {
                return;
            }
            reason = why;
            state = State.LEAVING;
            unregister();
            ChannelFutureListener next = sent -> {
                if (tunnels.get() == 0) {
                    channel.close();
                }
            };
            channel.writeAndFlush(goAway(Http2Error.NO_ERROR, farewell)).addListener(next);
            channel.eventLoop()
                    .schedule(() -> channel.close(), shared.settings().drainTimeoutMs(), TimeUnit.MILLISECONDS);
        });
    }

    @Override
    public void close(DisconnectReason why, String detail) {
        channel.eventLoop().execute(() -> {
            if (state == State.CLOSED) {
                return;
            }
            boolean wasProving = state == State.PROVING;
            reason = why;
            state = State.CLOSED;
            if (wasProving) {
                cancelDeadline();
                shared.counters().leaveUnproven();
            }
            unregister();
            Farewell.Kind kind = why == DisconnectReason.SUPERSEDED ? Farewell.Kind.SUPERSEDED : Farewell.Kind.ENDED;
            sayGoodbye(
                    why == DisconnectReason.PROTOCOL_ERROR ? Http2Error.PROTOCOL_ERROR : Http2Error.NO_ERROR,
                    new Farewell(kind, 0, detail));
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (state == State.PROVING) {
            reject(Rejection.RUBBISH, "the agent went away before its hello");
        }
        state = State.CLOSED;
        unregister();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.info("link {} of exit {} failed: {}", linkId, provenExitId, cause.toString());
        if (cause instanceof java.io.IOException) {
            ctx.close();
        } else {
            rubbish("the link carries no valid HTTP/2");
        }
    }

    private void unregister() {
        Hello said = hello;
        if (said == null) {
            return;
        }
        hello = null;
        int left = Math.max(0, shared.registry().remove(provenExitId, this, reason));
        long upMs = TimeUnit.NANOSECONDS.toMillis(shared.nanoClock().getAsLong() - linkedNanos);
        shared.counters().disconnected(reason);
        ExitDisconnected record = new ExitDisconnected();
        record.setExitId(provenExitId);
        record.setLinkId(linkId);
        record.setAgentEpochMs(said.agentEpochMs());
        record.setReason(reason);
        record.setConnectedMs(upMs);
        record.setLinksLeft(left);
        shared.telemetry().tell(provenExitId, record);
        LOG.info("link {} of exit {} ended after {} ms: {}, {} left", linkId, provenExitId, upMs, reason, left);
    }

    private void sayGoodbye(Http2Error error, Farewell farewell) {
        if (!channel.isActive()) {
            return;
        }
        channel.writeAndFlush(goAway(error, farewell)).addListener(ChannelFutureListener.CLOSE);
        // A peer that reads nothing must not hold the socket: the goodbye is a courtesy.
        channel.eventLoop().schedule(() -> channel.close(), 1, TimeUnit.SECONDS);
    }

    private DefaultHttp2GoAwayFrame goAway(Http2Error error, Farewell farewell) {
        return new DefaultHttp2GoAwayFrame(error, ByteBufUtil.writeUtf8(channel.alloc(), farewell.text()));
    }

    private void cancelDeadline() {
        ScheduledFuture<?> deadline = helloDeadline;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private LinkVitals requireVitals() {
        LinkVitals given = vitals;
        if (given == null) {
            throw new IllegalStateException("link " + linkId + " has no vitals yet");
        }
        return given;
    }

    // ---- what others ask

    @Override
    public String linkId() {
        return linkId;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String process() {
        return process;
    }

    @Override
    public boolean relieves() {
        return relieves;
    }

    @Override
    public Instant issuedAt() {
        return issuedAt;
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public long queuedBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? Long.MAX_VALUE : buffer.totalPendingWriteBytes();
    }

    @Override
    public int tunnels() {
        return tunnels.get();
    }

    private ExitConnected connected(Hello said, ExitInfo judged) {
        ExitInfo claimed = said.info();
        ExitConnected record = new ExitConnected();
        record.setExitId(provenExitId);
        record.setLinkId(linkId);
        record.setAgentEpochMs(said.agentEpochMs());
        record.setPoolType(PoolTypes.write(claimed.poolType()));
        record.setCountry(judged.country());
        record.setRegion(judged.region());
        record.setCity(judged.city());
        record.setAsn(judged.asn());
        record.setDeclaredCountry(claimed.country());
        record.setDeclaredRegion(claimed.region());
        record.setDeclaredCity(claimed.city());
        record.setDeclaredAsn(claimed.asn());
        record.setOs(claimed.os());
        record.setConnectionType(said.connectionType());
        record.setConsent(claimed.consent());
        record.setDeclaredCapacityRequests(claimed.declaredCapacityRequests());
        record.setObservedPrefix(ObservedPrefix.of(channel.remoteAddress()));
        record.setAgentVersion(said.agentVersion());
        return record;
    }

    private ExitHeartbeat heartbeat(Hello said, LoadLine line, long pingUs, int here) {
        ExitInfo judged = info;
        ExitInfo claimed = judged == null ? said.info() : judged;
        ExitHeartbeat record = new ExitHeartbeat();
        record.setExitId(provenExitId);
        record.setLinkId(linkId);
        record.setAgentEpochMs(said.agentEpochMs());
        record.setPoolType(PoolTypes.write(claimed.poolType()));
        record.setAsn(claimed.asn());
        record.setPingUs(pingUs);
        record.setRunningRequests(line.runningRequests());
        record.setRunningHereRequests(here);
        record.setAgentCapacityRequests(line.capacityRequests());
        record.setConsent(line.consent());
        record.setOwnerActive(line.ownerActive());
        record.setBatteryPercent(line.batteryPercent());
        record.setLinkQueueBytes(Math.max(0, queuedBytes()));
        record.setObjection(line.objection());
        return record;
    }
}
