package io.fairlead.proxy.front;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/** A connection that was accepted. Its first byte says what it speaks; then it becomes that, and leaves the pipeline. */
final class FrontConnection extends ChannelInboundHandlerAdapter {

    private final Front front;
    private final Channel channel;
    private final PhaseTimer timer;
    private @Nullable Served served;

    FrontConnection(Front front, Channel channel) {
        this.front = front;
        this.channel = channel;
        this.timer = new PhaseTimer(channel.eventLoop(), front.attempts().nanoClock());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        timer.start(front.settings().keepAliveIdleMs(), channel::close);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        int first = ((ByteBuf) message).getUnsignedByte(((ByteBuf) message).readerIndex());
        Served begins = SocksMessages.isVersion(first)
                ? SocksConnection.install(front, channel, timer)
                : UserConnection.install(front, channel, timer);
        served = begins;
        ctx.pipeline().remove(this);
        begins.started();
        ctx.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timer.close();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // a reset by the user
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    /** As {@link Served#drain}. */
    void drain() {
        Served present = served;
        if (present == null) {
            channel.close();
        } else {
            present.drain();
        }
    }

    /** As {@link Served#cut}. */
    void cut(Outcome outcome, FaultLayer layer) {
        Served present = served;
        if (present == null) {
            channel.close();
        } else {
            present.cut(outcome, layer);
        }
    }

    /** Ends a request of this tenant, if that is what is going on and its tenant may not have it any more. */
    void review(String tenantId) {
        Served present = served;
        Admission.Granted granted = present == null ? null : present.granted();
        if (present == null || granted == null || !granted.tenant().id().equals(tenantId)) {
            return;
        }
        Outcome why = granted.revoked(front.gate());
        if (why != null) {
            front.gate().counters().wasCut();
            present.cut(why, FaultLayer.CLIENT);
        }
    }
}
