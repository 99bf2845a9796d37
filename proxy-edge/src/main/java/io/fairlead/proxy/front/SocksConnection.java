package io.fairlead.proxy.front;

import io.fairlead.edge.link.PhaseTimer;
import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.tenant.Login;
import io.fairlead.proxy.tenant.MeteredReads;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A user's connection that speaks SOCKS5: greeting → secret → verifying → request → opening a tunnel, and then a {@link Relay},
 * when this handler leaves. What can't be served is answered by its reply code, and the connection is closed.
 *
 * <p>Reading: one read is outstanding while bytes are awaited, and also while something is decided, so that a user who leaves is
 * noticed; bytes that come then are held, and nothing more is read. All of a handshake must be there within the time that HTTP
 * has for a head, but for what the verification of a secret takes.
 */
final class SocksConnection extends ChannelInboundHandlerAdapter implements Served, UserTunnel.Asker {

    private enum State {
        GREETING,
        SECRET,
        VERIFYING,
        REQUEST,
        OPENING,
        OVER
    }

    private final Front front;
    private final Channel channel;
    private final InetAddress source;
    private final PhaseTimer timer;

    private State state = State.GREETING;
    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    private boolean inputEnded;
    private Login.@Nullable Admitted login;
    private @Nullable RequestLife life;
    private final MeteredReads reads = new MeteredReads();
    private Admission.@Nullable Granted entered;
    private @Nullable Relay relay;

    private SocksConnection(Front front, Channel channel, InetAddress source, PhaseTimer timer) {
        this.front = front;
        this.channel = channel;
        this.source = source;
        this.timer = timer;
    }

    /** Makes an accepted channel one of these. */
    static SocksConnection install(Front front, Channel channel, InetAddress source, PhaseTimer timer) {
        SocksConnection connection = new SocksConnection(front, channel, source, timer);
        channel.pipeline().addLast(connection.reads).addLast(connection);
        return connection;
    }

    @Override
    public void started() {
        timer.start(front.settings().headTimeoutMs(), this::handshakeTimedOut);
    }

    // ---- what comes from the user

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        pending = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), pending, (ByteBuf) message);
        advance();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        boolean decides = state == State.VERIFYING || state == State.OPENING;
        if (!inputEnded && !(decides && pending.isReadable())) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            inputEnded = true;
            userGone();
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        userGone();
        timer.close();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // a reset by the user; channelInactive ends the request
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf early = pending;
        pending = Unpooled.EMPTY_BUFFER;
        if (state == State.OPENING && early.isReadable()) {
            ctx.fireChannelRead(early);
        } else {
            early.release();
        }
    }

    private void userGone() {
        state = State.OVER;
        RequestLife present = life;
        if (present != null) {
            present.end(Outcome.CLIENT_ABORTED, FaultLayer.CLIENT, 0);
            leaveTenant();
        }
    }

    // ---- the handshake

    private void advance() {
        boolean moved = true;
        while (moved && pending.isReadable()) {
            moved = switch (state) {
                case GREETING -> greet();
                case SECRET -> verify();
                case REQUEST -> request();
                case VERIFYING, OPENING, OVER -> false;
            };
        }
    }

    private boolean greet() {
        if (SocksMessages.isSocks4(pending)) {
            front.counters().malformed.increment();
            lastAnswer(SocksMessages.socks4Rejected());
            return false;
        }
        Integer method = SocksMessages.greeting(pending, front.gate().knows(source));
        if (method == null) {
            return false;
        }
        if (method == SocksMessages.NO_METHOD) {
            front.counters().denied.increment();
            lastAnswer(SocksMessages.method(method));
            return false;
        }
        answer(SocksMessages.method(method));
        state = State.SECRET;
        if (method == SocksMessages.NO_AUTHENTICATION) {
            Login known = front.gate().admit(null, source, channel.eventLoop(), this::verified);
            if (!(known instanceof Login.Admitted admitted)) { // the tenant has lost the address just now
                channel.close();
                return false;
            }
            login = admitted;
            state = State.REQUEST;
        }
        return true;
    }

    private boolean verify() {
        SocksMessages.Secret secret = SocksMessages.secret(pending);
        if (secret == null) {
            return false;
        }
        state = State.VERIFYING;
        timer.stop();
        Login known = front.gate().admit(secret.credentials(), source, channel.eventLoop(), this::verified);
        if (known == null) {
            return false;
        }
        verified(known);
        return false;
    }

    private void verified(Login verdict) {
        if (state != State.VERIFYING) {
            return;
        }
        if (verdict instanceof Login.Admitted admitted) {
            login = admitted;
            state = State.REQUEST;
            timer.start(front.settings().headTimeoutMs(), this::handshakeTimedOut);
            answer(SocksMessages.secretVerdict(true));
            advance();
            channel.read();
        } else {
            if (verdict instanceof Login.BackedOff) {
                front.counters().backedOff.increment();
            } else if (verdict instanceof Login.Denied) {
                front.counters().denied.increment();
            }
            lastAnswer(SocksMessages.secretVerdict(false));
        }
    }

    private boolean request() {
        SocksMessages.Request request = SocksMessages.request(pending);
        if (request instanceof SocksMessages.Request.Unusable unusable) {
            front.counters().malformed.increment();
            lastAnswer(SocksMessages.reply(unusable.reply()));
        } else if (request instanceof SocksMessages.Request.Connect connect) {
            Login.Admitted standing = front.gate().again(Objects.requireNonNull(login));
            if (standing == null) { // the tenant has changed since it logged in
                front.counters().denied.increment();
                lastAnswer(SocksMessages.failure(Outcome.AUTHENTICATION_REQUIRED));
                return false;
            }
            state = State.OPENING;
            timer.stop();
            Admission admission = Admission.of(
                    front,
                    standing,
                    connect.target(),
                    ClientProtocol.SOCKS5,
                    front.attempts().nanoClock().getAsLong(),
                    channel.eventLoop());
            life = admission.life();
            if (admission instanceof Admission.Granted granted) {
                entered = granted;
                reads.enter(granted.tenant().traffic());
                granted.life().seek(new UserTunnel(this, front, granted.life(), 0));
            } else if (admission instanceof Admission.Refused refused) {
                refused(refused.failure());
            }
        }
        return false;
    }

    private void handshakeTimedOut() {
        front.counters().headTimeouts.increment();
        state = State.OVER;
        channel.close();
    }

    // ---- for the tunnel

    @Override
    public UserChannel userChannel() {
        return UserChannel.of(channel);
    }

    @Override
    public void joined(RelayEnd end, Relay to) {
        timer.close();
        relay = to;
        life = null;
        answer(SocksMessages.reply(SocksMessages.SUCCEEDED));
        channel.pipeline().addLast(end).remove(this);
    }

    @Override
    public void refused(Failure failure) {
        RequestLife present = life;
        if (present != null) {
            present.end(failure.outcome(), failure.layer(), 0);
        }
        leaveTenant();
        lastAnswer(SocksMessages.failure(failure.outcome()));
    }

    @Override
    public void relayed() {
        leaveTenant();
    }

    // ---- the end

    @Override
    public void drain() {
        if (relay == null && life == null) {
            channel.close();
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
        RequestLife present = life;
        if (passing != null) {
            passing.cut(outcome, layer);
            return;
        }
        if (present != null) {
            present.end(outcome, layer, 0);
            leaveTenant();
            UserChannel.of(channel).reset();
        }
        channel.close();
    }

    private void answer(byte[] message) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(message), channel.voidPromise());
    }

    private void lastAnswer(byte[] message) {
        state = State.OVER;
        answer(message);
        UserChannel.linger(channel, front.settings(), timer, inputEnded);
        channel.pipeline().remove(this);
    }

    private void leaveTenant() {
        Admission.Granted granted = entered;
        if (granted != null) {
            entered = null;
            reads.leave();
            granted.tenant().leave();
        }
    }
}
