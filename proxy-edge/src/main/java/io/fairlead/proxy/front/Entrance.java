package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.tenant.Credentials;
import io.fairlead.proxy.tenant.LastLogin;
import io.fairlead.proxy.tenant.Login;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;

/**
 * How a request over HTTP gets in, whatever its version: the gate says who asks, then {@link Admission} whether they may. On the
 * event loop of the user's connection.
 */
final class Entrance {

    /** Who waits for the decision. */
    interface Waiting {

        /** False: the user has gone while it was decided. */
        boolean waits();

        /** The tenant was entered, and is to be left when the request is over. */
        void granted(Admission.Granted granted);

        void refused(FullHttpResponse answer);

        /** Who asks something of the edge itself, or that they are not known. */
        void identified(Login login);
    }

    private final Front front;
    private final InetAddress source;
    private final EventLoop loop;
    private final LastLogin last = new LastLogin();

    /** @param source where the user's connections come from */
    Entrance(Front front, InetAddress source, EventLoop loop) {
        this.front = front;
        this.source = source;
        this.loop = loop;
    }

    /**
     * Decides, at once or later.
     *
     * @param form a forward or a connect
     * @param headers of the request, with its credentials
     * @param arrivedNanos when its head was whole, by the nano clock
     */
    void decide(RequestForm form, HttpHeaders headers, ClientProtocol protocol, long arrivedNanos, Waiting waiting) {
        Login login = front.gate()
                .admit(
                        headers.getAll(HttpHeaderNames.PROXY_AUTHORIZATION),
                        last,
                        source,
                        loop,
                        late -> decided(late, form, protocol, arrivedNanos, waiting));
        if (login != null) {
            decided(login, form, protocol, arrivedNanos, waiting);
        }
    }

    /** Who asks something of the edge itself: by the credentials that an origin is sent. */
    void identify(HttpHeaders headers, Waiting waiting) {
        List<String> credentials = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        Login login = front.gate()
                .admit(credentials.size() == 1 ? Credentials.ofBasic(credentials.get(0)) : null, source, loop, late -> {
                    if (waiting.waits()) {
                        waiting.identified(late);
                    }
                });
        if (login != null) {
            waiting.identified(login);
        }
    }

    private void decided(Login login, RequestForm form, ClientProtocol protocol, long arrivedNanos, Waiting waiting) {
        if (!waiting.waits()) {
            return;
        }
        if (login instanceof Login.Admitted admitted) {
            admitted(admitted, form, protocol, arrivedNanos, waiting);
        } else if (login instanceof Login.BackedOff backedOff) {
            front.counters().backedOff.increment();
            refuse(
                    waiting,
                    Outcome.LIMIT_EXCEEDED,
                    "too many failed log-ins from " + source.getHostAddress() + "; try again in "
                            + backedOff.waitSeconds() + " s");
        } else if (login instanceof Login.Overloaded) {
            refuse(waiting, Outcome.LIMIT_EXCEEDED, "too many log-ins wait to be verified; try again in a second");
        } else {
            front.counters().denied.increment();
            refuse(waiting, Outcome.AUTHENTICATION_REQUIRED, "user name or secret missing or wrong");
        }
    }

    private void admitted(
            Login.Admitted login, RequestForm form, ClientProtocol protocol, long arrivedNanos, Waiting waiting) {
        Target target =
                form instanceof RequestForm.Connect connect ? connect.target() : ((RequestForm.Forward) form).target();
        Admission admission = Admission.of(front, login, target, protocol, arrivedNanos, loop);
        if (admission instanceof Admission.Granted granted) {
            waiting.granted(granted);
        } else if (admission instanceof Admission.Refused refused) {
            Failure failure = refused.failure();
            FullHttpResponse answer = Answers.tellRequest(refused.life(), Answers.failure(front, failure));
            refused.life()
                    .end(failure.outcome(), failure.layer(), answer.status().code());
            waiting.refused(answer);
        }
    }

    private void refuse(Waiting waiting, Outcome outcome, String detail) {
        waiting.refused(Answers.failure(front, new Failure(outcome, FaultLayer.CLIENT, detail, "")));
    }
}
