package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.attempt.TunnelUser;
import io.fairlead.proxy.pick.Slot;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.AttributeKey;

/** A CONNECT: opens a tunnel, answers 200 when the exit has connected and not before, and becomes a {@link Relay}. */
final class ConnectExchange implements Exchange, TunnelUser {

    /** The pipeline of a tunnel that has ended is empty: its end can't be asked there. */
    private static final AttributeKey<RelayEnd> TUNNEL_END = AttributeKey.valueOf(ConnectExchange.class, "tunnel end");

    private static final int OK = 200;

    private final UserConnection connection;
    private final Front front;
    private final RequestLife life;

    ConnectExchange(UserConnection connection, Front front, RequestLife life) {
        this.connection = connection;
        this.front = front;
        this.life = life;
    }

    @Override
    public void start() {
        life.seek(this);
    }

    @Override
    public boolean reuse(Slot slot) {
        front.idleTunnels().makeRoom(slot.exitId(), slot.capacity() - slot.running());
        return false;
    }

    @Override
    public void install(Channel tunnel) {
        RelayEnd end = new RelayEnd(false);
        tunnel.attr(TUNNEL_END).set(end);
        tunnel.pipeline().addLast(end);
    }

    @Override
    public void opened(Channel tunnel) {
        RelayEnd tunnelEnd = tunnel.attr(TUNNEL_END).get();
        RelayEnd userEnd = new RelayEnd(true);
        Relay relay = new Relay(
                connection.channel(),
                tunnel,
                userEnd,
                tunnelEnd,
                life,
                OK,
                0,
                0,
                front.settings().tunnelIdleMs(),
                front.attempts().nanoClock(),
                connection::relayed);
        connection.write(Answers.established(front, life.exitId()));
        connection.flush();
        connection.giveOver(userEnd, relay);
        relay.start(front.attempts().settings().progressIntervalMs());
    }

    @Override
    public void failed(Failure failure) {
        FullHttpResponse response = Answers.failure(front, failure);
        life.end(failure.outcome(), failure.layer(), response.status().code());
        connection.answer(response);
    }

    @Override
    public void content(HttpContent part) {
        part.release(); // what follows a CONNECT are bytes of the tunnel: the decoder holds them
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
    public void drained() {
        life.end(Outcome.EDGE_DRAINING, FaultLayer.EDGE, 0);
    }
}
