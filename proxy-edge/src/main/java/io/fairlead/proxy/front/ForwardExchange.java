package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.attempt.TunnelUser;
import io.fairlead.proxy.exit.TunnelAborted;
import io.fairlead.proxy.pick.Slot;
import io.fairlead.proxy.status.ErrorAnswer;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One forwarded request: its body streams to the origin while the answer streams back, each side reading only while the other
 * takes it.
 *
 * <p>Tried again on another exit while nothing of an answer has come and the request can be repeated: its method is idempotent
 * (RFC 9110 §9.2.2) and it has no body; or the tunnel never stood, so that not a byte of it had left. A tunnel that was kept
 * open and turns out to be dead is replaced at the same exit: that is nobody's failure.
 *
 * <p>Once an answer has begun it can't be taken back: if it breaks off, the user's connection is reset, so that half an answer
 * never passes for a whole one.
 */
final class ForwardExchange implements Exchange, TunnelUser, OriginConnection.User {

    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE, HttpMethod.PUT, HttpMethod.DELETE);

    /** Spelled as clients do: the order and case of fields are what origins know clients by. */
    private static final AsciiString HOST = AsciiString.cached("Host");

    private static final int SWITCHING_PROTOCOLS = 101;

    private final Requester requester;
    private final Front front;
    private final RequestHead head;
    private final RequestForm.Forward form;
    private final RequestLife life;
    private final boolean http10;
    private final boolean upgrade;
    private final boolean repeatable;

    private @Nullable OriginConnection origin;
    private String feedback = "";
    private boolean kept;
    private long upBefore;
    private long downBefore;
    private boolean bodyAsked;
    private boolean requestSent;
    private boolean interim;
    private boolean answered;
    private boolean originStays;
    private boolean userStays;
    private boolean waitsForUser;
    private int status;
    private boolean over;

    ForwardExchange(Requester requester, Front front, RequestHead head, RequestForm.Forward form, RequestLife life) {
        this.requester = requester;
        this.front = front;
        this.head = head;
        this.form = form;
        this.life = life;
        HttpRequest request = head.request();
        this.http10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        this.upgrade = !http10 && HopByHop.asksUpgrade(request.headers());
        this.repeatable = !head.hasBody() && IDEMPOTENT.contains(request.method());
    }

    @Override
    public void start() {
        HttpRequest request = head.request();
        HttpHeaders headers = request.headers();
        life.method(request.method().name());
        HopByHop.cleanRequest(headers);
        takeFeedback(headers);
        if (!form.hostField().equalsIgnoreCase(headers.get(HttpHeaderNames.HOST))) {
            headers.set(HOST, form.hostField()); // RFC 9112 §3.2.2: the target decides, not the field
        }
        if (http10) {
            headers.remove(HttpHeaderNames.EXPECT);
            headers.remove(HttpHeaderNames.UPGRADE);
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        request.setUri(form.originTarget());
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        life.seek(this);
    }

    /** What a customer tells of earlier requests is for the edge alone. */
    private void takeFeedback(HttpHeaders headers) {
        List<String> told = headers.getAll(Answers.OUTCOME);
        if (!told.isEmpty()) {
            headers.remove(Answers.OUTCOME);
            feedback = front.feedback().takeHeader(life.terms().tenant(), told);
        }
    }

    // ---- a tunnel

    @Override
    public boolean reuse(Slot slot) {
        if (repeatable && !upgrade) {
            OriginConnection idle =
                    front.idleTunnels().take(life.terms().tenant(), slot.exitId(), form.target(), requester.loop());
            if (idle != null) {
                front.counters().reused.increment();
                kept = true;
                send(idle);
                return true;
            }
        }
        front.idleTunnels().makeRoom(slot.exitId(), slot.capacity() - slot.running());
        return false;
    }

    @Override
    public void install(Channel tunnel) {
        OriginConnection.install(tunnel);
    }

    @Override
    public void opened(Channel tunnel) {
        kept = false;
        send(OriginConnection.of(tunnel));
    }

    private void send(OriginConnection to) {
        origin = to;
        upBefore = to.bytesUp();
        downBefore = to.bytesDown();
        to.attach(this, requester.loop(), head.request().method().equals(HttpMethod.HEAD));
        if (origin != to) {
            return; // it was dead: another has been taken, or the request has failed
        }
        restartTimer();
        to.write(head.request());
        if (head.hasBody()) {
            to.flush();
            bodyAsked = true;
            requester.readBody();
        } else {
            to.write(LastHttpContent.EMPTY_LAST_CONTENT);
            to.flush();
            requestSent = true;
        }
        to.read();
    }

    @Override
    public void failed(Failure failure) {
        fail(failure);
    }

    // ---- from the user

    @Override
    public void content(HttpContent part) {
        OriginConnection to = origin;
        if (over || to == null) {
            part.release();
            return;
        }
        requestSent |= part instanceof LastHttpContent;
        to.write(part);
        if (requestSent) {
            to.flush();
        }
        restartTimer();
    }

    @Override
    public void userPaused() {
        OriginConnection to = origin;
        if (to != null && bodyAsked && !requestSent) {
            to.flush();
        }
    }

    @Override
    public boolean wantsMore() {
        OriginConnection to = origin;
        return requestSent || !bodyAsked || (to != null && to.isWritable());
    }

    @Override
    public void userWritable() {
        OriginConnection from = origin;
        if (waitsForUser && from != null) {
            waitsForUser = false;
            from.read();
        }
    }

    @Override
    public void userGone() {
        count();
        dropOrigin();
        end(Outcome.CLIENT_ABORTED, FaultLayer.CLIENT, status);
    }

    @Override
    public void malformed(MalformedRequest why) {
        fail(new Failure(Outcome.BAD_REQUEST, FaultLayer.CLIENT, why.detail(), life.exitId()));
    }

    @Override
    public void cut(Outcome outcome, FaultLayer layer) {
        count();
        dropOrigin();
        end(outcome, layer, status);
    }

    // ---- from the origin

    @Override
    public void answered(HttpObject part) {
        if (over || origin == null) {
            ReferenceCountUtil.release(part);
            return;
        }
        restartTimer();
        if (part.decoderResult().isFailure()) {
            Throwable cause = part.decoderResult().cause();
            ReferenceCountUtil.release(part);
            fail(new Failure(
                    Outcome.RESPONSE_INVALID,
                    FaultLayer.TARGET,
                    "the target's answer is not HTTP: " + cause.getMessage(),
                    life.exitId()));
        } else if (part instanceof HttpResponse response) {
            responseHead(response);
        } else if (part instanceof HttpContent content) {
            responseBody(content);
        } else {
            ReferenceCountUtil.release(part);
        }
    }

    private void responseHead(HttpResponse response) {
        int code = response.status().code();
        interim = code < 200 && code != SWITCHING_PROTOCOLS;
        if (interim) {
            if (!http10) {
                answered = true;
                HopByHop.cleanResponse(response.headers(), false);
                requester.write(response);
            }
            return;
        }
        if (code == SWITCHING_PROTOCOLS && !upgrade) {
            fail(new Failure(
                    Outcome.RESPONSE_INVALID,
                    FaultLayer.TARGET,
                    "the target switches protocols, which nobody asked for",
                    life.exitId()));
            return;
        }
        List<String> codings = response.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        boolean knownCoding = codings.isEmpty()
                || (codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0)));
        if (!knownCoding) {
            fail(new Failure(
                    Outcome.RESPONSE_INVALID,
                    FaultLayer.TARGET,
                    "the target's answer has the transfer coding '" + String.join(", ", codings)
                            + "'; only chunked is understood",
                    life.exitId()));
            return;
        }
        answered = true;
        status = code;
        life.firstByte(front.attempts().nanoClock().getAsLong());
        life.status(code);
        frame(response, code);
        requester.write(response);
    }

    /** How the answer is framed for the user, and what can be used again after it. */
    private void frame(HttpResponse response, int code) {
        HttpHeaders headers = response.headers();
        boolean bodyless = head.request().method().equals(HttpMethod.HEAD)
                || code == 204
                || code == 304
                || code == SWITCHING_PROTOCOLS;
        boolean chunked = HttpUtil.isTransferEncodingChunked(response);
        boolean delimited = bodyless || chunked || headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        originStays = delimited && HttpUtil.isKeepAlive(response);
        userStays = requester.keepsAlive() && (requestSent || !head.hasBody());
        HopByHop.cleanResponse(headers, code == SWITCHING_PROTOCOLS);
        if (http10) {
            userStays &= delimited && !chunked;
            headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        } else if (!delimited) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
        if (!userStays && code != SWITCHING_PROTOCOLS) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (http10) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        Answers.tellExit(front, life, headers);
        if (!feedback.isEmpty()) {
            headers.set(Answers.OUTCOME, feedback);
        }
    }

    private void responseBody(HttpContent part) {
        boolean last = part instanceof LastHttpContent;
        if (interim) {
            if (http10) {
                part.release();
            } else {
                requester.write(part);
            }
            if (last) {
                interim = false;
                requester.flush();
            }
            return;
        }
        requester.write(part);
        if (last) {
            complete();
        }
    }

    @Override
    public void originPaused() {
        OriginConnection from = origin;
        if (over || from == null) {
            return;
        }
        requester.flush();
        if (requester.isWritable()) {
            from.read();
        } else {
            waitsForUser = true;
        }
    }

    @Override
    public void originWritable() {
        requester.readMore();
    }

    private void complete() {
        OriginConnection from = origin;
        if (from == null) {
            return;
        }
        if (status == SWITCHING_PROTOCOLS) {
            switchProtocols(from);
            return;
        }
        Slot slot = life.slot();
        int spare = slot == null ? 0 : slot.capacity() - slot.running() + 1;
        count();
        origin = null;
        if (originStays && requestSent && front.keepsConnections()) {
            front.idleTunnels().put(life.terms().tenant(), life.exitId(), form.target(), from, this, spare);
        } else {
            from.close();
        }
        end(Outcome.OK, FaultLayer.NONE, status);
        requester.served(userStays && requestSent);
    }

    private void switchProtocols(OriginConnection from) {
        over = true;
        origin = null;
        RelayEnd userEnd = new RelayEnd(true);
        RelayEnd tunnelEnd = new RelayEnd(false);
        Relay relay = new Relay(
                requester.userChannel(),
                from.tunnel(),
                userEnd,
                tunnelEnd,
                life,
                status,
                from.bytesUp() - upBefore,
                from.bytesDown() - downBefore,
                front.settings().tunnelIdleMs(),
                front.attempts().nanoClock(),
                requester::relayed);
        requester.flush();
        from.switchTo(tunnelEnd);
        requester.giveOver(userEnd, relay);
        relay.start(front.attempts().settings().progressIntervalMs());
    }

    @Override
    public void lost(@Nullable TunnelAborted why) {
        OriginConnection from = origin;
        if (over || from == null) {
            return;
        }
        Failure failure = why == null
                ? new Failure(
                        Outcome.RESPONSE_INCOMPLETE,
                        FaultLayer.AMBIGUOUS,
                        answered
                                ? "the target closed the connection before its answer was whole"
                                : "the target closed the connection without an answer",
                        life.exitId())
                : new Failure(why.outcome(), why.layer(), why.detail(), life.exitId());
        count();
        dropOrigin();
        if (kept && !answered) {
            kept = false;
            life.reopen(this);
        } else if (answered || !repeatable || !life.tryAgain(failure, this)) {
            fail(failure);
        }
    }

    private void idle() {
        if (life.terms().traffic().isHeldBack()) {
            restartTimer();
            return;
        }
        boolean userStalls = waitsForUser || (bodyAsked && !requestSent && !answered);
        if (userStalls) {
            fail(new Failure(
                    Outcome.CLIENT_ABORTED,
                    FaultLayer.CLIENT,
                    "the user neither sent nor took anything for "
                            + front.settings().responseIdleMs() + " ms",
                    life.exitId()));
        } else {
            fail(new Failure(
                    answered ? Outcome.IDLE_TIMEOUT : Outcome.RESPONSE_TIMEOUT,
                    FaultLayer.AMBIGUOUS,
                    "nothing came from the target for " + front.settings().responseIdleMs() + " ms",
                    life.exitId()));
        }
    }

    // ---- the end

    /** The request ends in a failure: told in an answer, or by a reset where an answer has begun. */
    private void fail(Failure failure) {
        if (over) {
            return;
        }
        int told = answered ? status : ErrorAnswer.of(failure.outcome()).status();
        count();
        dropOrigin();
        end(failure.outcome(), failure.layer(), told);
        if (answered) {
            requester.flush();
            requester.abort();
        } else {
            requester.answer(Answers.tellRequest(life, Answers.failure(front, failure)));
        }
    }

    /** The tunnel is closed or kept by then: whoever gets the slot next must find the exit's agent with room. */
    private void end(Outcome outcome, FaultLayer layer, int told) {
        over = true;
        requester.timer().stop();
        life.end(outcome, layer, told);
    }

    private void count() {
        OriginConnection counted = origin;
        if (counted != null) {
            life.moved(counted.bytesUp() - upBefore, counted.bytesDown() - downBefore);
        }
    }

    private void dropOrigin() {
        OriginConnection dropped = origin;
        origin = null;
        if (dropped != null) {
            dropped.close();
        }
    }

    private void restartTimer() {
        requester.timer().start(front.settings().responseIdleMs(), this::idle);
    }
}
