package io.fairlead.proxy.front;

import io.fairlead.edge.link.LingeringClose;
import io.fairlead.edge.link.PhaseTimer;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.tenant.Login;
import io.fairlead.proxy.tenant.MeteredReads;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A user's connection: the end of its pipeline, behind a {@link RequestDecoder} and a {@link ResponseEncoder}.
 *
 * <p>States: waiting (for a head) → deciding (who is it, may they) → serving (an {@link Exchange}) → waiting again, or closing
 * (the answer is out; {@link LingeringClose} takes this handler's place), or given over to a {@link Relay}, when this
 * handler leaves.
 *
 * <p>Reading: one read is outstanding whenever bytes may be taken, so that a user who leaves is noticed; none while the
 * decoder holds bytes back or the exchange can't take more.
 */
final class UserConnection extends ChannelInboundHandlerAdapter implements Served, Requester, Entrance.Waiting {

    private enum State {
        WAITING,
        DECIDING,
        SERVING,
        CLOSING
    }

    private final Front front;
    private final MeteredReads reads = new MeteredReads();
    private final RequestDecoder decoder;
    private final ResponseEncoder encoder;
    private final Entrance entrance;
    private final PhaseTimer timer;

    private State state = State.WAITING;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ChannelHandlerContext decoderContext;
    private @Nullable RequestHead head;
    private @Nullable RequestForm form;
    private @Nullable Exchange exchange;
    private @Nullable Relay relay;
    private Admission.@Nullable Granted entered;
    private boolean keepAlive;
    private boolean readOutstanding;
    private boolean inputEnded;

    private UserConnection(Front front, Channel channel, InetAddress source, PhaseTimer timer) {
        this.front = front;
        this.decoder = new RequestDecoder(front.settings());
        this.encoder = new ResponseEncoder();
        this.entrance = new Entrance(front, source, channel.eventLoop());
        this.timer = timer;
    }

    /** Makes an accepted channel one of these. */
    static UserConnection install(Front front, Channel channel, InetAddress source, PhaseTimer timer) {
        UserConnection connection = new UserConnection(front, channel, source, timer);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(connection.reads).addLast(connection.decoder);
        connection.decoderContext = pipeline.context(connection.decoder);
        pipeline.addLast(connection.encoder).addLast(connection);
        return connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void started() {
        timer.start(front.settings().keepAliveIdleMs(), this::idle);
    }

    // ---- what comes from the user

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Exchange serving = exchange;
        if (message instanceof RequestHead whole) {
            head(whole);
        } else if (message instanceof MalformedRequest why) {
            front.counters().malformed.increment();
            if (serving != null) {
                serving.malformed(why);
            } else {
                badRequest(why.status(), why.detail());
            }
        } else if (message instanceof HttpContent part && serving != null) {
            serving.content(part);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readOutstanding = false;
        Exchange serving = exchange;
        if (serving != null) {
            serving.userPaused();
        }
        readMore();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == RequestDecoder.Event.HEAD_BEGUN) {
            timer.start(front.settings().headTimeoutMs(), this::headTimedOut);
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            userEnded(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        userEnded(ctx);
        timer.close();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // a reset by the user; channelInactive ends the exchange
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange serving = exchange;
        if (serving != null && ctx.channel().isWritable()) {
            serving.userWritable();
        }
    }

    private void userEnded(ChannelHandlerContext ctx) {
        inputEnded = true;
        Exchange serving = exchange;
        exchange = null;
        if (serving != null) {
            serving.userGone();
            leaveTenant();
        }
        state = State.CLOSING;
        ctx.close();
    }

    @Override
    public void readMore() {
        Exchange serving = exchange;
        boolean wanted = !inputEnded
                && state != State.CLOSING
                && !decoder.holdsBytes()
                && (serving == null || serving.wantsMore());
        if (wanted && !readOutstanding) {
            readOutstanding = true;
            ctx().read();
        }
    }

    // ---- deciding

    private void head(RequestHead whole) {
        state = State.DECIDING;
        head = whole;
        timer.stop();
        HttpRequest request = whole.request();
        HttpHeaders headers = request.headers();
        keepAlive = wantsKeepAlive(request) && front.keepsConnections();
        encoder.answering(request.method().equals(HttpMethod.HEAD));
        RequestForm asked = RequestForm.of(request.method(), request.uri());
        if (asked instanceof RequestForm.Unusable unusable) {
            badRequest(400, unusable.detail());
            return;
        }
        if (asked instanceof RequestForm.Connect && whole.hasBody()) {
            badRequest(400, "a CONNECT has no body; leave out Content-Length and Transfer-Encoding");
            return;
        }
        form = asked;
        if (asked instanceof RequestForm.Own) {
            entrance.identify(headers, this);
            return;
        }
        ClientProtocol protocol =
                asked instanceof RequestForm.Connect ? ClientProtocol.HTTP_CONNECT : ClientProtocol.HTTP_FORWARD;
        entrance.decide(asked, headers, protocol, front.attempts().nanoClock().getAsLong(), this);
    }

    private static boolean wantsKeepAlive(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (says(headers, HttpHeaderValues.CLOSE)) {
            return false;
        }
        return request.protocolVersion().equals(HttpVersion.HTTP_1_1) || says(headers, HttpHeaderValues.KEEP_ALIVE);
    }

    private static boolean says(HttpHeaders headers, CharSequence option) {
        return headers.containsValue(HttpHeaderNames.CONNECTION, option, true)
                || headers.containsValue(HopByHop.PROXY_CONNECTION, option, true);
    }

    @Override
    public boolean waits() {
        return state == State.DECIDING;
    }

    @Override
    public void refused(FullHttpResponse answer) {
        answer(answer);
    }

    @Override
    public void granted(Admission.Granted granted) {
        entered = granted;
        reads.enter(granted.tenant().traffic());
        serve(exchange(granted.life()));
    }

    @Override
    public void identified(Login login) {
        serve(new FeedbackExchange(
                this, front, Objects.requireNonNull(head), (RequestForm.Own) Objects.requireNonNull(form), login));
    }

    private Exchange exchange(RequestLife life) {
        return form instanceof RequestForm.Forward forward
                ? new ForwardExchange(this, front, Objects.requireNonNull(head), forward, life)
                : new ConnectExchange(this, front, life);
    }

    private void serve(Exchange serving) {
        state = State.SERVING;
        exchange = serving;
        serving.start();
        readMore();
    }

    // ---- for the exchange

    @Override
    public EventLoop loop() {
        return ctx().channel().eventLoop();
    }

    @Override
    public UserChannel userChannel() {
        return UserChannel.of(ctx().channel());
    }

    @Override
    public PhaseTimer timer() {
        return timer;
    }

    @Override
    public boolean keepsAlive() {
        return keepAlive && front.keepsConnections();
    }

    @Override
    public void readBody() {
        decoder.resume(decoderCtx());
        readMore();
    }

    @Override
    public void write(Object part) {
        ctx().write(part, ctx().voidPromise());
    }

    @Override
    public void flush() {
        ctx().flush();
    }

    @Override
    public boolean isWritable() {
        return ctx().channel().isWritable();
    }

    @Override
    public void served(boolean connectionStays) {
        exchange = null;
        leaveTenant();
        next(connectionStays);
    }

    @Override
    public void answer(FullHttpResponse response) {
        exchange = null;
        leaveTenant();
        RequestHead whole = head;
        boolean stays = keepsAlive() && whole != null && !whole.hasBody();
        if (!stays) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (whole != null && whole.request().protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        write(response);
        next(stays);
    }

    @Override
    public void abort() {
        exchange = null;
        leaveTenant();
        state = State.CLOSING;
        timer.close();
        userChannel().reset();
    }

    @Override
    public void giveOver(RelayEnd end, Relay to) {
        timer.close();
        exchange = null;
        relay = to;
        ChannelPipeline pipeline = ctx().pipeline();
        pipeline.addLast(end);
        pipeline.remove(this);
        pipeline.remove(encoder);
        pipeline.remove(decoder);
    }

    @Override
    public void relayed() {
        leaveTenant();
    }

    @Override
    public void drain() {
        if (state == State.WAITING && relay == null) {
            ctx().close();
        }
    }

    @Override
    public int requests() {
        return entered == null ? 0 : 1;
    }

    @Override
    public void review(String tenantId) {
        Admission.Granted granted = entered;
        Outcome why = granted == null ? null : granted.reviewed(front, tenantId);
        if (why != null) {
            cut(why, FaultLayer.CLIENT);
        }
    }

    @Override
    public void cut(Outcome outcome, FaultLayer layer) {
        Relay passing = relay;
        Exchange serving = exchange;
        if (passing != null) {
            passing.cut(outcome, layer);
        } else if (serving != null) {
            exchange = null;
            serving.cut(outcome, layer);
            abort();
        } else {
            ctx().close();
        }
    }

    // ---- after an answer

    private void next(boolean stays) {
        head = null;
        form = null;
        if (!stays || state == State.CLOSING || !front.keepsConnections()) {
            linger();
            return;
        }
        state = State.WAITING;
        timer.start(front.settings().keepAliveIdleMs(), this::idle);
        ctx().flush();
        decoder.resume(decoderCtx());
        readMore();
    }

    private void linger() {
        state = State.CLOSING;
        decoder.discard();
        UserChannel.linger(ctx().channel(), front.settings(), timer, inputEnded);
        ctx().pipeline().remove(this);
    }

    private void badRequest(int status, String detail) {
        keepAlive = false;
        answer(Answers.badRequest(front, status, detail));
    }

    private void headTimedOut() {
        front.counters().headTimeouts.increment();
        badRequest(
                408,
                "the request's head was not whole after " + front.settings().headTimeoutMs() + " ms");
    }

    private void idle() {
        ctx().close();
    }

    private void leaveTenant() {
        Admission.Granted granted = entered;
        if (granted != null) {
            entered = null;
            reads.leave();
            granted.tenant().leave();
        }
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(context);
    }

    private ChannelHandlerContext decoderCtx() {
        return Objects.requireNonNull(decoderContext);
    }
}
