package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.feedback.Feedback;
import io.fairlead.proxy.tenant.Login;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** A request to the edge itself: POST of what a customer tells of its requests. Nothing of it goes anywhere else. */
final class FeedbackExchange implements Exchange {

    static final String PATH = "/.fairlead/outcomes";

    private final Requester requester;
    private final Front front;
    private final RequestHead head;
    private final RequestForm.Own form;
    private final Login login;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean over;

    FeedbackExchange(Requester requester, Front front, RequestHead head, RequestForm.Own form, Login login) {
        this.requester = requester;
        this.front = front;
        this.head = head;
        this.form = form;
        this.login = login;
    }

    @Override
    public void start() {
        if (login instanceof Login.Denied) {
            front.counters().denied.increment();
            FullHttpResponse response =
                    error(401, Outcome.AUTHENTICATION_REQUIRED, "tell by the tenant's log-in: curl -u TENANT:SECRET …");
            response.headers().remove(HttpHeaderNames.PROXY_AUTHENTICATE);
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Basic realm=\"fairlead\", charset=\"UTF-8\"");
            answer(response);
        } else if (!(login instanceof Login.Admitted)) {
            front.counters().backedOff.increment();
            answer(error(429, Outcome.LIMIT_EXCEEDED, "too many log-ins failed or wait; try again in a minute"));
        } else if (!form.path().equals(PATH)) {
            answer(error(
                    404,
                    Outcome.BAD_REQUEST,
                    "there is only " + PATH + " here; anything else is asked through the proxy"));
        } else if (!head.request().method().equals(HttpMethod.POST)) {
            FullHttpResponse response = error(405, Outcome.BAD_REQUEST, PATH + " takes POST");
            response.headers().set(HttpHeaderNames.ALLOW, "POST");
            answer(response);
        } else if (!head.hasBody()) {
            whole();
        } else {
            requester.timer().start(front.settings().responseIdleMs(), this::idle);
            requester.readBody();
        }
    }

    @Override
    public void content(HttpContent part) {
        try {
            if (over) {
                return;
            }
            if (body.size() + part.content().readableBytes() > Feedback.LONGEST_BODY_BYTES) {
                answer(error(413, Outcome.BAD_REQUEST, "at most " + Feedback.LONGEST_BODY_BYTES + " bytes at once"));
                return;
            }
            part.content().readBytes(body, part.content().readableBytes());
            if (part instanceof LastHttpContent) {
                whole();
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory can't be written to", e);
        } finally {
            part.release();
        }
    }

    private void whole() {
        Feedback.Answer told =
                front.feedback().take(((Login.Admitted) login).tenant().id(), body.toByteArray());
        answer(Answers.json(told.status(), told.json()));
    }

    private FullHttpResponse error(int status, Outcome outcome, String detail) {
        return Answers.failure(front, new Failure(outcome, FaultLayer.CLIENT, detail, ""), status);
    }

    private void answer(FullHttpResponse response) {
        over = true;
        requester.timer().stop();
        requester.answer(response);
    }

    private void idle() {
        answer(error(408, Outcome.BAD_REQUEST, "the body did not come"));
    }

    @Override
    public void userPaused() {}

    @Override
    public boolean wantsMore() {
        return true;
    }

    @Override
    public void userWritable() {}

    @Override
    public void userGone() {
        over = true;
    }

    @Override
    public void malformed(MalformedRequest why) {
        answer(error(why.status(), Outcome.BAD_REQUEST, why.detail()));
    }

    @Override
    public void cut(Outcome outcome, FaultLayer layer) {
        over = true;
    }
}
