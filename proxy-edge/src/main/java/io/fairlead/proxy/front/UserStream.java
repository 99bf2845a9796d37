package io.fairlead.proxy.front;

import io.fairlead.edge.link.PhaseTimer;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.tenant.Login;
import io.fairlead.proxy.tenant.MeteredReads;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request of a user who speaks HTTP/2: the only handler of its stream, until the stream becomes a tunnel and {@link
 * StreamBytes} takes its place.
 *
 * <p>Consumes the frames of the stream. Reads one only when the exchange takes more, which is what opens the stream's window again:
 * so no more than a window is held for a slow origin. Answers with frames; ends the stream by END_STREAM, or by RST_STREAM where the
 * answer can't be whole. A reset of the user is told at once, whether anybody reads or not.
 *
 * <p>A malformed request is a stream error (RFC 9113 §8.1.1); what the proxy won't do is answered by a response.
 */
final class UserStream extends ChannelInboundHandlerAdapter implements Requester, Entrance.Waiting {

    private enum State {
        HEAD,
        DECIDING,
        SERVING,
        OVER
    }

    private final Front front;
    private final Entrance entrance;
    private final PhaseTimer timer;
    private final MeteredReads reads = new MeteredReads();

    private State state = State.HEAD;
    private @Nullable ChannelHandlerContext context;
    private @Nullable RequestHead head;
    private @Nullable RequestForm form;
    private @Nullable Exchange exchange;
    private @Nullable Relay relay;
    private Admission.@Nullable Granted entered;
    private @Nullable Http2Headers heldHead;
    private boolean interim;
    private boolean bodyAsked;
    private boolean readOutstanding;
    private boolean inputEnded;

    private UserStream(Front front, InetAddress source, EventLoop loop) {
        this.front = front;
        this.entrance = new Entrance(front, source, loop);
        this.timer = new PhaseTimer(loop, front.attempts().nanoClock());
    }

    /** Makes a fresh stream one of these. */
    static UserStream install(Front front, InetAddress source, Channel channel) {
        UserStream stream = new UserStream(front, source, channel.eventLoop());
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(stream.reads).addLast(stream);
        return stream;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    // ---- what comes from the user

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        readOutstanding = true;
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2DataFrame data) {
            data(data);
        } else if (message instanceof Http2HeadersFrame headers) {
            inputEnded |= headers.isEndStream();
            if (state == State.HEAD) {
                head(headers);
            } else {
                trailers(headers);
            }
        } else {
            ReferenceCountUtil.release(message); // frames of a kind that there is no use for (RFC 9113, 5.5)
        }
    }

    private void data(Http2DataFrame data) {
        inputEnded |= data.isEndStream();
        Exchange serving = exchange;
        ByteBuf bytes = data.content();
        if (serving == null) {
            data.release();
        } else {
            serving.content(data.isEndStream() ? new DefaultLastHttpContent(bytes) : new DefaultHttpContent(bytes));
        }
    }

    private void trailers(Http2HeadersFrame frame) {
        LastHttpContent last = new DefaultLastHttpContent();
        String problem = frame.isEndStream()
                ? StreamHeads.trailers(frame.headers(), last.trailingHeaders())
                : "a second HEADERS frame does not end the stream";
        Exchange serving = exchange;
        if (problem != null) {
            malformed();
        } else if (serving != null) {
            serving.content(last);
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
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange serving = exchange;
        if (serving != null && ctx.channel().isWritable()) {
            serving.userWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            userGone();
            loop().execute(ctx.channel()::close); // when the codec knows of it: a reset is not answered by another
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        userGone();
        ctx.fireChannelInactive();
    }

    /** A stream error: the codec resets the stream. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        front.counters().malformed.increment();
        userGone();
        ctx.fireExceptionCaught(cause);
    }

    private void userGone() {
        state = State.OVER;
        timer.close();
        Exchange serving = exchange;
        exchange = null;
        if (serving != null) {
            serving.userGone();
        }
        leaveTenant();
    }

    // ---- deciding

    private void head(Http2HeadersFrame frame) {
        Object parsed = StreamHeads.request(frame, front.settings().maxFields());
        state = State.DECIDING;
        if (front.draining().get()) {
            over();
            reset(Http2Error.REFUSED_STREAM); // it can be sent again elsewhere
        } else if (parsed instanceof RequestHead whole) {
            decide(whole);
        } else {
            MalformedRequest why = (MalformedRequest) parsed;
            if (why.status() == 400) {
                malformed();
            } else {
                front.counters().malformed.increment();
                answer(Answers.badRequest(front, why.status(), why.detail()));
            }
        }
    }

    private void decide(RequestHead whole) {
        head = whole;
        RequestForm asked =
                RequestForm.of(whole.request().method(), whole.request().uri());
        if (asked instanceof RequestForm.Unusable unusable) {
            answer(Answers.badRequest(front, 400, unusable.detail()));
            return;
        }
        form = asked;
        if (asked instanceof RequestForm.Own) {
            entrance.identify(whole.request().headers(), this);
            return;
        }
        ClientProtocol protocol =
                asked instanceof RequestForm.Connect ? ClientProtocol.HTTP2_CONNECT : ClientProtocol.HTTP_FORWARD;
        entrance.decide(
                asked,
                whole.request().headers(),
                protocol,
                front.attempts().nanoClock().getAsLong(),
                this);
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
        RequestLife life = granted.life();
        serve(
                form instanceof RequestForm.Forward forward
                        ? new ForwardExchange(this, front, Objects.requireNonNull(head), forward, life)
                        : new ConnectExchange(this, front, life));
    }

    @Override
    public void identified(Login login) {
        serve(new FeedbackExchange(
                this, front, Objects.requireNonNull(head), (RequestForm.Own) Objects.requireNonNull(form), login));
    }

    private void serve(Exchange serving) {
        state = State.SERVING;
        exchange = serving;
        serving.start();
    }

    private void malformed() {
        front.counters().malformed.increment();
        Exchange serving = exchange;
        over();
        if (serving != null) {
            serving.userGone();
        }
        reset(Http2Error.PROTOCOL_ERROR);
    }

    // ---- for the exchange

    @Override
    public EventLoop loop() {
        return ctx().channel().eventLoop();
    }

    @Override
    public PhaseTimer timer() {
        return timer;
    }

    @Override
    public boolean keepsAlive() {
        return true;
    }

    @Override
    public void readBody() {
        bodyAsked = true;
        readMore();
    }

    @Override
    public void readMore() {
        Exchange serving = exchange;
        if (bodyAsked && !inputEnded && !readOutstanding && serving != null && serving.wantsMore()) {
            readOutstanding = true;
            ctx().read();
        }
    }

    @Override
    public void write(Object part) {
        if (part instanceof HttpResponse response) {
            if (response.status().code() < 200) {
                interim = true;
                ctx().write(new DefaultHttp2HeadersFrame(StreamHeads.response(response)));
            } else {
                heldHead = StreamHeads.response(response);
            }
        } else if (interim) {
            ReferenceCountUtil.release(part);
            interim = !(part instanceof LastHttpContent);
        } else if (part instanceof LastHttpContent last) {
            end(last.content(), last.trailingHeaders());
        } else {
            writeHeldHead(false);
            ctx().write(new DefaultHttp2DataFrame(((HttpContent) part).content()));
        }
    }

    /** Ends the stream: by the last of head, content and trailers that there is. */
    private void end(ByteBuf content, HttpHeaders trailers) {
        boolean anyContent = content.isReadable();
        boolean anyTrailers = !trailers.isEmpty();
        ChannelFuture written = writeHeldHead(!anyContent && !anyTrailers);
        if (anyContent || (written == null && !anyTrailers)) {
            written = ctx().write(new DefaultHttp2DataFrame(content, !anyTrailers));
        } else {
            content.release();
        }
        if (anyTrailers) {
            written = ctx().write(new DefaultHttp2HeadersFrame(StreamHeads.trailers(trailers), true));
        }
        if (written != null) {
            written.addListener(done -> answerIsOut());
        }
    }

    private @Nullable ChannelFuture writeHeldHead(boolean endsStream) {
        Http2Headers held = heldHead;
        heldHead = null;
        return held == null ? null : ctx().write(new DefaultHttp2HeadersFrame(held, endsStream));
    }

    /** Nobody wants the rest of a request that is answered (RFC 9113 §8.1). */
    private void answerIsOut() {
        if (((Http2StreamChannel) ctx().channel()).stream().state().remoteSideOpen()) {
            reset(Http2Error.NO_ERROR);
        } else {
            ctx().close();
        }
    }

    @Override
    public void flush() {
        writeHeldHead(false);
        ctx().flush();
    }

    @Override
    public boolean isWritable() {
        return ctx().channel().isWritable();
    }

    @Override
    public void served(boolean connectionStays) {
        over();
        awaitUser();
        ctx().flush();
    }

    @Override
    public void answer(FullHttpResponse response) {
        over();
        awaitUser();
        heldHead = StreamHeads.response(response);
        boolean bodyless = head != null && head.request().method().name().equals("HEAD");
        if (bodyless) {
            response.content().clear();
        }
        end(response.content(), response.trailingHeaders());
        ctx().flush();
    }

    /** The user has this long to take what is written. */
    private void awaitUser() {
        timer.start(front.settings().responseIdleMs(), ctx().channel()::close);
    }

    @Override
    public void abort() {
        over();
        reset(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void giveOver(RelayEnd end, Relay to) {
        timer.close();
        exchange = null;
        relay = to;
        if (inputEnded) {
            end.endedBefore(null);
        }
        ChannelPipeline pipeline = ctx().pipeline();
        pipeline.addLast(new StreamBytes()).addLast(end);
        pipeline.remove(this);
    }

    @Override
    public UserChannel userChannel() {
        return UserChannel.of(ctx().channel());
    }

    @Override
    public void relayed() {
        leaveTenant();
    }

    // ---- the end

    /** As {@link Served#cut}. */
    void cut(Outcome outcome, FaultLayer layer) {
        Relay passing = relay;
        Exchange serving = exchange;
        if (passing != null) {
            passing.cut(outcome, layer);
        } else if (serving != null) {
            exchange = null;
            serving.cut(outcome, layer);
            abort();
        } else {
            ctx().channel().close();
        }
    }

    /** As {@link Served#review}. */
    void review(String tenantId) {
        Admission.Granted granted = entered;
        Outcome why = granted == null ? null : granted.reviewed(front, tenantId);
        if (why != null) {
            cut(why, FaultLayer.CLIENT);
        }
    }

    private void over() {
        state = State.OVER;
        exchange = null;
        leaveTenant();
    }

    private void reset(Http2Error code) {
        ctx().writeAndFlush(new DefaultHttp2ResetFrame(code));
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
}
