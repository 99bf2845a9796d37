package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;

/** A CONNECT: answers 200 when the exit has connected and not before. */
final class ConnectExchange implements Exchange, UserTunnel.Asker {

    private static final int OK = 200;

    private final Requester requester;
    private final Front front;
    private final RequestLife life;

    ConnectExchange(Requester requester, Front front, RequestLife life) {
        this.requester = requester;
        this.front = front;
        this.life = life;
    }

    @Override
    public void start() {
        life.seek(new UserTunnel(this, front, life, OK));
    }

    @Override
    public UserChannel userChannel() {
        return requester.userChannel();
    }

    @Override
    public void joined(RelayEnd end, Relay relay) {
        requester.write(Answers.established(front, life));
        requester.flush();
        requester.giveOver(end, relay);
    }

    @Override
    public void refused(Failure failure) {
        FullHttpResponse response = Answers.tellRequest(life, Answers.failure(front, failure));
        life.end(failure.outcome(), failure.layer(), response.status().code());
        requester.answer(response);
    }

    @Override
    public void relayed() {
        requester.relayed();
    }

    @Override
    public void content(HttpContent part) {
        part.release(); // what follows a CONNECT are bytes of the tunnel: they are held until it stands
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
        life.end(Outcome.CLIENT_ABORTED, FaultLayer.CLIENT, 0);
    }

    @Override
    public void malformed(MalformedRequest why) {}

    @Override
    public void cut(Outcome outcome, FaultLayer layer) {
        life.end(outcome, layer, 0);
    }
}
