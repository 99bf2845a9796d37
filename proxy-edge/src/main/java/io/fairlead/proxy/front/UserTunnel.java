package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.attempt.TunnelUser;
import io.fairlead.proxy.pick.Slot;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/** A tunnel that a user asked for: opened through an exit, then joined with the user's connection by a {@link Relay}. */
final class UserTunnel implements TunnelUser {

    /** Who asked for it, and knows how answers are spelt. On its event loop. */
    interface Asker {

        UserChannel userChannel();

        /**
         * The exit has connected: says so to the user, and gives the connection over. The handlers of the protocol leave its
         * pipeline, in which {@code end} is the last from now on; bytes that came too early go to it.
         */
        void joined(RelayEnd end, Relay relay);

        /** There will be no tunnel: says so to the user, and ends the life of the request. */
        void refused(Failure failure);

        /** The tunnel is over. */
        void relayed();
    }

    /** The pipeline of a tunnel that has ended is empty: its end can't be asked there. */
    private static final AttributeKey<RelayEnd> TUNNEL_END = AttributeKey.valueOf(UserTunnel.class, "tunnel end");

    private final Asker asker;
    private final Front front;
    private final RequestLife life;
    private final int status;

    /** @param status what telemetry says that the user was answered when the tunnel stands */
    UserTunnel(Asker asker, Front front, RequestLife life, int status) {
        this.asker = asker;
        this.front = front;
        this.life = life;
        this.status = status;
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
                asker.userChannel(),
                tunnel,
                userEnd,
                tunnelEnd,
                life,
                status,
                0,
                0,
                front.settings().tunnelIdleMs(),
                front.attempts().nanoClock(),
                asker::relayed);
        asker.joined(userEnd, relay);
        relay.start(front.attempts().settings().progressIntervalMs());
    }

    @Override
    public void failed(Failure failure) {
        asker.refused(failure);
    }
}
